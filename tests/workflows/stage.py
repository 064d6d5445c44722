"""One agency's workflows on the time-skipping Temporal server; the bus is a list, time is ours."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionRequest
from temporalio.client import Client, WithStartWorkflowOperation, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.alarm import Alarms
from activities.disclosing import Disclosing
from activities.erasing import Erasing
from activities.keeping import Keeping
from activities.linking import Linking
from activities.post import Post
from activities.register import Registrar
from activities.routing import Routing
from contracts.agencies import Directory, Party, read_directory
from contracts.clocks import Clocks
from contracts.commands import Command
from contracts.event import Event
from contracts.reference import new_reference
from contracts.views import FileView
from tests.workflows.doubles import Awaiting, Letters, Maps, Pages, Papers, Shelf, Ties, Vault
from workers.capabilities import ActivityMissing, activities_of, refuse_incomplete
from workflows.engine.admission import snake
from workflows.engine.process import Process
from workflows.engine.record import Received, Record

E = TypeVar("E", bound=Event)
DIRECTORY: Directory = read_directory()
PATIENCE = 4000


def party(slug: str) -> Party:
    """An agency of the embedded directory."""
    return DIRECTORY.get(slug).party


class Stage:
    """One file of one agency, and everybody who writes to it."""

    def __init__(self, env: WorkflowEnvironment, client: Client, slug: str, process: type[Process[Any]]) -> None:
        self.env, self.client, self.slug, self.process = env, client, slug, process
        self.reference, self.apart = new_reference(), ""
        self.letters, self.shelf, self.pages, self.maps = Letters(), Shelf(), Pages(), Maps(DIRECTORY)
        self.vault, self.papers = Vault("lelystad"), Papers("lelystad")
        self.awaiting, self.ties = Awaiting(), Ties()
        self.numbers: dict[str, int] = {}
        self.begin_as: dict[str, Any] = {}
        self.handle: WorkflowHandle[Any, Any]
        self.last: Received[Any]

    @asynccontextmanager
    async def work(self) -> AsyncGenerator["Stage"]:
        agency = DIRECTORY.get(self.slug)
        erasing = Erasing(self.slug, DIRECTORY, self.vault.holdings)
        disclosing = Disclosing(self.slug, DIRECTORY, self.papers, self.papers.lines, self.vault)
        capabilities = [
            Routing(self.maps),
            Alarms(self.pages),
            Registrar(self.shelf),
            erasing,
            disclosing,
            Keeping(self.vault),
            Linking(self.ties),
        ]
        activities = activities_of(Post(agency, b"key", self.letters, self.awaiting), *capabilities)
        try:
            refuse_incomplete(self.slug, [self.process], activities)
        except ActivityMissing as missing:  # else the workflow would ask for it for ever, and the test would not say why
            raise AssertionError(f"{missing}. For tests: add it to the capabilities in tests/workflows/stage.py") from missing
        async with Worker(self.client, task_queue=self.queue, workflows=[self.process], activities=activities):
            yield self
            if hasattr(self, "handle"):
                assert_no_task_failed(await self.history())

    async def open(self, event: Event, sender: str, clocks: Clocks | None = None) -> str:
        """The event that opens the file."""
        self.last = self.letter(event, sender)
        beginning = self._beginning(self._file(clocks or Clocks(), event.suffix()))
        client: Any = self.client  # its overloads are only partly typed
        try:
            answer = await client.execute_update_with_start_workflow(
                type(event).__name__, self.last, start_workflow_operation=beginning, id=self.last.id, result_type=str
            )
        except RPCError as error:
            answer = self._forgotten(error)
        self.handle = await beginning.workflow_handle()
        await self.settle()
        return answer

    async def start(self, clocks: Clocks | None = None) -> None:
        """A file whose first event has not come."""
        self.handle = await self.client.start_workflow(
            self.process.table.name,
            self._file(clocks or Clocks()),
            id=f"{self.process.system}-{self.reference}",
            task_queue=self.queue,
        )

    def _beginning(self, file: Record) -> WithStartWorkflowOperation[Any, Any]:
        return WithStartWorkflowOperation(
            self.process.table.name,
            file,
            id=f"{file.system}-{self.reference}",
            task_queue=self.queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        )

    def _file(self, clocks: Clocks, suffix: str = "") -> Record:
        system = f"{self.process.system}{suffix}{self.apart}"
        me = party(self.slug)
        return self.process.file_type.begun(self.reference, me, system, clocks).model_copy(update=self.begin_as)

    @property
    def queue(self) -> str:
        return f"{self.slug}-{self.reference}"

    async def history(self) -> list[HistoryEvent]:
        """Everything that happened, over all runs."""
        return [event for run in await self.runs() for event in run]

    async def runs(self) -> list[list[HistoryEvent]]:
        """What happened in each run."""
        found: list[list[HistoryEvent]] = []
        run = self.handle.first_execution_run_id
        while run:
            handle = self.client.get_workflow_handle(self.handle.id, run_id=run)
            found.append(list((await handle.fetch_history()).events))
            run = found[-1][-1].workflow_execution_continued_as_new_event_attributes.new_execution_run_id
        return found

    async def settle(self) -> None:
        """Let the workflow do what it can do now: until its next task and the first try of every activity are done.

        What is under way is read in the history: this server's description leaves out a workflow task that a worker has taken.
        """
        before = await self._newest_run()
        for _ in range(PATIENCE):
            trying = await self._is_trying()
            now = await self._newest_run()
            if not trying and is_idle(now) and now == before:
                return
            before = now
            await asyncio.sleep(0.005)
        raise TimeoutError(f"{self.handle.id} does not come to rest")

    async def _newest_run(self) -> list[HistoryEvent]:
        return list((await self.client.get_workflow_handle(self.handle.id).fetch_history()).events)

    async def _is_trying(self) -> bool:
        """Whether an activity has not had its first try."""
        request = DescribeWorkflowExecutionRequest(
            namespace=self.client.namespace, execution=WorkflowExecution(workflow_id=self.handle.id)
        )
        now = await self.client.workflow_service.describe_workflow_execution(request)
        return any(activity.attempt <= 1 for activity in now.pending_activities)

    async def hear(self, event: Event, sender: str, **letterhead: Any) -> str:
        """Another agency's event."""
        self.last = self.letter(event, sender, **letterhead)
        last, name = self.last, type(event).__name__
        return await self._update(name, last, event_id(last.sender.slug, f"{last.id}/{name}/{last.fingerprint}", last.sequence))

    async def hear_again(self) -> str:
        """The last event once more."""
        return await self.take(self.last)

    async def take(self, received: Received[Any]) -> str:
        """A letter as the bus delivers it, for the first time or again; the server does not know its id any more."""
        return await self._update(type(received.event).__name__, received)

    async def _update(self, name: str, content: Any, update_id: str | None = None) -> str:
        try:
            handle: Any = self.handle  # its overloads are only partly typed
            return await handle.execute_update(name, content, id=update_id, result_type=str)
        except RPCError as error:
            return self._forgotten(error)

    def _forgotten(self, error: RPCError) -> str:
        """This server forgets the answer to an update that ended the workflow; the real one keeps it."""
        if "update" not in error.message or error.status is not RPCStatusCode.NOT_FOUND:
            raise error
        return "closed"

    def letter(self, event: E, sender: str, **letterhead: Any) -> Received[E]:
        line = f"{sender}/{letterhead.get('system', 'hand')}"
        self.numbers[line] = self.numbers.get(line, 0) + 1
        given = {
            "id": event_id(sender, self.reference, sum(self.numbers.values())),
            "sender": party(sender),
            "system": "hand",
            "sequence": self.numbers[line],
            "logged": datetime.now(UTC),
            "event": event,
        }
        return Received[type(event)](**{**given, **letterhead})  # type: ignore[misc]

    async def decide(self, order: Command, ticket: str | None = None) -> str:
        """A person's decision."""
        return await self._update(snake(type(order).__name__), order, ticket)

    async def refused(self, order: Command, ticket: str | None = None) -> str:
        """The words with which a decision is refused."""
        try:
            await self.decide(order, ticket)
        except WorkflowUpdateFailedError as error:
            return str(error.cause)
        return ""

    async def code(self, event: Event, sender: str, **letterhead: Any) -> str | None:
        """The code with which an event is refused."""
        try:
            await self.hear(event, sender, **letterhead)
        except WorkflowUpdateFailedError as error:
            if not isinstance(error.cause, ApplicationError):
                raise
            self.numbers[f"{sender}/hand"] -= 1
            return error.cause.type
        return None

    async def view(self) -> FileView:
        """As a person sees it. This server loses a query whose run ends meanwhile, so it is asked again."""
        handle: Any = self.handle  # its overloads are only partly typed
        for _ in range(5):
            try:
                return await handle.query("view", result_type=FileView, rpc_timeout=timedelta(seconds=4))
            except RPCError as error:
                if error.status not in {RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED}:
                    raise
        raise TimeoutError("no answer to a query")

    async def phase(self) -> str:
        return (await self.view()).track.phase

    async def skip(self, time: timedelta) -> None:
        await self.env.sleep(time + timedelta(seconds=1))
        await self.settle()

    async def skip_until(self, moment: datetime) -> None:
        """Be at a moment of the server's clock; nothing happens where it has passed."""
        left = moment - await self.env.get_current_time()
        if left > timedelta():
            await self.env.sleep(left)
        await self.settle()

    async def sent(self, kind: type[E]) -> list[tuple[str, E]]:
        """What was published of one kind, to whom; all letters of the past have left when this returns."""
        await self.settle()
        found = [(to, message.event()) for to, message in self.letters.all]
        return [(to, event) for to, event in found if isinstance(event, kind)]


UNDER_WAY = {
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW,
}
"""What a workflow task, or the next run, still has to follow."""


def event_id(sender: str, reference: str, number: int) -> str:
    """The same at every run of a test, and as every id without a name in it."""
    return hashlib.sha256(f"{sender}/{reference}/{number}".encode()).hexdigest()[:32]


def is_idle(run: list[HistoryEvent]) -> bool:
    """Whether the workflow has answered everything in the history of its newest run."""
    done = EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
    moments = [event.event_type for event in run if event.event_type in UNDER_WAY or event.event_type == done]
    return bool(moments) and moments[-1] == done


NOT_A_FAULT = WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND
"""Something came in while the workflow was ending: the server lets it look again."""


def assert_no_task_failed(history: list[HistoryEvent]) -> None:
    """A workflow task that fails is tried for ever, and on this server nobody would hear of it."""
    failed = EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED
    attributes = [event.workflow_task_failed_event_attributes for event in history if event.event_type == failed]
    words = [found.failure.message for found in attributes if found.cause != NOT_A_FAULT]
    assert not words, f"the workflow has a bug: {words}"
