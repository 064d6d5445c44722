from datetime import UTC, datetime, timedelta

from contracts.commands import (
    AcceptCase,
    AskPrivacyCheck,
    ConcludeCase,
    DeclineCase,
    GiveUp,
    OfferAgain,
    OfferHelp,
    RecordConsent,
    RecordContact,
    RecordIntake,
    RecordTriage,
    StartAftercare,
    WithdrawConsent,
)
from contracts.events.dossiers import Observation, PrivacyCheckAnswered, PrivacyCheckDecided
from contracts.events.observations import ObservationAnswered, ObservationNoted
from contracts.events.referrals import (
    FirstContactMade,
    Need,
    ReferralAccepted,
    ReferralCompleted,
    ReferralDeclined,
    ReferralOffered,
    ReferralRecalled,
    ReferralSeen,
)
from contracts.events.registrations import RegistrationAmended, RegistrationRecorded, RegistrationRequested
from contracts.events.signals import (
    CaseAccepted,
    CaseConcluded,
    CaseDeclined,
    CaseProgressed,
    CaseWithdrawn,
    Person,
    Signal,
    SignalRouted,
)
from contracts.words import (
    AgencyKind,
    AidOutcome,
    CaseOutcome,
    ConsentTo,
    Decline,
    Finding,
    NotOurs,
    ObservationStands,
    Recall,
    Service,
    Urgency,
    Weighing,
)
from tests.workflows.conftest import Staged
from tests.workflows.samples import EPOCH, OBSERVATION
from tests.workflows.stage import Stage, party
from workflows.case.case import Case
from workflows.case.file import SharingFile
from workflows.engine.record import Progress

ROUTED = SignalRouted(
    signal=Signal(municipality="GM0995", account="an example"), care_region="Almere", reported_by=AgencyKind.REPORTER
)
INTAKE = RecordIntake(needs="an example", person=Person(language="an example language"))
COSM = OfferHelp(need=Need(service=Service.COSM), organisations=("cosm-shelter", "womens-shelter"))


async def at_consent(stage: Staged) -> Stage:
    case = await stage("coordinator-almere", Case)
    await case.open(ROUTED, "signal-desk")
    await case.decide(AcceptCase())
    await case.decide(RecordTriage(finding=Finding.PRESUMED_VICTIM))
    await case.decide(INTAKE)
    await case.settle()
    return case


async def at_planning(stage: Staged) -> Stage:
    case = await at_consent(stage)
    await case.decide(RecordConsent(help=True, riec=True))
    await case.settle()
    return case


async def test_from_signal_to_closure_with_help_and_riec(stage: Staged) -> None:
    case = await at_planning(stage)
    assert await case.sent(CaseAccepted) == [("signal-desk", CaseAccepted())]
    await case.decide(COSM)
    observation = Observation(municipality="GM0995", phenomenon="an example")
    await case.decide(AskPrivacyCheck(observation=observation))
    await case.settle()
    [noted] = case.letters.to_itself
    assert noted.event() == ObservationNoted(observation=observation)
    await case.hear(ReferralDeclined(referral=1, reason=Decline.FULL), "cosm-shelter")
    await case.hear(ReferralSeen(referral=2), "womens-shelter")
    await case.hear(ReferralAccepted(referral=2), "womens-shelter")
    assert (await case.view()).responsible == "coordinator-almere"
    await case.hear(FirstContactMade(referral=2), "womens-shelter")
    assert (await case.view()).responsible == "womens-shelter"
    assert len(await case.sent(CaseProgressed)) == 1
    await case.hear(ObservationAnswered(stands=ObservationStands.BROUGHT), "coordinator-almere")
    await case.hear(ObservationAnswered(stands=ObservationStands.BROUGHT, weighing=Weighing.CASE), "coordinator-almere")
    assert "help still runs at womens-shelter" in await case.refused(ConcludeCase(outcome=CaseOutcome.HELPED))
    await case.hear(ReferralCompleted(referral=2, outcome=AidOutcome.SAFE_HOUSING), "womens-shelter")
    assert (await case.view()).responsible == "coordinator-almere"
    await case.decide(StartAftercare())
    await case.skip(timedelta(days=100))
    assert (await case.view()).track.reminders == 1
    await case.decide(ConcludeCase(outcome=CaseOutcome.HELPED))
    assert await case.phase() == "closing"
    await case.hear(RegistrationRecorded(anonymous=True), "comensha")
    await case.handle.result()
    assert await case.sent(CaseConcluded) == [("signal-desk", CaseConcluded(outcome=CaseOutcome.HELPED))]
    assert [amended.outcome for _, amended in await case.sent(RegistrationAmended)] == [CaseOutcome.HELPED]


