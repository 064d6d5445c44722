"""What some kinds of agencies are not told is left out for them, wherever it stands."""

from typing import Annotated

import pytest

from contracts.catalogue import CATALOGUE
from contracts.entitlement import OnlyFor, left_out_for, paths_left_out
from contracts.event import Event
from contracts.events.erasures import TOLD_ON_CONSENT, ErasureRequested
from contracts.text import Line, Model, Personal
from contracts.words import AgencyKind, ConsentTo, ErasureReason
from tests.remedy import assert_same
from tests.workflows.samples import EVENTS

AID, RIEC, DESK = AgencyKind.AID_ORGANISATION, AgencyKind.RIEC, AgencyKind.DESK


class Talk(Model):
    """A talk, of which only help hears the words."""

    words: Annotated[Personal[Line | None], OnlyFor(AID)] = None
    language: Line | None = None


class Told(Model):
    """Talks of every shape that a field can have."""

    one: Talk = Talk()
    perhaps: Talk | None = None
    several: tuple[Talk, ...] = ()
    perhaps_several: tuple[Talk, ...] | None = None
    where: Annotated[Line | None, OnlyFor(AID, DESK)] = None


TALK = Talk(words="zzmark", language="an example")
TOLD = Told(one=TALK, perhaps=TALK, several=(TALK, TALK), perhaps_several=(TALK,), where="zzmark-place")


def shown(kind: AgencyKind) -> str:
    return TOLD.model_dump_json(exclude=left_out_for(Told, kind))


def test_it_is_left_out_at_every_depth_and_nothing_else_is() -> None:
    assert "zzmark" not in shown(RIEC)
    assert shown(RIEC).count("an example") == 5
    assert shown(DESK).count("zzmark") == shown(DESK).count("zzmark-place") == 1
    assert shown(AID) == TOLD.model_dump_json()


def test_the_paths_are_named() -> None:
    assert paths_left_out(Told, RIEC) == ("one.words", "perhaps.words", "perhaps_several.words", "several.words", "where")
    assert paths_left_out(Told, DESK) == ("one.words", "perhaps.words", "perhaps_several.words", "several.words")
    assert paths_left_out(Told, AID) == ()


def test_an_erasure_tells_of_a_consent_only_who_can_have_been_told_on_one() -> None:
    asked = ErasureRequested(reason=ErasureReason.CONSENT_WITHDRAWN, consent=ConsentTo.HELP)
    for kind in AgencyKind:
        assert asked.told_to(kind).get("consent") == ("help" if kind in TOLD_ON_CONSENT else None)


def test_those_are_whom_the_catalogue_lets_be_told_on_consent() -> None:
    on_consent = [event.rule for event in CATALOGUE.values() if event.rule.consent]
    remedy = "TOLD_ON_CONSENT in contracts/events/erasures.py names the recipients of all events whose rule has a `consent`."
    assert_same(TOLD_ON_CONSENT, {kind for rule in on_consent for kind in rule.recipients}, remedy)


@pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS)
def test_what_is_left_of_an_event_is_still_that_event(event: Event) -> None:
    for kind in event.rule.recipients:
        left = type(event).model_validate(event.told_to(kind))
        assert set(type(event).model_fields) - set(event.told_to(kind)) <= set(event.left_out_for(kind))
        assert left.told_to(kind) == event.told_to(kind)
