"""What leads nowhere is said before anybody is asked: no RIEC for a place, no organisation to help, help for nobody."""

from dataclasses import replace
from datetime import date

import pytest

from contracts.agencies import Directory
from contracts.by_hand import not_by_hand
from contracts.commands import COMMANDS, AskPrivacyCheck, Command, DoNotBring, OfferHelp
from contracts.events.dossiers import Observation
from contracts.events.referrals import Need, ReferralDeclined, ReferralOffered
from contracts.personal import marks_of
from contracts.words import AgencyKind, Decline, NotBrought, Service
from tests.workflows import samples
from tests.workflows.conftest import Staged
from tests.workflows.doubles import Maps
from tests.workflows.situations import ELSEWHERE, SITUATIONS
from tests.workflows.stage import DIRECTORY, Stage
from tests.workflows.ways import ALMERE, COSM, PLACE, PLANNING, WAYS, Way, take, walk

NO_RIEC = "no RIEC takes part for the municipality where this happens"
NO_OFFICER = "the municipality where this happens does not take part"
NOBODY = "no organisation that takes part offers this help here"
HERE = Observation(municipality="GM0995", phenomenon="an example phenomenon")


async def walk_without(staged: Staged, way: Way, kind: AgencyKind) -> Stage:
    """As ``walk``, where no agency of a kind takes part."""
    stage: Stage = await staged(way.slug, way.process)
    stage.maps.directory = Directory(agencies=tuple(one for one in DIRECTORY.agencies if one.kind is not kind))
    assert way.opening
    await stage.open(*way.opening, way.clocks)
    for step in way.steps:
        await take(stage, step)
    return stage


async def choices(file: Stage) -> set[str]:
    return {choice.command for choice in (await file.view()).choices}


async def test_a_place_without_riec_is_refused_in_words_and_nobody_is_asked(stage: Staged) -> None:
    case = await walk(stage, PLANNING)
    words = await case.refused(AskPrivacyCheck(observation=ELSEWHERE))
    assert NO_RIEC in words
    assert "talk with the police there" in words
    assert case.letters.to_itself == []
    assert "ask_privacy_check" in await choices(case), "another place can be named"
    await case.decide(AskPrivacyCheck(observation=HERE))
    await case.settle()
    assert len(case.letters.to_itself) == 1


async def test_where_no_riec_takes_part_at_all_the_officer_is_not_offered(stage: Staged) -> None:
    case = await walk_without(stage, PLANNING, AgencyKind.RIEC)
    assert "ask_privacy_check" not in await choices(case)
    assert NO_RIEC in await case.refused(AskPrivacyCheck(observation=HERE))
    assert case.letters.to_itself == []


async def test_where_the_municipality_takes_no_part_its_officer_is_not_asked_wherever_she_stays(stage: Staged) -> None:
    case = await walk(stage, PLANNING)
    assert NO_OFFICER in await case.refused(AskPrivacyCheck(observation=HERE.model_copy(update={"municipality": "GM0303"})))
    assert case.letters.to_itself == []
    nowhere = await walk_without(stage, PLANNING, AgencyKind.MUNICIPALITY)
    assert "ask_privacy_check" not in await choices(nowhere)
    assert NO_OFFICER in await nowhere.refused(AskPrivacyCheck(observation=HERE))


async def test_an_officer_who_is_asked_all_the_same_is_offered_what_is_possible(stage: Staged) -> None:
    """By software that does not look yet, or after a RIEC has left."""
    check = await walk(stage, SITUATIONS["a check of a place without RIEC"])
    assert await choices(check) == {"do_not_bring"}
    await check.decide(DoNotBring(reason=NotBrought.NO_RIEC))
    await check.handle.result()


async def test_a_case_of_an_earlier_version_asks_as_before(stage: Staged, monkeypatch: pytest.MonkeyPatch) -> None:
    """It never learned for which places a RIEC takes part."""

    def unknown(maps: Maps, on: date) -> None:
        return None

    monkeypatch.setattr(Maps, "with_riec", unknown)
    monkeypatch.setattr(Maps, "observed", unknown)
    case = await walk(stage, PLANNING)
    await case.decide(AskPrivacyCheck(observation=ELSEWHERE))
    await case.settle()
    assert len(case.letters.to_itself) == 1


async def test_where_no_organisation_takes_part_help_is_not_offered(stage: Staged) -> None:
    case = await walk_without(stage, PLANNING, AgencyKind.AID_ORGANISATION)
    assert "offer_help" not in await choices(case)
    assert NOBODY in await case.refused(samples.COMMANDS["offer_help"])


async def test_help_is_asked_for_somebody(stage: Staged) -> None:
    case = await walk(stage, PLANNING)
    nobody = OfferHelp(need=Need(service=Service.COSM, adults=0, children=0), organisations=(COSM,))
    assert "this asks help for nobody" in await case.refused(nobody)
    assert await case.sent(ReferralOffered) == []
    await case.decide(OfferHelp(need=Need(service=Service.COSM, adults=0, children=1), organisations=(COSM,)))
    assert len(await case.sent(ReferralOffered)) == 1


async def test_an_offer_for_nobody_of_an_earlier_version_is_still_read(stage: Staged) -> None:
    offer = ReferralOffered(referral=1, need=Need(service=Service.COSM, adults=0), answer_by=samples.EPOCH)
    place = await walk(stage, replace(PLACE, opening=(offer, ALMERE)))
    assert await place.phase() == "offered"


KEPT_FROM_PEOPLE = [
    (command, field, value)
    for command, order in COMMANDS.items()
    for field, info in order.model_fields.items()
    for value in sorted(not_by_hand(marks_of(info)))
]
WHERE = {"conclude_case": PLANNING, "decline_offer": PLACE, "record_weighing": WAYS["Dossier", "weighing"]}


def test_what_a_clock_says_is_kept_from_people() -> None:
    assert ("decline_offer", "reason", "expired") in KEPT_FROM_PEOPLE
    assert ("record_weighing", "weighing", "closed") in KEPT_FROM_PEOPLE
    assert ReferralDeclined(referral=1, reason=Decline.EXPIRED), "it stays readable in what others say"


@pytest.mark.parametrize(("command", "field", "value"), KEPT_FROM_PEOPLE)
async def test_nobody_says_what_follows_from_a_clock_or_another_decision(
    stage: Staged, command: str, field: str, value: str
) -> None:
    file = await walk(stage, WHERE[command])
    order: Command = COMMANDS[command].model_validate({field: value})
    assert "this follows from a clock or another decision" in await file.refused(order)