async def test_no_to_help_is_not_the_end_and_nothing_is_shared(stage: Staged) -> None:
    case = await at_consent(stage)
    await case.decide(RecordConsent(help=False))
    assert await case.phase() == "waiting"
    assert await case.sent(RegistrationRequested) == []
    await case.skip(timedelta(days=31))
    assert (await case.view()).track.reminders == 1
    await case.decide(RecordContact(reached=True))
    assert (await case.view()).track.reminders == 0, "the clock began anew"
    await case.decide(RecordConsent(help=True))
    assert await case.phase() == "planning"
    await case.decide(RecordConsent(help=False))
    await case.decide(ConcludeCase(outcome=CaseOutcome.NO_HELP_WANTED))
    [(to, request)] = await case.sent(RegistrationRequested)
    assert (to, request.consented, request.registrant) == ("comensha", False, None)
    await case.hear(RegistrationRecorded(anonymous=True), "comensha")
    await case.handle.result()
    assert await case.sent(ReferralOffered) == []
    assert case.letters.to_itself == []
    assert await case.sent(CaseConcluded) == [("signal-desk", CaseConcluded(outcome=CaseOutcome.NO_HELP_WANTED))]


async def test_what_is_said_of_one_purpose_costs_no_other(stage: Staged) -> None:
    case = await at_planning(stage)
    await case.decide(COSM)
    await case.decide(RecordConsent(registration=True, written=True))
    [(to, request)] = await case.sent(RegistrationRequested)
    assert (to, request.consented) == ("comensha", True)
    assert await case.phase() == "in_care"
    assert await case.sent(ReferralRecalled) == []
    assert {one.purpose: one.holds for one in (await case.view()).consents} == dict.fromkeys(ConsentTo, True)
    await case.decide(RecordConsent(registration=False))
    taken_back = [line.facts["consent"] for line in (await case.view()).story if line.what == "consent_withdrawn"]
    assert taken_back == [ConsentTo.REGISTRATION]
    assert await case.sent(ReferralRecalled) == []


async def test_consent_may_be_recorded_before_the_intake(stage: Staged) -> None:
    case = await stage("coordinator-almere", Case)
    await case.open(ROUTED, "signal-desk")
    await case.decide(AcceptCase())
    assert "says nothing" in await case.refused(RecordConsent())
    await case.decide(RecordConsent(help=True))
    assert await case.phase() == "triage"
    await case.decide(RecordTriage(finding=Finding.PRESUMED_VICTIM))
    await case.decide(RecordIntake(needs="an example"))
    assert await case.phase() == "planning"


async def test_a_finding_may_be_revised_while_no_help_runs(stage: Staged) -> None:
    case = await at_planning(stage)
    await case.decide(RecordTriage(finding=Finding.OTHER_HARM))
    assert await case.phase() == "planning"
    await case.decide(COSM)
    await case.hear(ReferralAccepted(referral=1), "cosm-shelter")
    await case.hear(FirstContactMade(referral=1), "cosm-shelter")
    assert "help still runs" in await case.refused(RecordTriage(finding=Finding.NO_VICTIM))
    await case.hear(ReferralCompleted(referral=1, outcome=AidOutcome.HELP_COMPLETED), "cosm-shelter")
    await case.decide(RecordTriage(finding=Finding.NO_VICTIM))
    await case.handle.result()
    assert await case.sent(RegistrationRequested) == [], "who is no victim does not count"
    assert await case.sent(CaseConcluded) == [("signal-desk", CaseConcluded(outcome=CaseOutcome.NO_VICTIM))]


async def test_help_may_not_be_asked_before_consent(stage: Staged) -> None:
    case = await at_consent(stage)
    assert "help may not be asked without consent" in await case.refused(COSM)
    assert "record consent" in await case.refused(COSM)


