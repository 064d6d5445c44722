import json
import re

import pytest

from console.event_names import name_of
from contracts.catalogue import CATALOGUE
from contracts.words import AgencyKind
from tests.console.cli import Cli


@pytest.fixture
def plain() -> Cli:
    """The command line where nothing runs."""
    return Cli({})


def test_all_events_are_listed_with_their_rule(plain: Cli) -> None:
    said = plain("events")
    for event in CATALOGUE.values():
        assert name_of(event) in said
    assert "everybody" in said


NAMES = [
    "referrals.offered",
    "referrals.offered.v1",
    "nl.keten.referrals.offered",
    "nl.keten.referrals.offered.v1",
    "ReferralOffered",
    "referral_offered",
]


@pytest.mark.parametrize("name", NAMES)
def test_one_event_is_shown_with_its_personal_fields_and_schema(plain: Cli, name: str) -> None:
    said = plain("events", name)
    assert "from care_coordinator, registry to aid_organisation; ground: consent" in said
    assert "person.name" in said
    assert '"answer_by"' in said


def test_events_of_a_kind(plain: Cli) -> None:
    said = plain("events", "--kind", "oversight")
    assert "coveragegaps.observed" in said
    assert "referrals.offered" not in said
    assert "Invalid value for '--kind'" in plain("events", "--kind", "imagined", code=2)


def test_an_event_that_is_not_there_is_said(plain: Cli) -> None:
    assert "no event '[/red]' in the catalogue; `keten events` lists them" in plain("events", "[/red]", code=1)


def test_the_directory_shows_every_agency(plain: Cli) -> None:
    said = plain("agencies")
    for kind in AgencyKind:
        assert kind in said
    assert "ambulatory in Almere, Zwolle" in said
    assert "comensha" in said


def test_coverage_adds_up_to_every_municipality(plain: Cli) -> None:
    said = plain("coverage")
    rows = re.findall(r"[A-Z][\w-]+ (\d+) (\d+)", said)
    covered, remote = (sum(int(row[column]) for row in rows) for column in (0, 1))
    assert len(rows) == 12
    assert covered + remote == 342
    assert f"{covered} of 342 municipalities have a coordinator here; the other {remote} go to CoMensha." in said


def test_coverage_of_another_day_and_between_two_days(plain: Cli) -> None:
    assert "0 of 352 municipalities have a coordinator here" in plain("coverage", "--on", "2017-01-01")
    said = plain("coverage", "--on", "2021-06-01", "--than", "2026-01-01")
    assert "Langedijk Noord-Holland became part of Dijk en Waard" in said
    assert "nothing changed" in plain("coverage", "--on", "2024-01-01", "--than", "2025-01-01")
    told = json.loads(plain("coverage", "--on", "2026-01-01", "--than", "2021-06-01", "--json"))
    places = {place["name"]: place for place in told["municipalities"]}
    assert len(places) == 342
    assert (places["Almere"]["coordinator"], places["Almere"]["gaps"]) == ("coordinator-almere", [])
    assert places["Aalsmeer"]["gaps"] == ["coordinator", "riec"]
    assert len(told["changed"]) == 18


def test_without_arguments_it_helps(plain: Cli) -> None:
    assert "each case has an owner, a clock and a next step" in plain(code=2)
