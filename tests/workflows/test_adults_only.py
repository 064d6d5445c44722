"""Who is or may be under 18 is not offered to a service for adults; help that runs goes on until a person decides."""

import pytest

from contracts.commands import DeclareDanger, OfferAgain, OfferHelp, RecordConsent, RecordFacts
from contracts.events.referrals import (
    FirstContactMade,
    Need,
    ReferralAccepted,
    ReferralDeclined,
    ReferralOffered,
    ReferralRecalled,
)
from contracts.profile import AgeBand, Profile
from contracts.services import ADULTS_ONLY
from contracts.words import ConsentBy, Decline, FactSource, Recall, Service
from tests.workflows.conftest import Staged
from tests.workflows.stage import Stage
from tests.workflows.test_case_minor import AMBULATORY, alarms, phase_of_child
from tests.workflows.ways import COSM, HELPED, INTAKE, MINOR, NEED, NOT_PLACED, PLANNING, WOMEN, walk
from workflows.case.letters import AMONG_ADULTS, CONSENT_OF_A_CHILD

FOUND_YOUNG = RecordFacts(age=AgeBand.PERHAPS_UNDER_18, source=FactSource.OTHERS)
ASK = OfferHelp(need=NEED, organisations=(COSM, WOMEN))
WHY = "is for adults only, and this person counts as under 18"


def in_codes(age: AgeBand, service: Service, to: str) -> OfferHelp:
    return OfferHelp(need=Need(service=service), profile=Profile(age=age), organisations=(to,))


async def recalled(case: Stage) -> list[tuple[str, Recall]]:
    return [(to, event.reason) for to, event in await case.sent(ReferralRecalled)]


def test_a_service_for_adults_has_a_source() -> None:
    assert set(ADULTS_ONLY) == {Service.COSM, Service.WOMENS_SHELTER}
    assert all(source.startswith("POLICY: ") for source in ADULTS_ONLY.values())


async def test_no_service_for_adults_is_offered_to_a_child_and_others_are(stage: Staged) -> None:
    case = await walk(stage, MINOR.then(RecordConsent(help=True, by=ConsentBy.BOTH)))
    assert WHY in await case.refused(ASK)
    await case.decide(OfferHelp(need=Need(service=Service.AMBULATORY), organisations=(AMBULATORY,)))
    assert [to for to, _ in await case.sent(ReferralOffered)] == [AMBULATORY]


async def test_also_not_in_danger_nor_where_only_the_profile_says_so(stage: Staged) -> None:
    case = await walk(stage, MINOR.then(DeclareDanger(threat="an example threat")))
    assert WHY in await case.refused(ASK)
    other = await walk(stage, PLANNING)
    assert WHY in await other.refused(in_codes(AgeBand.FROM_16, Service.COSM, COSM))
    await other.decide(in_codes(AgeBand.FROM_18, Service.COSM, COSM))


async def test_also_not_again(stage: Staged) -> None:
    case = await walk(stage, NOT_PLACED.then(FOUND_YOUNG))
    assert WHY in await case.refused(OfferAgain(referral=1, organisations=(COSM,)))


@pytest.mark.parametrize("answer", [None, ReferralAccepted(referral=1)], ids=["offered", "accepted"])
async def test_an_open_offer_for_adults_is_recalled_when_a_child_becomes_known(
    stage: Staged, answer: ReferralAccepted | None
) -> None:
    case = await walk(stage, PLANNING.then(ASK, *([(answer, COSM)] if answer else [])))
    await case.decide(FOUND_YOUNG)
    assert await recalled(case) == [(COSM, Recall.UNDER_18)]
    await case.decide(RecordFacts(age=AgeBand.UNKNOWN, source=FactSource.PERSON))
    assert [to for to, _ in await case.sent(ReferralOffered)] == [COSM], "the next one is not asked"


async def test_the_control_an_offer_for_everybody_stands(stage: Staged) -> None:
    case = await walk(stage, PLANNING.then(OfferHelp(need=Need(service=Service.AMBULATORY), organisations=(AMBULATORY,))))
    await case.decide(FOUND_YOUNG)
    assert await recalled(case) == []
    await case.hear(ReferralDeclined(referral=1, reason=Decline.FULL), AMBULATORY)


async def test_help_that_runs_is_not_cut_and_a_person_decides(stage: Staged) -> None:
    case = await walk(stage, HELPED.then(FOUND_YOUNG))
    assert await recalled(case) == []
    assert AMONG_ADULTS in await alarms(case)
    assert await phase_of_child(case) == "unguarded"
    control = await walk(
        stage,
        PLANNING.then(
            OfferHelp(need=Need(service=Service.AMBULATORY), organisations=(AMBULATORY,)),
            (ReferralAccepted(referral=1), AMBULATORY),
            (FirstContactMade(referral=1), AMBULATORY),
            FOUND_YOUNG,
        ),
    )
    assert AMONG_ADULTS not in await alarms(control)


async def test_a_consent_that_does_not_count_at_this_age_is_asked_again(stage: Staged) -> None:
    young = RecordFacts(age=AgeBand.FROM_12, source=FactSource.DOCUMENT)
    case = await walk(stage, INTAKE.then(RecordConsent(help=True), young))
    assert CONSENT_OF_A_CHILD in await alarms(case)
    control = await walk(stage, INTAKE.then(RecordConsent(help=True, by=ConsentBy.BOTH), young))
    assert CONSENT_OF_A_CHILD not in await alarms(control)