async def test_under_16_a_guardian_consents(stage: Staged) -> None:
    case = await stage("coordinator-almere", Case)
    await case.open(ROUTED, "signal-desk")
    await case.decide(AcceptCase())
    await case.decide(RecordTriage(finding=Finding.PRESUMED_VICTIM))
    await case.decide(RecordIntake(needs="an example", under_16=True))
    assert "parent or guardian" in await case.refused(RecordConsent(help=True))
    await case.decide(RecordConsent(help=True, by_guardian=True))
    assert await case.phase() == "planning"


async def test_an_offer_that_nobody_answers_goes_to_the_next_and_then_counts_as_not_placed(stage: Staged) -> None:
    case = await at_planning(stage)
    await case.decide(COSM)
    await case.skip(timedelta(days=5))
    offered = await case.sent(ReferralOffered)
    assert [to for to, _ in offered] == ["cosm-shelter", "womens-shelter"]
    assert [recalled.reason for _, recalled in await case.sent(ReferralRecalled)] == [Recall.NO_ANSWER, Recall.NO_ANSWER]
    assert [amended.not_placed for _, amended in await case.sent(RegistrationAmended)] == [1]
    assert (await case.view()).tracks[0].phase == "not_placed"
    assert "cannot be asked for cosm" in await case.refused(OfferAgain(referral=1, organisations=("ambulatory-help",)))
    assert "no request for help with number 7" in await case.refused(GiveUp(referral=7))
    await case.decide(OfferAgain(referral=1, organisations=("womens-shelter",)))
    await case.hear(ReferralAccepted(referral=3), "womens-shelter")
    await case.hear(ReferralAccepted(referral=1), "cosm-shelter")
    assert (await case.view()).tracks[0].phase == "accepted"


async def test_a_crisis_offer_has_hours_not_days(stage: Staged) -> None:
    case = await at_planning(stage)
    need = Need(service=Service.COSM, urgency=Urgency.CRISIS)
    await case.decide(OfferHelp(need=need, organisations=("cosm-shelter", "womens-shelter")))
    await case.hear(ReferralSeen(referral=1), "cosm-shelter")
    await case.skip(timedelta(hours=5))
    assert [to for to, _ in await case.sent(ReferralOffered)] == ["cosm-shelter", "womens-shelter"]


async def test_withdrawn_consent_recalls_what_was_offered(stage: Staged) -> None:
    case = await at_planning(stage)
    await case.decide(COSM)
    await case.decide(WithdrawConsent(help=True))
    assert [recalled.reason for _, recalled in await case.sent(ReferralRecalled)] == [Recall.CONSENT_WITHDRAWN]
    assert await case.phase() == "waiting"
    await case.decide(ConcludeCase(outcome=CaseOutcome.NO_HELP_WANTED))
    assert await case.phase() == "closing", "it went on: this server would say the same of a case that ended in silence"
    await case.hear(RegistrationRecorded(anonymous=True), "comensha")
    await case.handle.result()
    assert len(await case.sent(CaseConcluded)) == 1


async def test_a_withdrawal_that_takes_nothing_back_is_refused(stage: Staged) -> None:
    case = await at_consent(stage)
    await case.decide(RecordConsent(help=True))
    for nothing in (WithdrawConsent(), WithdrawConsent(registration=True, riec=True)):
        assert "choose at least one consent that was given" in await case.refused(nothing)
    view = await case.view()
    assert "withdraw_consent" not in [line.what for line in view.story]
    assert view.track.phase == "planning"


async def test_an_organisation_is_asked_once(stage: Staged) -> None:
    case = await at_planning(stage)
    twice = ("cosm-shelter", "womens-shelter", "cosm-shelter")
    words = "asked more than once: cosm-shelter; name each organisation once"
    assert words in await case.refused(OfferHelp(need=COSM.need, organisations=twice))
    assert await case.sent(ReferralOffered) == []
    await case.decide(OfferHelp(need=COSM.need, organisations=("cosm-shelter",)))
    await case.hear(ReferralDeclined(referral=1, reason=Decline.FULL), "cosm-shelter")
    assert words in await case.refused(OfferAgain(referral=1, organisations=twice))
    assert len(await case.sent(ReferralOffered)) == 1


