"""However a case ends, the desk hears of it or asked for it; however a signal ends, its reporter hears of it."""

import pytest

from contracts.commands import (
    AssignOwner,
    CloseUnconfirmed,
    ConcludeCase,
    DeclineCase,
    RecordTriage,
)
from contracts.events.signals import (
    CaseAccepted,
    CaseConcluded,
    CaseDeclined,
    CaseProgressed,
    CaseWithdrawn,
    SignalStatusChanged,
)
from contracts.words import CaseOutcome, Finding, NotOurs, SignalStatus
from tests.remedy import assert_same
from tests.workflows.conftest import Staged
from tests.workflows.table_search import edges
from tests.workflows.ways import COMENSHA, DESK, POLICE, RECORDED, WAYS, Step, take, walk
from workflows.case.table import CASE, Phase
from workflows.signal.table import SIGNAL
from workflows.signal.table import Phase as SignalPhase

LAST_STEPS: dict[str, Step] = {
    "decline_case": DeclineCase(reason=NotOurs.OTHER_REGION),
    "CaseWithdrawn": (CaseWithdrawn(), DESK),
    "record_triage": RecordTriage(finding=Finding.NO_VICTIM),
    "conclude_case": ConcludeCase(outcome=CaseOutcome.NO_HELP_WANTED),
}
"""What turns a case towards its end."""

ENTRANCES = sorted(
    {
        (state, trigger)
        for state, trigger, to in edges(CASE)
        if to in {Phase.CLOSING, Phase.CLOSED} and trigger in LAST_STEPS and state != Phase.CLOSING
    }
)
EXITS = sorted(trigger for state, trigger, to in edges(CASE) if state == Phase.CLOSING and to == Phase.CLOSED)


def test_every_turn_towards_the_end_of_a_case_is_taken() -> None:
    into = {(state, trigger) for state, trigger, to in edges(CASE) if to == Phase.CLOSING and state != Phase.CLOSING}
    into |= {(state, trigger) for state, trigger, to in edges(CASE) if to == Phase.CLOSED and state != Phase.CLOSING}
    assert_same(ENTRANCES, into, "Add the decision or event to LAST_STEPS in tests/workflows/test_endings.py.")
    remedy = "A further way out of `closing` is taken by a line of its own in the test below: add it there and here."
    assert EXITS == ["close_unconfirmed", "settle"], remedy


@pytest.mark.parametrize(("leave", "withdrawn_late"), [(EXITS[0], False), (EXITS[1], False), (EXITS[1], True)])
@pytest.mark.parametrize(("state", "trigger"), ENTRANCES)
async def test_the_desk_hears_of_every_end_or_asked_for_it(
    stage: Staged, state: str, trigger: str, leave: str, withdrawn_late: bool
) -> None:
    case = await walk(stage, WAYS["Case", state])
    await take(case, LAST_STEPS[trigger])
    waits = await case.phase() == Phase.CLOSING
    if withdrawn_late and waits:
        await take(case, (CaseWithdrawn(), DESK))
    if waits:
        await take(case, CloseUnconfirmed() if leave == "close_unconfirmed" else RECORDED)
    await case.handle.result()
    asked_for_it = trigger == "CaseWithdrawn" or (withdrawn_late and waits)
    told = [(to, type(event)) for kind in (CaseConcluded, CaseDeclined) for to, event in await case.sent(kind)]
    expected = CaseDeclined if trigger == "decline_case" else CaseConcluded
    assert told == ([] if asked_for_it else [(DESK, expected)])


BEFORE_THE_END = sorted(name for name in SIGNAL.states if name not in {"opening", "searching"})


@pytest.mark.parametrize("state", BEFORE_THE_END)
async def test_from_every_state_the_reporter_hears_the_end(stage: Staged, state: str) -> None:
    desk = await walk(stage, WAYS["SignalRouting", state])
    owner = COMENSHA if state in {"with_registry"} else "coordinator-almere"
    if state in {"alarm", "joining"}:
        await take(desk, AssignOwner(to=owner))
    if state != SignalPhase.OWNED:
        await desk.hear(CaseAccepted(), owner)
    await desk.hear(CaseProgressed(status=SignalStatus.WITH_AID), owner)
    await desk.hear(CaseConcluded(outcome=CaseOutcome.HELPED), owner)
    await desk.handle.result()
    assert (await desk.sent(SignalStatusChanged))[-1] == (POLICE, SignalStatusChanged(status=SignalStatus.CLOSED))
