"""A post room that fails does not end a file's outbox: its letters go by the way of those that cannot be reached."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from temporalio import activity
from temporalio.testing import ActivityEnvironment, WorkflowEnvironment
from temporalio.worker import Worker

from activities.alarm import Alarms
from activities.post import Batch, Post, Posted
from activities.routing import Routing
from contracts.events.signals import SignalReceived, SignalRouted, SignalStatusChanged
from contracts.letter import Letter
from contracts.reference import new_reference
from tests.workflows.conftest import Staged
from tests.workflows.doubles import Awaiting, Letters
from tests.workflows.samples import EVENTS
from tests.workflows.stage import DIRECTORY, Stage
from tests.workflows.ways import DESK, POLICE
from workers.capabilities import activities_of
from workflows.signal.routing import SignalRouting


class FailingPost(Post):
    """The first way out is closed, whatever the bus would say."""

    @activity.defn
    async def post(self, batch: Batch) -> Posted:
        raise OSError


class WithFailingPost(Stage):
    @asynccontextmanager
    async def work(self) -> AsyncGenerator[Stage]:
        post = FailingPost(DIRECTORY.get(self.slug), b"key", self.letters, self.awaiting)
        activities = activities_of(post, Routing(self.maps), Alarms(self.pages))
        async with Worker(self.client, task_queue=self.queue, workflows=[self.process], activities=activities):
            yield self


async def test_letters_leave_although_the_post_room_fails(env: WorkflowEnvironment) -> None:
    async with WithFailingPost(env, env.client, DESK, SignalRouting).work() as desk:
        await desk.open(EVENTS["SignalReported"], POLICE)
        sent = [(to, message.event_class.__name__) for to, message in desk.letters.all]
    assert (POLICE, "SignalReceived") in sent
    assert ("coordinator-almere", "SignalRouted") in sent


async def test_a_letter_that_can_never_leave_is_an_alarm_and_the_others_leave(stage: Staged) -> None:
    desk: Stage = await stage(DESK, SignalRouting)
    desk.letters.refused = SignalRouted
    await desk.open(EVENTS["SignalReported"], POLICE)
    await desk.settle()
    assert {message.event_class for to, message in desk.letters.all if to == POLICE} == {SignalReceived, SignalStatusChanged}
    [alarm] = (await desk.view()).alarms
    assert "signals.routed.v1 to coordinator-almere can never leave (too_large)" in str(alarm)


async def test_letters_that_wait_for_an_hour_are_an_alarm_and_leave_when_they_can(stage: Staged) -> None:
    desk: Stage = await stage(DESK, SignalRouting)
    desk.letters.silent.add(POLICE)
    await desk.open(EVENTS["SignalReported"], POLICE)
    await desk.skip(timedelta(minutes=50))
    assert (await desk.view()).alarms == ()
    await desk.skip(timedelta(minutes=20))
    [alarm] = (await desk.view()).alarms
    assert f"letters to {POLICE} have waited" in str(alarm)
    desk.letters.silent.clear()
    await desk.skip(timedelta(minutes=3))
    assert next(message.event_class for to, message in desk.letters.all if to == POLICE) is SignalReceived


async def test_one_id_is_one_event_whatever_another_task_writes_under_its_number() -> None:
    bus = Letters()
    post = Post(DIRECTORY.get(DESK), b"key", bus, Awaiting())
    one = Letter(
        step=1, to=POLICE, type=SignalReceived.rule.type, reference=new_reference(), system="signal", sequence=1,
        logged=datetime(2026, 1, 1, tzinfo=UTC), trace=None, recorded=True, data={"status": "with_desk"},
    )  # fmt: skip
    later = datetime(2026, 1, 2, tzinfo=UTC)
    changes = ({"to": "urk"}, {"sequence": 2}, {"data": {"status": "accepted"}}, {"logged": later})
    others = [one.model_copy(update=change) for change in changes]
    for letter in (one, one, *others):
        await ActivityEnvironment().run(post.post, Batch(letters=(letter,)))
    assert len(bus.all) == 1 + len(others)
    older = [letter.model_copy(update={"recorded": False}) for letter in (one, others[0])]
    assert older[0].mark == older[1].mark, "as it was before: one id for two recipients"