async def test_a_case_that_is_not_ours_goes_back_at_once(stage: Staged) -> None:
    case = await stage("coordinator-almere", Case)
    await case.open(ROUTED, "signal-desk")
    await case.decide(DeclineCase(reason=NotOurs.OTHER_REGION))
    await case.handle.result()
    assert await case.sent(CaseDeclined) == [("signal-desk", CaseDeclined(reason=NotOurs.OTHER_REGION))]


async def test_a_withdrawn_case_takes_its_offers_back(stage: Staged) -> None:
    case = await at_planning(stage)
    await case.decide(COSM)
    assert await case.code(CaseWithdrawn(), "cosm-shelter") == "not_a_party"
    await case.hear(CaseWithdrawn(), "signal-desk")
    assert [recalled.reason for _, recalled in await case.sent(ReferralRecalled)] == [Recall.PLACED_ELSEWHERE]
    await case.hear(RegistrationRecorded(anonymous=True), "comensha")
    await case.handle.result()
    assert await case.sent(CaseConcluded) == []


async def test_unclear_means_a_talk_within_72_hours(stage: Staged) -> None:
    case = await stage("coordinator-almere", Case)
    await case.open(ROUTED, "signal-desk")
    await case.decide(AcceptCase())
    await case.decide(RecordTriage(finding=Finding.UNCLEAR))
    view = await case.view()
    assert view.track.until is not None
    assert view.track.until - view.track.since == timedelta(hours=72)
    await case.skip(timedelta(hours=73))
    assert (await case.view()).track.reminders == 1
    await case.decide(RecordTriage(finding=Finding.NO_VICTIM))
    await case.handle.result()
    assert await case.sent(RegistrationRequested) == []
    assert await case.sent(CaseConcluded) == [("signal-desk", CaseConcluded(outcome=CaseOutcome.NO_VICTIM))]


async def test_what_waits_for_somebody_who_cannot_be_reached_is_posted_when_they_are_back(stage: Staged) -> None:
    case = await at_planning(stage)
    case.letters.silent = {"cosm-shelter"}
    await case.decide(COSM)
    await case.decide(AskPrivacyCheck(observation=Observation(municipality="GM0995", phenomenon="an example")))
    assert await case.sent(ReferralOffered) == []
    assert len(case.letters.to_itself) == 1
    case.letters.silent = set()
    await case.skip(timedelta(minutes=3))
    assert [to for to, _ in await case.sent(ReferralOffered)] == ["cosm-shelter"]


async def test_a_case_that_asked_under_its_own_reference_goes_on_as_it_began(stage: Staged) -> None:
    """By software of before: the municipality answers it, and its own file of observations has nothing to say there."""
    case = await stage("coordinator-almere", Case)
    asked = Progress(phase="asked", since=EPOCH, due=datetime(2100, 1, 1, tzinfo=UTC))
    case.begin_as = {"sharing": SharingFile(municipality=party("lelystad"), observation=OBSERVATION, progress=asked)}
    await case.open(ROUTED, "signal-desk")
    assert await case.code(ObservationAnswered(stands=ObservationStands.BROUGHT), "coordinator-almere") == "case_unknown"
    await case.hear(PrivacyCheckDecided(brought=True), "lelystad")
    await case.hear(PrivacyCheckAnswered(weighing=Weighing.CLOSED), "lelystad")
    await case.settle()
    assert [track.name for track in (await case.view()).tracks] == [], "the way to the RIEC has ended"
    assert case.letters.to_itself == []


async def test_an_observation_leaves_no_trace_of_the_case_and_is_noted_once(stage: Staged) -> None:
    case = await at_planning(stage)
    await case.decide(AskPrivacyCheck(observation=OBSERVATION))
    await case.settle()
    await case.skip(timedelta(days=30))
    [noted] = case.letters.to_itself
    assert noted.caseref == case.ties.made_for[case.reference] != case.reference
    of_case = {part for _, message in case.letters.all for part in (message.traceparent or "").split("-")[1:3]}
    assert of_case.isdisjoint((noted.traceparent or "").split("-")[1:3])
    assert case.reference not in noted.to_json().decode()
