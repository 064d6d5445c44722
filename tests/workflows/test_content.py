"""What a file holds inside is said to whoever may read it: every personal field, with who told it when, and nothing besides."""

from dataclasses import replace
from typing import Any

import pytest

from console.content_text import fields
from contracts.commands import RecordIntake
from contracts.events.signals import Person, SignalRouted
from contracts.views import Content, ContentPart
from contracts.words import AgencyKind
from tests.workflows.conftest import Staged
from tests.workflows.planting import Planted, texts_of
from tests.workflows.stage import Stage
from tests.workflows.stories import AGAIN
from tests.workflows.ways import (
    ACCESS_ASKED,
    ALMERE,
    ASKING,
    CHECK,
    COSM,
    DESK,
    GAP,
    INTAKE,
    KEPT,
    NOTED,
    PLACE,
    PLAN,
    PROCESSES,
    REGISTRATION,
    SHARING,
    SIGNAL,
    WAYS,
    WOMEN,
    walk,
)
from workflows.case.case import Case
from workflows.dossier.process import Dossier
from workflows.engine.process import Process

CODED = {
    "former",
    "released",
    "said_where",
    "stays_in",
    "facts.who",
    "minor.reported",
    "referrals.asked",
    "inquirers.because",
    "inquirers.system",
    "askers.because",
    "askers.system",
    "asked_by",
    "declined",
    "orders",
    "persons",
    "receipts",
    "recalls.told",
}
"""Texts of files that are no words about a person: slugs, ids, what was signed."""


def said(content: Content) -> set[str]:
    """Every value, alone and with the name of its field."""
    found = [(name.rsplit(".", 1)[-1], value) for part in content.parts for name, value in fields(part.data)]
    return {value for _, value in found} | {f"{name}: {value}" for name, value in found}


def left_out(kind: type[Process[Any]]) -> list[str]:
    planted = Planted(kind, ALMERE)
    shown = said(kind(planted.file).content())
    return [path for path, mark in planted.marks.items() if mark not in shown]


class Forgetful(Dossier):
    def parts(self) -> list[ContentPart]:
        return super().parts()[:-1]


@pytest.mark.parametrize("kind", PROCESSES, ids=lambda kind: kind.system)
def test_every_personal_field_of_a_file_is_in_its_content(kind: type[Process[Any]]) -> None:
    lost = left_out(kind)
    assert not lost, f"{kind.__name__} holds {lost}, and its content does not say so: add it to parts() of {kind.__module__}"


def test_the_control_a_field_that_is_forgotten_is_found() -> None:
    assert left_out(Forgetful) == ["plan"]
    assert len(Planted(Case, ALMERE).marks) > 10, "nothing was looked for"


@pytest.mark.parametrize("kind", PROCESSES, ids=lambda kind: kind.system)
def test_a_text_of_a_file_is_personal_or_known_to_be_a_code(kind: type[Process[Any]]) -> None:
    lost = sorted(set(texts_of(kind.file_type)) - CODED)
    assert not lost, f"{kind.file_type.__name__}.{lost}: mark it Personal[...], or add it to CODED if nobody writes words there"


async def content(file: Stage) -> Content:
    handle: Any = file.handle
    return await handle.query("content", result_type=Content)


async def test_a_case_says_what_was_reported_needed_and_observed_by_whom_and_when(stage: Staged) -> None:
    case = await walk(stage, SHARING)
    parts = (await content(case)).parts
    assert [(part.what, part.who) for part in parts] == [
        ("signal_routed", DESK),
        ("record_intake", ALMERE),
        ("ask_privacy_check", ALMERE),
    ]
    times = {line.what: line.at for line in (await case.view()).story if "to" not in line.facts}
    assert [part.at for part in parts] == [times[part.what] for part in parts]
    assert parts[0].data["signal"]["account"] == "an example account"
    assert parts[1].data["needs"] == "an example need"
    assert parts[2].data["observation"]["phenomenon"] == "an example phenomenon"


async def test_each_request_for_help_says_its_need_and_whom_it_asks(stage: Staged) -> None:
    [offer] = [part for part in (await content(await walk(stage, ASKING))).parts if part.what == "offer_help"]
    assert offer.data["organisations"] == [COSM, WOMEN]
    assert offer.data["need"]["service"] == "cosm"


async def test_what_was_told_twice_stands_twice_each_at_its_time(stage: Staged) -> None:
    registration = await walk(stage, REGISTRATION.then((AGAIN, ALMERE)))
    first, second = (await content(registration)).parts
    assert first.at
    assert second.at
    assert first.at < second.at


async def test_the_others_say_what_came_and_what_was_written_here(stage: Staged) -> None:
    for way, what in (
        (WAYS["SignalRouting", "with_coordinator"], ["signal_reported"]),
        (PLACE, ["referral_offered"]),
        (NOTED, ["observation_noted"]),
        (CHECK, ["privacy_check_requested_v2"]),
        (PLAN, ["dossier_brought", "record_enrichment"]),
        (WAYS["Disclosure", "deciding"], ["kept"]),
        (GAP, []),
        (KEPT, []),
        (ACCESS_ASKED, []),
    ):
        assert [part.what for part in (await content(await walk(stage, way))).parts] == what


async def test_the_intake_begins_with_what_was_reported_of_the_person_and_the_view_says_only_that(stage: Staged) -> None:
    told = SIGNAL.model_copy(update={"person": Person(name="An example name", birth_year=1990)})
    routed = SignalRouted(signal=told, care_region="Almere", reported_by=AgencyKind.REPORTER)
    case = await walk(stage, replace(INTAKE, opening=(routed, DESK)))
    beginnings = (await content(case)).beginnings
    assert beginnings == {"record_intake": {"person": {"name": "An example name", "birth_year": 1990}}}
    [intake] = [choice for choice in (await case.view()).choices if choice.command == "record_intake"]
    assert intake.begun
    assert "example name" not in (await case.view()).model_dump_json()
    await case.decide(RecordIntake(needs="an example need"))
    assert (await content(case)).beginnings == {}


async def test_an_intake_begins_with_nothing_where_nothing_was_reported_of_the_person(stage: Staged) -> None:
    case = await walk(stage, INTAKE)
    assert (await content(case)).beginnings == {}
    assert not any(choice.begun for choice in (await case.view()).choices)


async def test_a_view_holds_nothing_of_it(stage: Staged) -> None:
    case = await walk(stage, SHARING)
    assert "an example account" in (await content(case)).model_dump_json()
    assert "an example" not in (await case.view()).model_dump_json()
