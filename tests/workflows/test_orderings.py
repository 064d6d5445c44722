"""A case whose events come in any order that the bus can make of them, among decisions taken at any moment.

What the bus can make of them: every event at least once and perhaps twice, one that is too early again later, an answer never
before what it answers. Each sender's events keep their numbers. ``make orderings`` tries many more of them.
"""

import os
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowUpdateFailedError

from contracts.commands import (
    AcceptCase,
    AskPrivacyCheck,
    Command,
    ConcludeCase,
    OfferHelp,
    RecordConsent,
    RecordTriage,
    StartAftercare,
)
from contracts.event import Event
from contracts.events.observations import ObservationAnswered, ObservationNoted
from contracts.events.referrals import (
    FirstContactMade,
    ReferralAccepted,
    ReferralCompleted,
    ReferralDeclined,
    ReferralOffered,
    ReferralSeen,
)
from contracts.events.registrations import RegistrationRecorded, RegistrationRequested
from contracts.events.signals import CaseAccepted, CaseWithdrawn
from contracts.refusals import RefusalCode
from contracts.words import AidOutcome, CaseOutcome, Decline, Finding, ObservationStands, Weighing
from tests.workflows.conftest import Staged
from tests.workflows.samples import COMMANDS
from tests.workflows.stage import Stage, assert_no_task_failed
from tests.workflows.ways import ALMERE, COMENSHA, COSM, DESK, NEED, OBSERVATION, WAYS, WOMEN, walk
from workflows.case.table import CASE
from workflows.engine.admission import EARLY
from workflows.engine.record import Received

EXAMPLES = int(os.environ.get("ORDERINGS", "1"))
"""Orders to try, per test: a case lives for about ten seconds in each."""

DECISIONS: tuple[Command, ...] = (
    AcceptCase(),
    RecordTriage(finding=Finding.PRESUMED_VICTIM),
    COMMANDS["record_intake"],
    RecordConsent(help=True, riec=True),
    OfferHelp(need=NEED, organisations=(COSM, WOMEN)),
    AskPrivacyCheck(observation=OBSERVATION),
    StartAftercare(),
    ConcludeCase(outcome=CaseOutcome.OUT_OF_SIGHT),
)
ANSWERS: dict[tuple[type[Event], str], tuple[Event, ...]] = {
    (ReferralOffered, COSM): (ReferralSeen(referral=1), ReferralDeclined(referral=1, reason=Decline.FULL)),
    (ReferralOffered, WOMEN): (
        ReferralAccepted(referral=2),
        FirstContactMade(referral=2),
        ReferralCompleted(referral=2, outcome=AidOutcome.SAFE_HOUSING),
    ),
    (ObservationNoted, ALMERE): (
        ObservationAnswered(stands=ObservationStands.BROUGHT),
        ObservationAnswered(stands=ObservationStands.BROUGHT, weighing=Weighing.IN_PROGRESS),
        ObservationAnswered(stands=ObservationStands.ANSWERED, weighing=Weighing.CLOSED),
    ),
    (RegistrationRequested, COMENSHA): (RegistrationRecorded(anonymous=True),),
}
"""What another agency says to something that reached it; in this order by its numbers, in any order by the bus."""


@dataclass
class Bus:
    """Everything that is on its way to one case."""

    case: Stage
    waiting: list[Received[Any]] = field(default_factory=list[Received[Any]])
    done: list[Received[Any]] = field(default_factory=list[Received[Any]])
    accepted: set[str] = field(default_factory=set[str])
    refused: dict[str, str] = field(default_factory=dict[str, str])
    _answered: set[str] = field(default_factory=set[str])

    def send(self, event: Event, sender: str) -> None:
        received = self.case.letter(event, sender)
        self.waiting.append(received.model_copy(update={"id": f"{sender}-{received.sequence}"}))

    async def collect(self) -> None:
        """Other agencies answer what has reached them."""
        await self.case.settle()
        reached = [*self.case.letters.all, *((self.case.slug, message) for message in self.case.letters.to_itself)]
        for to, message in reached:
            answers = () if message.id in self._answered else ANSWERS.get((message.event_class, to), ())
            self._answered.add(message.id)
            for event in answers:
                self.send(event, to)

    async def deliver(self, place: int) -> None:
        """One of those on their way; what is too early stays on its way."""
        received = self.waiting.pop(place % len(self.waiting))
        refusal = await refused(self.case.take(received))
        if refusal == EARLY:
            self.waiting.append(received)
            return
        assert refusal in {None, *RefusalCode}
        if refusal:
            self.refused[received.id] = refusal
        else:
            self.accepted.add(received.id)
        self.done.append(received)

    async def deliver_again(self, place: int) -> None:
        """What was taken comes once more, and changes nothing; what was refused may be refused again."""
        again = [received for received in self.done if received.id in self.accepted]
        if again:
            before = await self.case.view()
            await self.case.take(again[place % len(again)])
            assert await self.case.view() == before


