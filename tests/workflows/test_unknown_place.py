"""Where nobody knows the place CoMensha is asked; where a decline names it, whoever acts there; and nobody is asked twice."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from activities.routing import Place, Routing
from contracts.agencies import read_directory
from contracts.commands import AssignOwner
from contracts.events.coverage import CoverageGapObserved
from contracts.events.signals import CaseAccepted, CaseDeclined, Signal, SignalReported, SignalRouted, SignalStatusChanged
from contracts.places import Atlas
from contracts.words import NotOurs, SignalStatus
from tests.workflows.conftest import Staged
from tests.workflows.stage import Stage
from tests.workflows.test_content import content
from tests.workflows.ways import ALMERE, COMENSHA, DESK, LELYSTAD, POLICE, ZWOLLE
from workflows.signal.routing import SignalRouting

IN_LELYSTAD, IN_ZWOLLE, IN_UTRECHT = "GM0995", "GM0193", "GM0344"
NOWHERE = SignalReported(signal=Signal(municipality=None, account="an example"))
KNOWN = SignalReported(signal=Signal(municipality=IN_LELYSTAD, account="an example"))
NO_CAPACITY = CaseDeclined(reason=NotOurs.NO_CAPACITY)
S = SignalStatus


def elsewhere(municipality: str | None) -> CaseDeclined:
    return CaseDeclined(reason=NotOurs.OTHER_REGION, municipality=municipality)


async def test_of_an_unknown_place_comensha_is_asked_at_once_and_no_gap_is_counted(stage: Staged) -> None:
    desk = await stage(DESK, SignalRouting)
    await desk.open(NOWHERE, POLICE)
    [(asked, routed)] = await desk.sent(SignalRouted)
    assert (asked, routed.signal.municipality, routed.care_region) == (COMENSHA, None, None)
    assert await desk.sent(CoverageGapObserved) == []
    assert await desk.phase() == "with_registry"


async def test_who_declines_and_names_the_place_has_its_coordinator_asked(stage: Staged) -> None:
    desk = await stage(DESK, SignalRouting)
    await desk.open(NOWHERE, POLICE)
    await desk.hear(elsewhere(IN_LELYSTAD), COMENSHA)
    assert await _asked(desk) == [COMENSHA, ALMERE]
    routed = (await desk.sent(SignalRouted))[-1][1]
    assert (routed.signal.municipality, routed.care_region) == (IN_LELYSTAD, "Almere")
    told = [changed.status for _, changed in await desk.sent(SignalStatusChanged)]
    assert told == [S.WITH_REGISTRY, S.WITH_COORDINATOR]
    reported, learned = (await content(desk)).parts
    assert reported.data["signal"]["municipality"] is None
    assert (learned.what, learned.who, learned.data) == ("case_declined", COMENSHA, {"municipality": IN_LELYSTAD})


async def test_a_decline_that_names_no_place_leads_to_comensha_as_ever(stage: Staged) -> None:
    desk = await stage(DESK, SignalRouting)
    await desk.open(KNOWN, POLICE)
    await desk.hear(elsewhere(None), ALMERE)
    assert await _asked(desk) == [ALMERE, COMENSHA]


async def test_regions_that_name_each_other_are_asked_once_each_and_then_a_person_is(stage: Staged) -> None:
    desk = await stage(DESK, SignalRouting)
    await desk.open(KNOWN, POLICE)
    for slug, place in ((ALMERE, IN_ZWOLLE), (ZWOLLE, IN_LELYSTAD), (COMENSHA, IN_ZWOLLE)):
        await desk.hear(elsewhere(place), slug)
    assert await _asked(desk) == [ALMERE, ZWOLLE, COMENSHA]
    assert await desk.phase() == "alarm"
    assert (await desk.sent(SignalStatusChanged))[-1][1].status is S.WITH_DESK
    assert any("assign an owner" in alarm for alarm in (await desk.view()).alarms)
    await desk.decide(AssignOwner(to=ZWOLLE))
    assert await _asked(desk) == [ALMERE, ZWOLLE, COMENSHA, ZWOLLE]


@pytest.mark.parametrize("answer", ["silence", "no capacity"])
async def test_comensha_that_declined_is_not_asked_again_when_the_coordinator_does_not_take_it(
    stage: Staged, answer: str
) -> None:
    desk = await stage(DESK, SignalRouting)
    await desk.open(NOWHERE, POLICE)
    await desk.hear(elsewhere(IN_LELYSTAD), COMENSHA)
    await (desk.skip(timedelta(days=5)) if answer == "silence" else desk.hear(NO_CAPACITY, ALMERE))
    await desk.settle()
    assert await _asked(desk) == [COMENSHA, ALMERE]
    assert await desk.phase() == "alarm"


async def test_of_a_place_that_is_named_and_has_nobody_comensha_is_asked(stage: Staged) -> None:
    desk = await stage(DESK, SignalRouting)
    await desk.open(KNOWN, POLICE)
    await desk.hear(elsewhere(IN_UTRECHT), ALMERE)
    assert await _asked(desk) == [ALMERE, COMENSHA]


async def test_who_was_silent_is_not_asked_again_and_may_still_accept(stage: Staged) -> None:
    desk = await stage(DESK, SignalRouting)
    await desk.open(KNOWN, POLICE)
    await desk.skip(timedelta(days=4))
    await desk.hear(elsewhere(IN_LELYSTAD), COMENSHA)
    assert await _asked(desk) == [ALMERE, COMENSHA]
    assert await desk.phase() == "alarm"
    await desk.hear(CaseAccepted(), ALMERE)
    assert await desk.phase() == "owned"


async def test_when_everybody_has_been_asked_a_late_word_of_the_place_still_helps(stage: Staged) -> None:
    desk = await stage(DESK, SignalRouting)
    await desk.open(KNOWN, POLICE)
    await desk.hear(NO_CAPACITY, ALMERE)
    await desk.skip(timedelta(days=4))
    assert await desk.phase() == "alarm"
    await desk.hear(elsewhere(IN_ZWOLLE), COMENSHA)
    assert await _asked(desk) == [ALMERE, COMENSHA, ZWOLLE]
    assert await desk.phase() == "with_coordinator"


async def test_what_comes_while_the_place_cannot_be_looked_up_counts(stage: Staged) -> None:
    desk = await stage(DESK, SignalRouting)
    await desk.open(KNOWN, POLICE)
    await desk.skip(timedelta(days=4))
    desk.maps.lost = True
    await desk.hear(elsewhere(IN_ZWOLLE), COMENSHA)
    assert await desk.phase() == "searching"
    await desk.hear(NO_CAPACITY, ALMERE)
    assert await desk.phase() == "searching"
    desk.maps.lost = False
    await desk.skip(timedelta(minutes=2))
    assert await _asked(desk) == [ALMERE, COMENSHA, ZWOLLE]
    await desk.hear(CaseAccepted(), ZWOLLE)
    assert await desk.phase() == "owned"


async def test_who_accepts_while_the_place_cannot_be_looked_up_owns_it(stage: Staged) -> None:
    desk = await stage(DESK, SignalRouting)
    await desk.open(KNOWN, POLICE)
    await desk.skip(timedelta(days=4))
    desk.maps.lost = True
    await desk.hear(elsewhere(IN_ZWOLLE), COMENSHA)
    await desk.hear(CaseAccepted(), ALMERE)
    desk.maps.lost = False
    await desk.skip(timedelta(minutes=2))
    assert await _asked(desk) == [ALMERE, COMENSHA]
    assert await desk.phase() == "owned"


def test_a_place_is_named_only_where_it_says_whose_region_it_is() -> None:
    assert elsewhere(IN_ZWOLLE).places() == (IN_ZWOLLE,)
    assert NOWHERE.places() == ()
    assert elsewhere(IN_ZWOLLE).elsewhere == IN_ZWOLLE
    assert CaseDeclined(reason=NotOurs.NO_CAPACITY, municipality=IN_ZWOLLE).elsewhere is None


def test_that_nobody_knows_the_place_is_said_and_not_left_out() -> None:
    with pytest.raises(ValidationError, match="municipality"):
        Signal.model_validate({"account": "an example"})


async def test_for_an_unknown_place_help_can_be_asked_that_works_everywhere() -> None:
    routing, today = Routing(Atlas(read_directory())), datetime.now(UTC)
    unknown = await routing.find_help(Place(municipality=None, at=today))
    known = await routing.find_help(Place(municipality=IN_LELYSTAD, at=today))
    everywhere = [found.party.slug for found in unknown.organisations]
    assert everywhere == ["cosm-shelter", "womens-shelter"]
    assert "ambulatory-help" in {found.party.slug for found in known.organisations} - {*everywhere}
    assert (unknown.municipality, known.municipality.slug if known.municipality else "") == (None, LELYSTAD)
    assert (await routing.find_riec(Place(municipality=None, at=today))).riec is None


async def _asked(desk: Stage) -> list[str]:
    return [to for to, _ in await desk.sent(SignalRouted)]
