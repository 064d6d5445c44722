"""Numbers, ids and refusals from outside: none makes a file large, stops it, or is taken for another."""

import asyncio
from datetime import timedelta

import pytest
from temporalio.client import WorkflowUpdateRPCTimeoutOrCancelledError

from contracts.alarms import fitting
from contracts.catalogue import known_type
from contracts.commands import AcknowledgeAlarms
from contracts.events.deliveries import DeliveriesMissed, DeliveryRefused
from contracts.events.erasures import ErasureCompleted, ErasureRequested
from contracts.events.referrals import FirstContactMade, ReferralAccepted, ReferralSeen
from contracts.events.signals import CaseAccepted, CaseConcluded, CaseProgressed, CaseWithdrawn
from contracts.lines import MOST_AHEAD, Heard
from contracts.refusals import RefusalCode
from contracts.words import CaseOutcome, ErasureReason, SignalStatus
from tests.workflows.conftest import Staged
from tests.workflows.samples import EVENTS
from tests.workflows.stage import Stage
from tests.workflows.ways import ALMERE, ASKED, ASKING, COMENSHA, COSM, DESK, LELYSTAD, NAMED, SECOND, STRANGER, WAYS, walk
from workflows.engine.alarms import MOST_ALARMS, OpenAlarm, raised
from workflows.engine.record import Record

OWNED = WAYS["SignalRouting", "owned"]
PROGRESSED = CaseProgressed(status=SignalStatus.WITH_AID)
REFUSED = EVENTS["DeliveryRefused"]


async def refused(file: Stage, sender: str, **fields: object) -> str | None:
    return await file.code(DeliveryRefused.model_validate(REFUSED.model_dump() | fields), sender)


# Gaps


def test_a_file_of_an_earlier_version_holds_lists_and_words(directory: object) -> None:
    assert Heard.model_validate({"last": 9, "missing": [2, 3, 4, 7], "said": {"9": "f"}}).missing == [(2, 4), (7, 7)]
    me = {"slug": "comensha", "kind": "registry", "name": "an example"}
    old = {"reference": "k" + "2" * 24, "me": me, "system": "case", "alarms": ["one"], "ids": ["5eed5eed"]}
    file = Record.model_validate(old | {"heard": {"signal-desk/signal": {"last": 1, "missing": []}}})
    assert (file.alarms, file.first_id, file.opened_by) == ([OpenAlarm(words="one", number=1, first=1)], "5eed5eed", DESK)
    assert Record.model_validate_json(file.model_dump_json()) == file


async def test_a_gap_as_large_as_may_be_is_told_and_the_file_goes_on(stage: Staged) -> None:
    desk = await walk(stage, OWNED)
    await desk.hear(PROGRESSED, ALMERE, sequence=1 + MOST_AHEAD, past_gap=True)
    [(to, missed)] = await desk.sent(DeliveriesMissed)
    assert (to, missed.gaps) == (ALMERE, [(2, MOST_AHEAD)])
    assert f"events number 2 to {MOST_AHEAD} from {ALMERE} did not arrive" in (await desk.view()).alarms
    await desk.hear(PROGRESSED, ALMERE, sequence=2)
    assert await desk.phase() == "owned"


@pytest.mark.parametrize("number", [2 + MOST_AHEAD, 30_000_000, 999_999_999])
async def test_a_number_that_nobody_can_have_sent_is_refused_and_changes_nothing(stage: Staged, number: int) -> None:
    desk = await walk(stage, OWNED)
    before = await desk.view()
    for past_gap in (False, True):
        assert await desk.code(PROGRESSED, ALMERE, sequence=number, past_gap=past_gap) == "sequence_ahead"
    assert await desk.view() == before


async def test_who_has_no_part_learns_nothing_and_touches_nothing(stage: Staged) -> None:
    """Whatever the number, and whatever the event."""
    desk = await walk(stage, OWNED)
    before = await desk.view()
    for number in (0, 1, 5, 999_999_999):
        for event in (PROGRESSED, REFUSED, EVENTS["DeliveriesMissed"], EVENTS["SignalReported"]):
            assert await desk.code(event, STRANGER, sequence=number, past_gap=True) == "case_unknown"
    assert await desk.view() == before


async def test_only_whoever_opened_a_file_sends_what_opens_it_again(stage: Staged) -> None:
    place = await walk(stage, WAYS["Placement", "offered"])
    assert await place.code(EVENTS["ReferralOffered"], "coordinator-zwolle") == "case_unknown"
    assert await place.code(EVENTS["ReferralOffered"], ALMERE) == "not_possible_now"