async def refused(update: Awaitable[str]) -> str | None:
    """The code with which an update is refused; None if it was taken."""
    try:
        await update
    except WorkflowUpdateFailedError as error:
        return getattr(error.cause, "type", "failed")
    return None


async def decide(case: Stage, decisions: list[Command]) -> None:
    """The next decision, if it is possible now; otherwise the person tries again later."""
    if await refused(case.decide(decisions[0])) is None:
        del decisions[0]


async def live(staged: Staged, moves: list[tuple[str, int]], withdrawn: bool) -> tuple[Stage, Bus]:
    """A case through these moves, and then in order to where nothing more happens by itself."""
    case = await walk(staged, WAYS["Case", "offered"])
    bus, decisions = Bus(case), list(DECISIONS)
    if withdrawn:
        case.numbers[f"{DESK}/hand"] = 1
        bus.send(CaseWithdrawn(), DESK)
    for kind, place in moves:
        if await is_open(case):
            await move(bus, decisions, kind, place)
            await has_owner_and_clock(case)
    for _ in range(60):
        if await is_open(case) and (bus.waiting or decisions):
            await move(bus, decisions, "decide", 0)
            await move(bus, decisions, "deliver", 0)
    return case, bus


async def move(bus: Bus, decisions: list[Command], kind: str, place: int) -> None:
    if not await is_open(bus.case):
        return
    if kind == "decide" and decisions:
        await decide(bus.case, decisions)
    elif kind == "again":
        await bus.deliver_again(place)
    elif bus.waiting:
        await bus.deliver(place)
    await bus.collect()


async def is_open(case: Stage) -> bool:
    return (await case.view()).track.phase not in CASE.ends


async def has_owner_and_clock(case: Stage) -> None:
    view = await case.view()
    if view.track.phase not in CASE.ends:
        for track in (view.track, *view.tracks):
            assert track.turn
            assert track.who
            assert track.until


def assert_numbers_are_used_once(case: Stage) -> None:
    lines: dict[tuple[str, str], list[int]] = {}
    for to, message in case.letters.all:
        lines.setdefault((to, str(message.event_class.rule.file)), []).append(int(message.sequence))
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in lines.values())


MOVES = st.lists(st.tuples(st.sampled_from(["decide", "decide", "deliver", "deliver", "again"]), st.integers(0, 5)), max_size=30)


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(moves=MOVES, withdrawn=st.booleans())
async def test_in_whatever_order_events_come_a_case_ends_or_has_an_owner_and_a_clock(
    stage: Staged, moves: list[tuple[str, int]], withdrawn: bool
) -> None:
    case, bus = await live(stage, moves, withdrawn)
    await has_owner_and_clock(case)
    assert not await is_open(case), f"left open; refused: {bus.refused}"
    assert_numbers_are_used_once(case)
    assert len([event for _, event in await case.sent(CaseAccepted)]) <= 1
    assert not set(bus.refused) & bus.accepted


@pytest.mark.chaos
@settings(
    max_examples=max(EXAMPLES * 2 // 3, 1),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(moves=MOVES)
async def test_where_the_same_events_were_accepted_the_same_came_of_them(stage: Staged, moves: list[tuple[str, int]]) -> None:
    case, bus = await live(stage, moves, withdrawn=False)
    in_order, straight = await live(stage, [], withdrawn=False)
    if bus.accepted == straight.accepted:
        assert said(case) == said(in_order)
        assert (await case.view()).track.phase == (await in_order.view()).track.phase


def said(case: Stage) -> list[tuple[str, str]]:
    """What a case told whom, whatever came first."""
    return sorted((to, message.type) for to, message in case.letters.all)


async def test_two_events_of_one_sender_that_change_places_are_both_taken(stage: Staged) -> None:
    """The least of it, by hand: accepted overtakes seen."""
    case = await walk(stage, WAYS["AidReferral", "offered"])
    bus = Bus(case)
    bus.send(ReferralSeen(referral=1), COSM)
    bus.send(ReferralAccepted(referral=1), COSM)
    await bus.deliver(1)
    assert len(bus.waiting) == 2
    await bus.deliver(0)
    await bus.deliver(0)
    assert len(bus.accepted) == 2
    [referral, *_] = (await case.view()).tracks
    assert referral.phase == "accepted"


def test_a_task_that_fails_for_ever_is_found() -> None:
    """The check that every test of a workflow ends with: on this server such a task is silent."""
    assert_no_task_failed([HistoryEvent(event_type=EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED)])
    with pytest.raises(AssertionError, match="the workflow has a bug"):
        assert_no_task_failed([HistoryEvent(event_type=EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED)])
