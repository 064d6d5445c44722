"""The furniture that every agency has: an inbox whose events become updates of its own workflows, and a Temporal worker."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowExecutionStatus,
    WorkflowUpdateFailedError,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import Worker

from activities.alarm import Alarm
from activities.disclosing import Disclosing
from activities.erasing import Erasing
from activities.post import Post
from contracts.agencies import Agency
from contracts.event import Event
from contracts.events.deliveries import BETWEEN_OFFICES, DeliveriesMissed, DeliveryRefused
from contracts.events.disclosures import ANSWERING, ASKING
from contracts.logged import Exchange, taken
from contracts.refusals import RefusalCode, Refused
from runtime.bus import Addressee, Delivery, Inbox, Limits, NatsBus, Pace, TryLater, broker
from runtime.case_keys import CaseErased
from runtime.kept_files import KeptWorkflows
from runtime.keys import Role
from runtime.temporal import connect
from workers.capabilities import activities_of, refuse_incomplete
from workers.content import check_before_it_is_logged, check_content
from workers.deliveries import Deliveries, Missed
from workers.entitled import check_part
from workers.faults import passes
from workers.head_signing import heads_signed
from workers.holdings import holdings
from workers.looks import looks_of
from workers.tending import tended
from workers.watching import Watch, watching
from workers.wiring import Wiring
from workflows.access import Access
from workflows.admission import EARLY, heard_by
from workflows.disclosure import Disclosure
from workflows.files.record import Received, Record
from workflows.process import Process
from workflows.retention import Retention
from workflows.tables.table import OPENING

Workflow = type[Process[Any]]
log = structlog.get_logger()

ANSWER = 20.0
"""Seconds until a file that does not answer is tried again later, so that it does not hold up the inbox for other cases."""

REOPENING = {
    True: WorkflowIDReusePolicy.ALLOW_DUPLICATE,
    False: WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
}
STICKY = timedelta(seconds=2)
"""A query to a case whose worker died waits this long before another answers; the default is ten seconds."""


def _everywhere(agency: Agency) -> list[Workflow]:
    """What every agency does beside its own work: keep no longer than the term, and answer people who ask for access."""
    answers: list[Workflow] = [Disclosure] if agency.kind in ANSWERING else []
    asks: list[Workflow] = [Access] if agency.kind in ASKING else []
    return [Retention, *answers, *asks]


class Office:
    """One agency at work."""

    def __init__(
        self, agency: Agency, wiring: Wiring, workflows: Sequence[Workflow], capabilities: Sequence[object] = ()
    ) -> None:
        self.agency = agency
        self._wiring = wiring
        self._capabilities = capabilities
        self._log = wiring.processing_log(agency.slug)
        self._processes = {process.system: process for process in (*workflows, *_everywhere(agency))}

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[None]:
        """Work until the context ends: events are taken only while the Temporal worker runs."""
        wiring, slug = self._wiring, self.agency.slug
        bus = broker(wiring.nats_url, wiring.keys.seed(slug, Role.WORKER), wiring.certificates.of(slug))
        identity, seal = wiring.keys.identity(slug), wiring.seal(self.agency)
        ours = NatsBus(bus, slug, seal)
        kept = wiring.deliveries(slug)
        self._deliveries = Deliveries(self.agency, kept, ours, self._alarm, wiring.settings)
        addressee = Addressee(self.agency, wiring.directory, identity, seal, self._alarm)
        limits = Limits(pace=Pace(of_one=wiring.settings.inbox_loops))
        inbox = Inbox(bus, addressee, self.take, passing=passes, limits=limits)
        wiring.prepare_case_keys(slug)
        wiring.prepare_processing_log(slug)
        wiring.prepare_audit(slug)
        tls = wiring.certificates.for_temporal.of(slug)
        self._client = await connect(wiring.temporal_address, self.agency.namespace, wiring.codec(slug), tls)
        post = Post(self.agency, identity, ours, self._log, kept)
        erasing = Erasing(slug, wiring.directory, holdings(self.agency, wiring, bus, self._client))
        disclosing = Disclosing(slug, wiring.directory, KeptWorkflows(self._client), self._log, wiring.case_keys(slug))
        activities = activities_of(post, erasing, disclosing, *self._capabilities)
        refuse_incomplete(slug, self._processes.values(), activities)
        worker = Worker(
            self._client,
            task_queue=slug,
            workflows=list(self._processes.values()),
            activities=activities,
            sticky_queue_schedule_to_start_timeout=STICKY,
        )
        await bus.connect()
        signed = heads_signed(wiring.audit(slug), wiring.audit_signer(slug))
        watched = watching(Watch(slug, wiring.pager, looks_of(self.agency, wiring, self._client)), wiring.settings.watch_pause)
        beside = (wiring.exported(slug), tended(self.agency, wiring, bus), signed, self._deliveries.asked_about(), watched)
        async with worker, AsyncExitStack() as stack:
            for part in beside:
                await stack.enter_async_context(part)
            await bus.start()
            try:
                async with inbox.open():
                    log.info("office_opened", agency=slug)
                    yield
            finally:
                await bus.stop()

    async def take(self, delivery: Delivery) -> None:
        """Log an event, then hand it to the workflow it is for; returns when Temporal has accepted it.

        Raises:
            Refused: It can never be accepted: the reason is for its sender.
            TryLater: Its predecessor is not here yet.
            NotLogged: The processing log cannot be written; the event comes again.
        """
        event, sender = delivery.event, delivery.sender.slug
        if isinstance(event, BETWEEN_OFFICES):
            check_content(delivery, self._wiring.atlas)
            await self._deliveries.hear(delivery, self._tell_missed)
            return
        check_before_it_is_logged(delivery, self._wiring.atlas)
        exchange = Exchange(delivery.message, event, sender)
        record = taken(exchange, self.agency, delivery.first_seen, datetime.now(UTC))
        await self._log.write([record])
        if isinstance(event, DeliveryRefused):
            await self._deliveries.refused(sender, event.event_id)
        try:
            await self._take(delivery, record.traceparent)
        except Refused:
            await self._log.write([record.refused(datetime.now(UTC))])
            raise

    async def _take(self, delivery: Delivery, trace: str) -> None:
        event = delivery.event
        check_content(delivery, self._wiring.atlas)
        await check_part(delivery, self._log)
        process, system = self._process_for(delivery)
        received = self._received(delivery, trace)
        name = f"{system}-{delivery.message.caseref}"
        try:
            async with asyncio.timeout(ANSWER):
                await self._hand_over(process, system, name, received)
        except WorkflowUpdateFailedError as error:
            raise self._translated(error) from None
        except WorkflowAlreadyStartedError:
            self._late(event)
        except CaseErased:
            raise Refused(RefusalCode.CASE_ERASED, "what was kept of this case was erased; begin a new case") from None
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            await self._no_open_file(self._client, name, delivery)

    async def _tell_missed(self, delivery: Delivery, missed: Missed) -> None:
        """Hand it to the file of ours that sent it; where that has ended, a person hears it all the same."""
        received = Received[DeliveriesMissed](
            id=missed.id,
            sender=delivery.sender.party,
            system=delivery.message.system,
            sequence=0,
            logged=delivery.message.time,
            trace=None,
            event=missed.event,
        )
        handle: Any = self._client.get_workflow_handle(f"{missed.system}-{missed.reference}")
        try:
            async with asyncio.timeout(ANSWER):
                await handle.execute_update(DeliveriesMissed.__name__, received, id=received.id, result_type=str)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            await self._alarm(f"{delivery.sender.slug} misses what a file sent that has ended since: {missed.system}")

    async def _alarm(self, words: str) -> None:
        """Reach a person about something that belongs to no case."""
        await self._wiring.pager.page(Alarm(agency=self.agency.slug, reference=None, words=words))

    async def _hand_over(self, process: Workflow, system: str, name: str, received: Received[Any]) -> None:
        """As an update of the file; an event that may open one starts it where needed."""
        event = type(received.event).__name__
        if event in process.table.states[OPENING].moves:
            await self._open_with(process, system, name, received)
            return
        handle: Any = self._client.get_workflow_handle(name)
        await handle.execute_update(event, received, id=received.id, result_type=str)

    async def _open_with(self, process: Workflow, system: str, name: str, received: Received[Any]) -> None:
        """Start the file and hand it its first event in one step; a file that was void may begin again."""
        file = self.new_file(process, system, name)
        start: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
            process.__name__,
            file,
            id=name,
            task_queue=self.agency.slug,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=REOPENING[process.reopens],
            static_summary=f"{process.table.title} {file.reference}",
        )
        client: Any = self._client  # its overloads are only partly typed
        try:
            await client.execute_update_with_start_workflow(
                type(received.event).__name__, received, start_workflow_operation=start, id=received.id, result_type=str
            )
        except WorkflowAlreadyStartedError:
            with suppress(WorkflowAlreadyStartedError):  # it lies there, too, and is an error in the log if nobody takes it
                await start.workflow_handle()
            raise

    def new_file(self, process: Workflow, system: str, name: str) -> Record:
        """What a file holds before its first event."""
        reference, clocks = name.rsplit("-", 1)[1], self._wiring.clocks
        return process.file_type(reference=reference, me=self.agency.party, system=system, clocks=clocks, leaves_recorded=True)

    def _process_for(self, delivery: Delivery) -> tuple[Workflow, str]:
        """Which workflow hears this event, and the name of the file there."""
        event = delivery.event
        answered = getattr(event, "system", None) if event.rule.file is None else None
        system = answered or f"{event.rule.file}{event.suffix()}"
        process = self._processes.get(system.split("-")[0])  # type: ignore[call-overload]
        if process is None and answered:
            process, system = self._first_process()
        if process is None or event.rule.type not in heard_by(process):
            raise Refused(
                RefusalCode.NOT_ALLOWED, f"{self.agency.slug} has no use for this event; `keten events` lists who takes it"
            )
        return process, system

    def _received(self, delivery: Delivery, trace: str) -> Received[Any]:
        message = delivery.message
        waited = datetime.now(UTC) - delivery.first_seen
        return Received[type(delivery.event)](  # type: ignore[misc]
            id=message.id,
            sender=delivery.sender.party,
            system=message.system,
            sequence=int(message.sequence),
            logged=message.time,
            trace=trace,
            previous=message.previous,
            fingerprint=message.fingerprint,
            proof=delivery.proof if delivery.event.rule.evidence else None,
            past_gap=waited > timedelta(seconds=self._wiring.settings.gap_patience),
            event=delivery.event,
        )

    def _first_process(self) -> tuple[Workflow, str]:
        """A refusal of something that was sent by hand: for the first kind of file that the agency keeps."""
        system, process = next(iter(self._processes.items()))
        return process, system

    async def _no_open_file(self, client: Client, name: str, delivery: Delivery) -> None:
        """Closed: the late path. Unknown: perhaps the event that opens it is on its way."""
        try:
            description = await client.get_workflow_handle(name).describe()
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            waited = datetime.now(UTC) - delivery.first_seen
            if int(delivery.message.sequence) > 1 and waited < timedelta(seconds=self._wiring.settings.gap_patience):
                raise TryLater from None
            raise Refused(RefusalCode.CASE_UNKNOWN, "no file with this case reference is kept here") from None
        if description.status is WorkflowExecutionStatus.RUNNING:
            raise TryLater
        self._late(delivery.event)

    def _late(self, event: Event) -> None:
        """An event for a file that has ended: noted where the catalogue says so, refused otherwise."""
        if not event.rule.late:
            raise Refused(RefusalCode.CASE_CLOSED, "the file with this case reference has ended; begin a new case")
        log.info("late_event_noted", agency=self.agency.slug, type=event.rule.type)

    def _translated(self, error: WorkflowUpdateFailedError) -> Exception:
        cause = error.cause
        if isinstance(cause, ApplicationError) and cause.type == EARLY:
            return TryLater(self._wiring.settings.gap_patience / 6)
        if isinstance(cause, ApplicationError) and cause.type in set(RefusalCode):
            return Refused(RefusalCode(cause.type), cause.message)
        return error
