"""What an agency keeps of cases that have ended: a line until the term ends, then a workflow that asks a person."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any

import structlog
from temporalio.client import Client, WithStartWorkflowOperation, WorkflowUpdateFailedError
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from contracts.agencies import Agency
from contracts.ended import EndedFile
from contracts.event import File
from contracts.events.erasures import FileEnded
from runtime.temporal.codec import key_of
from workers.wiring import Wiring
from workflows.engine.attributes import Face
from workflows.engine.record import Received
from workflows.retention.file import RetentionFile
from workflows.retention.process import Retention

log = structlog.get_logger()

AT_ONCE = 100
"""Cases about which a person is asked at one look; the others follow at the next."""


class Keeper:
    """Whoever keeps one agency's files that have ended: the driver of the port ``activities.keeping.Terms``."""

    def __init__(self, agency: Agency, wiring: Wiring, client: Client) -> None:
        self._agency = agency
        self._wiring = wiring
        self._client = client
        self._ended = wiring.ended_files(agency.slug)

    async def begin(self, ended: EndedFile) -> None:
        """Write a file down that has ended; where somebody has asked about the case already, its workflow hears of it."""
        await self._ended.add(ended)
        held, destroyed = await self._wiring.case_keys(self._agency.slug).held(key_of(_name(ended.reference)))
        if not held or destroyed:  # there never was such a workflow, and writing to it would make a key
            return
        handle: Any = self._client.get_workflow_handle(_name(ended.reference))
        try:
            await handle.execute_update(FileEnded.__name__, self._told(ended), id=f"ended-{ended.system}", result_type=str)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
        except WorkflowUpdateFailedError:  # it is erased, or being erased: the line says the rest
            log.info("end_not_awaited", agency=self._agency.slug, kind=ended.kind.value)

    async def ask(self, case: str) -> None:
        """Open the workflow in which a person decides about a case that is kept; nothing where it is open.

        Raises:
            LookupError: Nothing is kept of it that has ended.
        """
        ended = await self._ended.of(case)
        if not ended:
            raise LookupError(f"nothing of {case} that has ended is kept at {self._agency.slug}")
        first, file = ended[0], self._with_terms(case, ended)
        file.kinds.remove(first.kind)  # of that one it hears
        start: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
            Retention.__name__,
            file,
            id=_name(case),
            task_queue=self._agency.slug,
            id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            static_summary=f"{Retention.table.title} {case}",
            search_attributes=Face.opening(Retention.system, case, self._agency.slug).at_the_start,
        )
        client: Any = self._client  # its overloads are only partly typed
        try:
            await client.execute_update_with_start_workflow(
                FileEnded.__name__, self._told(first), start_workflow_operation=start, id=f"ended-{first.system}", result_type=str
            )
        except WorkflowAlreadyStartedError:
            with suppress(WorkflowAlreadyStartedError):  # it lies there, too, and is an error in the log if nobody takes it
                await start.workflow_handle()
        await self._ended.opened(case)

    async def ask_about_what_is_due(self) -> int:
        """Open one for each case whose term has ended; those that cannot be opened hold up no other, however many they are.

        Returns:
            How many were opened.
        """
        asked, failed, now = 0, 0, datetime.now(UTC)
        while asked < AT_ONCE and (due := await self._ended.due(now, AT_ONCE - asked, past=failed)):
            for case in due:
                try:
                    await self.ask(case)
                    asked += 1
                except Exception as error:
                    failed += 1
                    log.warning("term_not_asked_about", agency=self._agency.slug, reference=case, error=type(error).__name__)
        return asked

    async def file_of(self, case: str) -> RetentionFile:
        """What such a workflow begins with that something else opens: an agency that asks, or a consent that was withdrawn."""
        return self._with_terms(case, await self._ended.of(case))

    def _with_terms(self, case: str, ended: Sequence[EndedFile]) -> RetentionFile:
        file = RetentionFile.begun(case, self._agency.party, File.RETENTION, self._wiring.clocks)
        file.kinds, file.kept_until = [one.kind for one in ended], max((one.until for one in ended), default=None)
        return file

    def _told(self, ended: EndedFile) -> Received[FileEnded]:
        return Received[FileEnded](
            id=f"ended-{ended.system}-{ended.reference}",
            sender=self._agency.party,
            system=ended.system,
            logged=datetime.now(UTC),
            event=FileEnded(kind=ended.kind, system=ended.system),
        )


@asynccontextmanager
async def terms_watched(agency: Agency, keeper: Keeper, pause: float) -> AsyncGenerator[None]:
    """While inside, a person is asked about each case whose term ends; a fault is logged, and does not stop the office.

    Args:
        agency: Whose office it is.
        keeper: Of the agency.
        pause: Seconds between two looks; the first is at once.
    """
    task = asyncio.create_task(_watch(agency, keeper, pause))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _watch(agency: Agency, keeper: Keeper, pause: float) -> None:
    while True:
        try:
            if count := await keeper.ask_about_what_is_due():
                log.info("terms_ended", agency=agency.slug, count=count)
        except Exception as error:
            log.warning("terms_not_looked_at", agency=agency.slug, error=type(error).__name__)
        await asyncio.sleep(pause)


def _name(case: str) -> str:
    return f"{File.RETENTION}-{case}"
