from datetime import timedelta

import pytest

from contracts.commands import AcknowledgeAlarms, AssignOwner
from contracts.events.coverage import CoverageGapObserved
from contracts.events.signals import (
    CaseAccepted,
    CaseConcluded,
    CaseDeclined,
    CaseProgressed,
    CaseWithdrawn,
    Signal,
    SignalReceived,
    SignalReported,
    SignalRouted,
    SignalStatusChanged,
)
from contracts.words import CaseOutcome, CoverageGapKind, NotOurs, SignalStatus
from tests.replay.fingerprint import fingerprint
from tests.workflows.conftest import Staged
from tests.workflows.stage import Stage
from workflows.engine.record import Record
from workflows.signal.routing import SignalRouting

LELYSTAD = SignalReported(signal=Signal(municipality="GM0995", account="an example"))
UTRECHT = SignalReported(signal=Signal(municipality="GM0344", account="an example"))


async def test_a_signal_gets_a_receipt_and_goes_to_the_coordinator_of_its_place(stage: Staged) -> None:
    desk = await stage("signal-desk", SignalRouting)
    await desk.open(LELYSTAD, "police-midden-nederland")
    assert await desk.sent(SignalReceived) == [("police-midden-nederland", SignalReceived(status=SignalStatus.WITH_DESK))]
    [(to, routed)] = await desk.sent(SignalRouted)
    assert (to, routed.care_region) == ("coordinator-almere", "Almere")
    assert await desk.phase() == "with_coordinator"


async def test_a_silent_coordinator_means_comensha_then_an_alarm_that_a_person_must_answer(stage: Staged) -> None:
    desk = await stage("signal-desk", SignalRouting)
    await desk.open(LELYSTAD, "police-midden-nederland")
    await desk.skip(timedelta(days=5))
    assert [to for to, _ in await desk.sent(SignalRouted)] == ["coordinator-almere", "comensha"]
    [(province, gap)] = await desk.sent(CoverageGapObserved)
    assert (province, gap.gap) == ("flevoland", CoverageGapKind.SILENT_COORDINATOR)
    assert await desk.phase() == "alarm"
    assert "cannot own a case" in await desk.refused(AssignOwner(to="cosm-shelter"))
    raised = len(desk.pages.alarms)
    await desk.skip(timedelta(hours=9))
    assert len(desk.pages.alarms) > raised
    await desk.decide(AssignOwner(to="coordinator-zwolle"))
    assert await desk.phase() == "with_coordinator"
    assert (await desk.view()).alarms == ()


async def test_a_place_without_coordinator_goes_to_comensha_at_once(stage: Staged) -> None:
    desk = await stage("signal-desk", SignalRouting)
    await desk.open(UTRECHT, "police-midden-nederland")
    assert [to for to, _ in await desk.sent(SignalRouted)] == ["comensha"]


async def test_who_accepts_late_still_owns_it_if_nobody_else_does(stage: Staged) -> None:
    desk = await stage("signal-desk", SignalRouting)
    await desk.open(LELYSTAD, "police-midden-nederland")
    await desk.skip(timedelta(days=4))
    await desk.hear(CaseAccepted(), "coordinator-almere")
    assert await desk.phase() == "owned"
    assert [to for to, _ in await desk.sent(CaseWithdrawn)] == ["comensha"]
    await desk.hear(CaseAccepted(), "comensha")
    assert [to for to, _ in await desk.sent(CaseWithdrawn)] == ["comensha", "comensha"]


async def test_only_the_owner_reports_on_a_case(stage: Staged) -> None:
    desk = await stage("signal-desk", SignalRouting)
    await desk.open(LELYSTAD, "lelystad")
    assert await desk.code(CaseAccepted(), "coordinator-zwolle") == "case_unknown"
    await desk.hear(CaseDeclined(reason=NotOurs.NO_CAPACITY), "coordinator-almere")
    assert await desk.phase() == "with_registry"
    await desk.hear(CaseAccepted(), "comensha")
    assert await desk.code(CaseConcluded(outcome=CaseOutcome.HELPED), "coordinator-almere") == "not_a_party"
    await desk.hear(CaseProgressed(status=SignalStatus.WITH_AID), "comensha")
    await desk.hear(CaseConcluded(outcome=CaseOutcome.HELPED), "comensha")
    await desk.handle.result()
    statuses = [changed.status for _, changed in await desk.sent(SignalStatusChanged)]
    assert statuses == ["with_coordinator", "with_registry", "accepted", "with_aid", "closed"]


async def test_no_alarm_no_acknowledgement(stage: Staged) -> None:
    desk = await stage("signal-desk", SignalRouting)
    await desk.open(LELYSTAD, "lelystad")
    assert "no open alarm" in await desk.refused(AcknowledgeAlarms())


@pytest.mark.parametrize(("sequence", "code"), [(3, "early"), (1, "sequence_reused")])
async def test_events_of_a_sender_are_taken_in_their_order(stage: Staged, sequence: int, code: str) -> None:
    desk = await stage("signal-desk", SignalRouting)
    await desk.open(LELYSTAD, "lelystad")
    await desk.hear(CaseAccepted(), "coordinator-almere", sequence=1)
    progressed = CaseProgressed(status=SignalStatus.WITH_AID)
    assert await desk.code(progressed, "coordinator-almere", sequence=sequence) == code


async def test_where_a_place_is_looked_up_all_that_follows_leaves_at_once(stage: Staged) -> None:
    desk = await stage("signal-desk", SignalRouting)
    await desk.open(LELYSTAD, "police-midden-nederland")
    [post] = await _posts(desk)
    letters = ["signals.received.v1 to police", "signals.routed.v1 to coordinator-almere", "signals.status-changed.v1 to police"]
    assert all(letter in post for letter in letters)


async def test_where_no_place_can_be_looked_up_the_receipt_leaves_and_the_rest_follows(stage: Staged) -> None:
    desk = await stage("signal-desk", SignalRouting)
    desk.maps.lost = True
    await desk.open(LELYSTAD, "police-midden-nederland")
    assert await desk.sent(SignalReceived) == [("police-midden-nederland", SignalReceived(status=SignalStatus.WITH_DESK))]
    assert await desk.sent(SignalRouted) == []
    assert await desk.phase() == "searching"
    desk.maps.lost = False
    await desk.skip(timedelta(minutes=2))
    assert [to for to, _ in await desk.sent(SignalRouted)] == ["coordinator-almere"]
    assert len(await _posts(desk)) == 2


async def test_an_older_file_asks_for_its_place_as_its_history_began(stage: Staged, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Record, "work_as_now", _as_before)
    desk = await stage("signal-desk", SignalRouting)
    await desk.open(LELYSTAD, "police-midden-nederland")
    assert [to for to, _ in await desk.sent(SignalRouted)] == ["coordinator-almere"]
    assert len(await _posts(desk)) == 2


def _as_before(file: Record) -> None:
    file.leaves_recorded = file.ends_in_a_line = True


async def _posts(desk: Stage) -> list[str]:
    return [command.partition(" ")[2] for command in fingerprint(await desk.history()) if " post " in command]