async def test_one_coordinator_has_a_registration_and_reporters_report_beside(stage: Staged) -> None:
    file = await walk(stage, WAYS["Registration", "recorded"])
    assert await file.code(EVENTS["RegistrationRequested"], "coordinator-zwolle") == "case_unknown"
    assert await file.code(EVENTS["RegistrationRequested"], "police-midden-nederland") is None


# An id counts per sender


async def test_one_id_from_two_agencies_is_two_events(stage: Staged) -> None:
    case = await walk(stage, NAMED.then(*ASKING.steps[-1:]))
    await case.hear(EVENTS["RegistrationRecorded"], COMENSHA, id="5eed5eed")
    await case.hear(ReferralSeen(referral=1), COSM, id="5eed5eed")
    assert [line.what for line in (await case.view()).story if line.who in {COMENSHA, COSM}] == [
        "registration_recorded",
        "referral_seen",
    ]


async def test_one_id_for_two_events_is_refused_with_its_code(stage: Staged) -> None:
    desk = await walk(stage, OWNED)
    await desk.hear(PROGRESSED, ALMERE, id="5eed5eed", sequence=2, fingerprint="a" * 64)
    assert await desk.code(PROGRESSED, ALMERE, id="5eed5eed", sequence=2, fingerprint="b" * 64) == "id_reused"
    assert await desk.code(PROGRESSED, ALMERE, id="5eed5eed", sequence=2, fingerprint="a" * 64) is None


# Notices about events are not counted among events


async def test_a_notice_of_a_gap_arrives_whatever_its_number(stage: Staged) -> None:
    """Its sender counts it on another line than the events of the same file."""
    case = await walk(stage, NAMED.then(*ASKING.steps[-1:]))
    await case.hear(EVENTS["RegistrationRecorded"], COMENSHA, sequence=1, system="registration")
    gap = DeliveriesMissed.of("case", [(1, 1)])
    assert await case.code(gap, COMENSHA, sequence=1, system="registration") is None
    assert f"{COMENSHA} misses event number 1 that we sent" in (await case.view()).alarms
    assert await case.code(gap, COMENSHA, sequence=7, system="registration") is None


async def test_a_receipt_and_a_request_of_one_agency_are_not_counted_together(stage: Staged) -> None:
    file = await walk(stage, ASKED.then(SECOND))
    await file.hear(ErasureRequested(reason=ErasureReason.REQUEST), LELYSTAD, sequence=1, system="retention")
    assert await file.code(ErasureCompleted(system="retention", held=True), LELYSTAD, sequence=1, system="retention") is None


# Alarms have an end


def test_the_same_words_count_up_and_what_others_tell_has_an_end() -> None:
    alarms: list[OpenAlarm] = []
    for number in range(3_600):
        raised(alarms, f"alarm {number}", number, told_by_others=True)
        raised(alarms, "the same", number, told_by_others=True)
    assert len(alarms) == MOST_ALARMS + 1
    assert [alarm.shown for alarm in alarms[-1:]] == ["the same (3600 times)"]
    raised(alarms, "what our own clock says", 3_601)
    assert alarms[-1].words == "what our own clock says"


def test_words_for_people_always_fit() -> None:
    assert len(fitting("word " * 100)) <= 200
    assert fitting("two\nlines\tand a tab") == "two lines and a tab"


async def test_many_refusals_are_one_alarm_and_a_person_is_reached_ever_more_seldom(stage: Staged) -> None:
    desk = await walk(stage, OWNED)
    for _ in range(20):
        await desk.hear(REFUSED, ALMERE, sequence=0)
    await desk.settle()
    [alarm] = (await desk.view()).alarms
    assert alarm == f"nl.keten.cases.accepted.v1 was refused by {ALMERE}: case_unknown (20 times)"
    assert len(desk.pages.alarms) == 5, "at 1, 2, 4, 8 and 16"


async def test_what_another_agency_calls_an_event_is_not_repeated(stage: Staged) -> None:
    desk = await walk(stage, OWNED)
    assert await refused(desk, ALMERE, event_type="[red]" + "x" * 190) is None
    assert (await desk.view()).alarms == (f"{known_type('nonsense')} was refused by {ALMERE}: case_unknown",)


async def test_a_file_that_ended_has_no_alarm_that_nobody_can_acknowledge(stage: Staged) -> None:
    desk = await walk(stage, OWNED)
    desk.letters.silent = {"police-midden-nederland"}
    await desk.hear(CaseConcluded(outcome=CaseOutcome.HELPED), ALMERE)
    await desk.hear(REFUSED, ALMERE, sequence=0)
    view = await desk.view()
    assert (view.track.phase, len(view.alarms)) == ("closed", 1)
    assert "acknowledge_alarms" in {choice.command for choice in view.choices}, "while it has something to say it can"
    desk.letters.silent = set()
    await desk.skip(timedelta(minutes=2))
    await desk.handle.result()
    view = await desk.view()
    assert view.alarms == ()
    assert [line.facts for line in view.story if line.what == "alarms_left_open"] == [{"count": "1"}]


