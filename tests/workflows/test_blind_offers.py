"""Nobody is offered by name: an offer is in codes, and only the organisation that accepted hears who the person is."""

from dataclasses import replace
from datetime import timedelta

import pytest

from contracts.clocks import Clocks
from contracts.commands import AcceptOffer, Command, DeclineOffer, OfferHelp, RecordConsent, RecordIntake, WithdrawConsent
from contracts.events.referrals import Need, PersonRevealed, ReferralAccepted, ReferralDeclined, ReferralOffered
from contracts.events.signals import Person
from contracts.personal import models_in
from contracts.profile import AgeBand, Language, Profile, Security, Sex
from contracts.shape import codes_of, core, inner
from contracts.words import Decline, Service
from tests.workflows.conftest import Staged
from tests.workflows.stage import Stage
from tests.workflows.test_let_go import content, whole
from tests.workflows.ways import ALMERE, COSM, EPOCH, INTAKE, PLACE, WOMEN, Step, Way, walk
from tests.workflows.wide_open import WideOpen

MARK = "an example that names somebody"
PERSON = Person(name=f"{MARK}: name", language=f"{MARK}: language", safe_contact=f"{MARK}: contact", birth_year=2000)
WHO = Need(service=Service.COSM, children=1, safety=f"{MARK}: safety")
CODES = Profile(sex=Sex.FEMALE, age=AgeBand.FROM_18, languages=(Language.ROMANIAN,), security=Security.LEVEL_2)
WITH_CONSENT = INTAKE.then(RecordIntake(needs=f"{MARK}: needs", person=PERSON), RecordConsent(help=True))
ASK = OfferHelp(need=WHO, profile=CODES, organisations=(COSM, WOMEN))
ASKING = replace(WITH_CONSENT.then(ASK), clocks=Clocks.model_validate({"offer": "2 days"}))
LATE = timedelta(days=2, minutes=1)


def accepted(number: int, by: str) -> Step:
    return ReferralAccepted(referral=number), by


def declined(number: int, by: str) -> Step:
    return ReferralDeclined(referral=number, reason=Decline.FULL), by


WAYS: dict[str, tuple[Way, list[str]]] = {
    "nobody has answered": (ASKING, []),
    "the first declined": (ASKING.then(declined(1, COSM)), []),
    "nobody could": (ASKING.then(declined(1, COSM), declined(2, WOMEN)), []),
    "the second accepted": (ASKING.then(declined(1, COSM), accepted(2, WOMEN)), [WOMEN]),
    "the first accepted too late": (ASKING.then(LATE, accepted(1, COSM)), []),
    "both accepted, one too late": (ASKING.then(LATE, accepted(1, COSM), accepted(2, WOMEN)), [WOMEN]),
    "consent was withdrawn before": (ASKING.then(WithdrawConsent(help=True), accepted(1, COSM)), []),
    "the first accepted": (ASKING.then(accepted(1, COSM)), [COSM]),
}


@pytest.mark.parametrize(("way", "revealed"), WAYS.values(), ids=WAYS)
async def test_the_person_is_told_to_whoever_accepted_and_to_nobody_else(stage: Staged, way: Way, revealed: list[str]) -> None:
    case = await walk(stage, way)
    told = [to for to, _ in await case.sent(PersonRevealed)]
    assert told == revealed
    assert {to for to, message in case.letters.all if MARK in str(message.data)} == set(revealed)


async def test_an_offer_says_codes_and_what_is_needed(stage: Staged) -> None:
    case = await walk(stage, ASKING)
    [(to, offer)] = await case.sent(ReferralOffered)
    assert (to, offer.profile, offer.person) == (COSM, CODES, Person())
    assert offer.need == WHO.model_copy(update={"safety": None})


async def test_whoever_accepted_hears_all_that_helps_to_meet_the_person(stage: Staged) -> None:
    case = await walk(stage, ASKING.then(accepted(1, COSM)))
    assert await case.sent(PersonRevealed) == [(COSM, PersonRevealed(referral=1, need=WHO, person=PERSON))]


async def test_who_declines_after_all_is_followed_by_one_that_is_asked_in_codes_again(stage: Staged) -> None:
    case = await walk(stage, ASKING.then(accepted(1, COSM), declined(1, COSM)))
    assert [(to, offer.profile) for to, offer in await case.sent(ReferralOffered)] == [(COSM, CODES), (WOMEN, CODES)]
    assert [to for to, _ in await case.sent(PersonRevealed)] == [COSM]


def test_a_profile_has_no_field_for_a_text() -> None:
    for name, field in Profile.model_fields.items():
        kind = inner(field.annotation) or core(field.annotation)
        assert codes_of(kind) or name == "needed_from", f"{name}: an offer is blind, so a profile holds codes only"
        assert not models_in(field.annotation)


def test_what_was_decided_before_goes_on_as_it_began() -> None:
    before = OfferHelp.model_validate({"need": WHO.model_dump(), "organisations": [COSM]})
    assert not before.is_blind
    assert OfferHelp.model_validate_json(before.model_dump_json()).is_blind, "whatever is written today has a profile"


# At the shelter

OFFERED = ReferralOffered(referral=1, need=Need(service=Service.COSM), profile=CODES, answer_by=EPOCH)
REVEALED = PersonRevealed(referral=1, need=WHO, person=PERSON)
BLIND = replace(PLACE, process=WideOpen, opening=(OFFERED, ALMERE))


async def read(place: Stage) -> list[str]:
    return [part.what for part in (await content(place)).parts]


async def test_a_shelter_reads_who_it_is_when_it_was_told(stage: Staged) -> None:
    place = await walk(stage, BLIND.then(AcceptOffer()))
    assert await read(place) == ["referral_offered"]
    assert "report_first_contact" not in [choice.command for choice in (await place.view()).choices]
    await place.hear(REVEALED, ALMERE)
    assert await read(place) == ["referral_offered", "person_revealed"]
    assert "report_first_contact" in [choice.command for choice in (await place.view()).choices]


async def test_being_told_moves_no_clock(stage: Staged) -> None:
    place = await walk(stage, BLIND.then(AcceptOffer()))
    before = (await place.view()).track.until
    await place.skip(timedelta(hours=1))
    await place.hear(REVEALED, ALMERE)
    assert (await place.view()).track.until == before


async def test_a_shelter_that_has_not_accepted_is_not_told(stage: Staged) -> None:
    place = await walk(stage, BLIND)
    assert await place.code(REVEALED, ALMERE) == "not_possible_now"
    assert MARK not in await whole(place)


async def test_who_was_told_and_does_not_help_after_all_forgets_it(stage: Staged) -> None:
    ends: Command = DeclineOffer(reason=Decline.UNSAFE_HERE)
    place = await walk(stage, BLIND.then(AcceptOffer(), (REVEALED, ALMERE)))
    assert MARK in await whole(place)
    await place.decide(ends)
    await place.handle.result()
    assert (await content(place)).parts == ()
    assert MARK not in await whole(place)
