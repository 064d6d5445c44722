"""Whoever meets people may report: how an agency is heard that does so beside its other work, and one that is no professional."""

from datetime import timedelta

import pytest

from contracts.agencies import Party
from contracts.event import File
from contracts.events.signals import (
    CaseAccepted,
    CaseConcluded,
    CaseDeclined,
    SignalReceived,
    SignalReported,
    SignalRouted,
    SignalStatusChanged,
)
from contracts.words import AgencyKind, CaseOutcome, NotOurs, SignalStatus
from tests.workflows.conftest import Staged
from tests.workflows.samples import SIGNAL
from tests.workflows.stage import Stage
from tests.workflows.stage import party as party_of
from tests.workflows.ways import ALMERE, COMENSHA, COSM, DESK, LELYSTAD, POLICE
from workflows.report.process import Report
from workflows.signal.routing import SignalRouting

REPORTED = SignalReported(signal=SIGNAL)
S = SignalStatus


@pytest.mark.parametrize("reporter", [POLICE, LELYSTAD, COSM, ALMERE, COMENSHA, DESK])
async def test_every_kind_that_reports_hears_how_it_goes(stage: Staged, reporter: str) -> None:
    desk = await stage(DESK, SignalRouting)
    await desk.open(REPORTED, reporter)
    await desk.hear(CaseAccepted(), ALMERE, system=File.CASE)
    await desk.hear(CaseConcluded(outcome=CaseOutcome.HELPED), ALMERE, system=File.CASE)
    assert await desk.sent(SignalReceived) == [(reporter, SignalReceived(status=S.WITH_DESK))]
    assert await _statuses(desk, reporter) == [S.WITH_COORDINATOR, S.ACCEPTED, S.CLOSED]


async def test_a_coordinator_that_reported_is_asked_like_any_other_and_may_decline(stage: Staged) -> None:
    desk = await stage(DESK, SignalRouting)
    await desk.open(REPORTED, ALMERE)
    [(asked, routed)] = await desk.sent(SignalRouted)
    assert (asked, routed.reported_by) == (ALMERE, AgencyKind.CARE_COORDINATOR)
    await desk.hear(CaseDeclined(reason=NotOurs.NO_CAPACITY), ALMERE, system=File.CASE, sequence=1)
    await desk.hear(CaseAccepted(), COMENSHA, system=File.CASE)
    assert await _statuses(desk, ALMERE) == [S.WITH_COORDINATOR, S.WITH_REGISTRY, S.ACCEPTED]


async def test_who_is_no_professional_hears_that_it_arrived_and_that_it_ended(stage: Staged) -> None:
    desk = await stage(DESK, SignalRouting)
    await desk.start()
    await desk.take(desk.letter(REPORTED, POLICE).model_copy(update={"sender": _layman()}))
    await desk.settle()
    await desk.hear(CaseAccepted(), ALMERE)
    assert await _statuses(desk, POLICE) == []
    await desk.hear(CaseConcluded(outcome=CaseOutcome.HELPED), ALMERE)
    assert await desk.sent(SignalReceived) == [(POLICE, SignalReceived(status=S.WITH_DESK))]
    assert await _statuses(desk, POLICE) == [S.CLOSED]


@pytest.mark.parametrize(("professional", "alarms"), [(True, 2), (False, 0)])
async def test_for_who_hears_nothing_in_between_a_silence_is_no_alarm(stage: Staged, professional: bool, alarms: int) -> None:
    report = await stage(POLICE, Report)
    report.begin_as = {"me": _layman().model_copy(update={"professional": professional})}
    await report.open(SignalReceived(status=S.WITH_DESK), DESK)
    await report.skip(timedelta(days=400))
    assert len(report.pages.alarms) == alarms
    await report.hear(SignalStatusChanged(status=S.CLOSED), DESK)
    await report.handle.result()


def _layman() -> Party:
    return party_of(POLICE).model_copy(update={"professional": False})


async def _statuses(desk: Stage, reporter: str) -> list[SignalStatus]:
    told = await desk.sent(SignalStatusChanged)
    assert {to for to, _ in told} <= {reporter}
    return [changed.status for _, changed in told]