# What comes late


async def test_what_comes_after_its_successors_is_taken_and_moves_nothing(stage: Staged) -> None:
    case = await walk(stage, ASKING)
    await case.hear(ReferralAccepted(referral=1), COSM, sequence=2, past_gap=True)
    await case.hear(FirstContactMade(referral=1), COSM, sequence=3)
    before = (await case.view()).tracks
    assert await case.code(ReferralSeen(referral=1), COSM, sequence=1) is None
    view = await case.view()
    assert (view.tracks, view.story[-1].what, view.story[-1].facts["late"]) == (before, "referral_seen", "true")
    assert await case.code(ReferralSeen(referral=1), COSM, sequence=1) == RefusalCode.SEQUENCE_REUSED


async def test_without_a_place_of_its_own_it_would_be_refused(stage: Staged) -> None:
    case = await walk(stage, ASKING)
    await case.hear(ReferralAccepted(referral=1), COSM, sequence=1)
    assert await case.code(ReferralSeen(referral=1), COSM, sequence=2) == "not_possible_now"


async def test_who_was_replaced_is_told_so_and_moves_nothing(stage: Staged) -> None:
    desk = await walk(stage, OWNED)
    await desk.decide(AcknowledgeAlarms()) if (await desk.view()).alarms else None
    silent = await walk(stage, WAYS["SignalRouting", "with_coordinator"])
    await silent.skip(timedelta(days=4))
    await silent.hear(CaseAccepted(), COMENSHA)
    withdrawn = len(await silent.sent(CaseWithdrawn))
    await silent.hear(PROGRESSED, ALMERE)
    told = await silent.sent(CaseWithdrawn)
    assert [to for to, _ in told[withdrawn:]] == [ALMERE]
    await silent.hear(CaseConcluded(outcome=CaseOutcome.HELPED), ALMERE)
    assert await silent.phase() == "owned"
    assert await silent.code(PROGRESSED, "coordinator-zwolle") == "case_unknown"


# What a person put in again


async def test_a_person_can_put_an_event_into_its_line_whose_predecessor_was_another(stage: Staged) -> None:
    desk = await walk(stage, OWNED)
    await desk.hear(PROGRESSED, ALMERE, sequence=2, fingerprint="a" * 64)
    genuine = {"sequence": 3, "previous": "b" * 64, "fingerprint": "c" * 64}
    assert await desk.code(PROGRESSED, ALMERE, **genuine) == "chain_broken"
    assert await desk.code(PROGRESSED, ALMERE, **genuine, by_hand=True) is None
    assert await desk.code(PROGRESSED, ALMERE, sequence=4, previous="c" * 64, fingerprint="d" * 64) is None
    assert await desk.code(PROGRESSED, ALMERE, sequence=5, previous="e" * 64, fingerprint="f" * 64) == "chain_broken"


# A handler that fails


async def test_a_handler_that_fails_refuses_its_event_and_the_file_is_as_before(stage: Staged) -> None:
    from tests.workflows.faulty import FaultySignal  # noqa: PLC0415 - the sandbox loads it

    desk = await walk(stage, WAYS["SignalRouting", "with_coordinator"])
    file: Stage = await stage(DESK, FaultySignal)
    await file.open(EVENTS["SignalReported"], "police-midden-nederland")
    before = await file.view()
    assert await file.code(CaseAccepted(), ALMERE) == "not_handled"
    await file.settle()
    view = await file.view()
    assert (view.track.phase, view.tracks) == (before.track.phase, before.tracks)
    assert [line.what for line in view.story] == [line.what for line in before.story]
    assert ["case_accepted could not be handled" in alarm for alarm in view.alarms] == [True]
    assert [alarm.words for alarm in file.pages.alarms] == list(view.alarms)
    assert await file.code(EVENTS["CaseDeclined"], ALMERE) is None
    assert await desk.phase() == "with_coordinator"


async def test_without_that_the_file_stands_still(stage: Staged) -> None:
    from tests.workflows.faulty import UnguardedSignal  # noqa: PLC0415

    file: Stage = await stage(DESK, UnguardedSignal)
    await file.open(EVENTS["SignalReported"], "police-midden-nederland")
    with pytest.raises((TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError)):
        async with asyncio.timeout(2):
            await file.hear(CaseAccepted(), ALMERE)
    await file.handle.terminate("an example of a file that stands still")
    del file.handle
