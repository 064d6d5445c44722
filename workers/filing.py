"""Handing an event to the workflow that it is for, or starting that."""

from contextlib import suppress
from enum import Enum, auto
from typing import Any, NamedTuple

import structlog
from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowExecutionStatus,
    WorkflowQueryFailedError,
    WorkflowUpdateFailedError,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from contracts.agencies import Agency
from contracts.events.observations import ObservationAnswered
from contracts.processing import digest
from contracts.refusals import RefusalCode
from runtime.bus import Delivery, TryLater
from runtime.keys.case_keys import CaseKeyMissing
from runtime.temporal.codec import key_of
from workers.keeping import Keeper
from workers.wiring import Wiring
from workflows.engine.attributes import Face
from workflows.engine.process import Process
from workflows.engine.record import Latecomer, Received, Record
from workflows.engine.table import OPENING
from workflows.retention.process import Retention

log = structlog.get_logger()

Workflow = type[Process[Any]]

REOPENING = {
    True: WorkflowIDReusePolicy.ALLOW_DUPLICATE,
    False: WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
}


class Place(Enum):
    """Where an event came when it was handed to a file."""

    TAKEN = auto()
    ENDED = auto()
    NOWHERE = auto()


class Handed(NamedTuple):
    """How handing over an event ended, and the file that it was for."""

    place: Place
    system: str


class Filing:
    """The files of one agency."""

    def __init__(self, agency: Agency, wiring: Wiring, client: Client, keeper: Keeper) -> None:
        self._agency = agency
        self._wiring = wiring
        self._client = client
        self._keeper = keeper

    async def hand_over(self, process: Workflow, system: str, delivery: Delivery, received: Received[Any]) -> Handed:
        """Hand it to the file of that name; where another agency opened that one, to the one that the sender opened."""
        if not process.apart or delivery.event.rule.file is None:
            return Handed(await self._offer(process, system, delivery, received), system)
        for place in (system, f"{system}-{delivery.sender.oin}"):
            found = await self._offer(process, place, delivery, received)
            if found is Place.TAKEN or (found is Place.ENDED and await self._opened_by(place, delivery)):
                return Handed(found, place)
        return Handed(Place.NOWHERE, system)

    async def after_the_end(self, system: str, received: Received[Any], reference: str) -> Latecomer:
        """What a file that has ended says of an event: read from what it held, and changing nothing.

        One that cannot be read any more has nothing to say: then the event is as any other that comes late.
        """
        handle: Any = self._client.get_workflow_handle(f"{system}-{reference}")
        try:
            return await handle.query("after_the_end", received.letterhead, result_type=Latecomer)
        except WorkflowQueryFailedError as error:
            log.warning("ended_file_unreadable", agency=self._agency.slug, error=type(error).__name__)
            return Latecomer()

    async def case_of(self, delivery: Delivery) -> str | None:
        """The reference of the file that an event is for: that of the event, but where the way back to a case is ours alone.

        None: there is no way back any more, because the case was erased.
        """
        if isinstance(delivery.event, ObservationAnswered):
            return await self._wiring.links(self._agency.slug).case_of(delivery.message.caseref)
        return delivery.message.caseref

    async def has_key(self, name: str) -> bool:
        """Whether a file of this name can be here: writing to it would make a key where there is none.

        Raises:
            CaseErased: It was destroyed.
        """
        try:
            await self._wiring.case_keys(self._agency.slug).get(key_of(name))
        except CaseKeyMissing:
            return False
        return True

    async def _offer(self, process: Workflow, system: str, delivery: Delivery, received: Received[Any]) -> Place:
        """As an update of the file; an event that may open one starts it where needed. What leads nowhere leaves no key."""
        name, event = f"{system}-{await self.case_of(delivery)}", type(received.event).__name__
        update = _update_of(delivery)
        try:
            if event in process.table.states[OPENING].moves:
                await self._open_with(process, system, name, received, update)
            elif not await self.has_key(name):
                return Place.NOWHERE
            else:
                handle: Any = self._client.get_workflow_handle(name)
                await handle.execute_update(event, received, id=update, result_type=str)
        except WorkflowUpdateFailedError as error:
            if code_of(error) == RefusalCode.CASE_UNKNOWN:
                return Place.NOWHERE
            raise
        except WorkflowAlreadyStartedError:
            return Place.ENDED
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return await self._ended(name)
        return Place.TAKEN

    async def _ended(self, name: str) -> Place:
        """Of a file that takes no update: whether there was one."""
        try:
            description = await self._client.get_workflow_handle(name).describe()
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return Place.NOWHERE
        if description.status is WorkflowExecutionStatus.RUNNING:
            raise TryLater
        return Place.ENDED

    async def _opened_by(self, system: str, delivery: Delivery) -> bool:
        """Whether a file that has ended was opened by the sender."""
        handle: Any = self._client.get_workflow_handle(f"{system}-{await self.case_of(delivery)}")
        return await handle.query("opened_by", result_type=str) == delivery.sender.slug

    async def _open_with(self, process: Workflow, system: str, name: str, received: Received[Any], update: str) -> None:
        """Start the file and hand it its first event in one step; a file that was void may begin again."""
        file = await self.new_file(process, system, name)
        start: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
            process.__name__,
            file,
            id=name,
            task_queue=self._agency.slug,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=REOPENING[process.reopens],
            static_summary=f"{process.table.title} {file.reference}",
            search_attributes=Face.opening(process.system, file.reference, self._agency.slug).at_the_start,
        )
        client: Any = self._client  # its overloads are only partly typed
        try:
            await client.execute_update_with_start_workflow(
                type(received.event).__name__, received, start_workflow_operation=start, id=update, result_type=str
            )
        except WorkflowAlreadyStartedError:
            with suppress(WorkflowAlreadyStartedError):  # it lies there, too, and is an error in the log if nobody takes it
                await start.workflow_handle()
            raise

    async def new_file(self, process: Workflow, system: str, name: str) -> Record:
        """What a file holds before its first event."""
        reference, clocks = name.rsplit("-", 1)[1], self._wiring.clocks
        if process is Retention:
            return await self._keeper.file_of(reference)
        return process.file_type.begun(reference, self._agency.party, system, clocks)


def code_of(error: WorkflowUpdateFailedError) -> str:
    """The code with which a workflow refused; empty where it did not."""
    return str(error.cause.type) if isinstance(error.cause, ApplicationError) else ""


def _update_of(delivery: Delivery) -> str:
    """The server answers what it was asked before, so this names one message: another one may bear the same id."""
    message = delivery.message
    return digest("update", message.source, message.id, message.fingerprint, delivery.first_seen.isoformat())
