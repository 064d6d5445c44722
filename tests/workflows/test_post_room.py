"""A post room that fails does not end a file's outbox: its letters go by the way of those that cannot be reached."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from temporalio import activity
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.alarm import Alarms
from activities.post import Batch, Post, Posted
from activities.routing import Routing
from tests.workflows.samples import EVENTS
from tests.workflows.stage import DIRECTORY, Stage
from tests.workflows.ways import DESK, POLICE
from workers.capabilities import activities_of
from workflows.signal import SignalRouting


class FailingPost(Post):
    """The first way out is closed, whatever the bus would say."""

    @activity.defn
    async def post(self, batch: Batch) -> Posted:
        raise OSError


class WithFailingPost(Stage):
    @asynccontextmanager
    async def work(self) -> AsyncGenerator[Stage]:
        post = FailingPost(DIRECTORY.get(self.slug), b"key", self.letters, self.log, self.awaiting)
        activities = activities_of(post, Routing(self.maps), Alarms(self.pages))
        async with Worker(self.client, task_queue=self.queue, workflows=[self.process], activities=activities):
            yield self


async def test_letters_leave_although_the_post_room_fails(env: WorkflowEnvironment) -> None:
    async with WithFailingPost(env, env.client, DESK, SignalRouting).work() as desk:
        await desk.open(EVENTS["SignalReported"], POLICE)
        sent = [(to, message.event_class.__name__) for to, message in desk.letters.all]
    assert (POLICE, "SignalReceived") in sent
    assert ("coordinator-almere", "SignalRouted") in sent
