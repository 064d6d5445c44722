"""The furniture that every agency has: an inbox whose events become updates of its own workflows, and a Temporal worker."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from temporalio.client import (
    WorkflowUpdateFailedError,
)
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import Worker

from activities.disclosing import Disclosing
from activities.erasing import Erasing
from activities.keeping import Keeping
from activities.linking import Linking
from activities.post import Post
from contracts.agencies import Agency
from contracts.alarms import Alarm, fitting
from contracts.events.deliveries import BETWEEN_OFFICES, DeliveriesMissed, DeliveryRefused
from contracts.events.observations import ObservationAnswered
from contracts.logged import Exchange, taken
from contracts.refusals import RefusalCode, Refused
from runtime.bus import Addressee, Delivery, Inbox, Limits, NatsBus, Pace, TryLater, broker
from runtime.keys.case_keys import CaseErased
from runtime.keys.files import Role
from runtime.office.alone import as_office
from runtime.office.content import check_before_it_is_logged, check_content
from runtime.office.deliveries import Deliveries, Missed
from runtime.office.entitled import check_part
from runtime.office.head_signing import heads_signed
from runtime.office.patience import Patience
from runtime.office.tending import tended
from runtime.office.watching import Watch, watching
from runtime.temporal.client import connect, plugin
from runtime.temporal.kept_files import KeptWorkflows
from workers.capabilities import activities_of, refuse_incomplete
from workers.dividing import CACHED
from workers.everywhere import everywhere
from workers.faults import passes
from workers.filing import Filing, Place, Workflow, code_of
from workers.holdings import holdings
from workers.keeping import Keeper, terms_watched
from workers.looks import looks_of
from workers.wiring import Wiring
from workflows.engine.admission import EARLY, NOT_KEPT_HERE, heard_by
from workflows.engine.record import Received

log = structlog.get_logger()

ANSWER = 20.0
"""Seconds until a file that does not answer is tried again later, so that it does not hold up the inbox for other cases."""

WATCH = 1.0
"""Seconds between two looks whether the bus is there."""

STICKY = timedelta(seconds=2)
"""A query to a case whose worker died waits this long before another answers; the default is ten seconds."""


class Office:
    """One agency at work."""

    def __init__(
        self, agency: Agency, wiring: Wiring, workflows: Sequence[Workflow], capabilities: Sequence[object] = ()
    ) -> None:
        self.agency = agency
        self._wiring = wiring
        self._capabilities = capabilities
        self._log = wiring.processing_log(agency.slug)
        self._processes = {process.system: process for process in (*workflows, *everywhere(agency))}

    @asynccontextmanager
    async def open(self, cached: int = CACHED) -> AsyncGenerator[None]:
        """Work until the context ends: events are taken only while the Temporal worker runs.

        Args:
            cached: Workflows that stay in memory.

        Raises:
            NotAlone: The agency has a post office in this home.
        """
        with as_office(self._wiring.settings, self.agency.slug):
            async with self._working(cached):
                yield

    @asynccontextmanager
    async def _working(self, cached: int) -> AsyncGenerator[None]:
        wiring, slug = self._wiring, self.agency.slug
        bus = broker(wiring.nats_url, wiring.keys.seed(slug, Role.WORKER), wiring.certificates.of(slug))
        identity, seal = wiring.keys.identity(slug), wiring.seal(self.agency)
        ours = NatsBus(bus, slug, seal)
        kept = wiring.deliveries(slug)
        self._patience = Patience(wiring.settings.gap_patience)
        self._deliveries = Deliveries(self.agency, kept, ours, self._alarm, wiring.settings)
        addressee = Addressee(self.agency, wiring.directory, identity, seal, self._alarm)
        limits = Limits(pace=Pace.opening(wiring.settings.opening_rate, of_one=wiring.settings.inbox_loops))
        inbox = Inbox(bus, addressee, self.take, passing=passes, limits=limits)
        wiring.prepare_stores(slug)
        tls = wiring.certificates.for_temporal.of(slug)
        self._client = await connect(wiring.temporal_address, self.agency.namespace, wiring.codec(slug), tls)
        keeper = Keeper(self.agency, wiring, self._client)
        self._filing = Filing(self.agency, wiring, self._client, keeper)
        post = Post(self.agency, identity, ours, kept)
        erasing = Erasing(slug, wiring.directory, holdings(self.agency, wiring, bus, self._client))
        disclosing = Disclosing(
            slug, wiring.directory, KeptWorkflows(self._client, wiring.ended_files(slug)), self._log, wiring.case_keys(slug)
        )
        activities = activities_of(post, erasing, disclosing, Keeping(keeper), Linking(wiring.links(slug)), *self._capabilities)
        refuse_incomplete(slug, self._processes.values(), activities)
        worker = Worker(
            self._client,
            task_queue=slug,
            workflows=list(self._processes.values()),
            activities=activities,
            max_cached_workflows=cached,
            sticky_queue_schedule_to_start_timeout=STICKY,
            plugins=[plugin()],
        )
        await bus.connect()
        signed = heads_signed(wiring.audit(slug), wiring.audit_signer(slug))
        watched = watching(Watch(slug, wiring.pager, looks_of(self.agency, wiring, self._client)), wiring.settings.watch_pause)
        asked = self._deliveries.asked_about()
        terms = terms_watched(self.agency, keeper, wiring.settings.terms_pause)
        patient = self._patience.watching(lambda: bus.config.connection_state.connection.is_connected)
        beside = (wiring.exported(slug), tended(self.agency, wiring, bus), signed, asked, watched, patient, terms)
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
        with self._patience.with_one(delivery.sender.slug, delivery.message.id, later=TryLater, over=Refused):
            await self._log_and_take(delivery)

    async def _log_and_take(self, delivery: Delivery) -> None:
        event, sender = delivery.event, delivery.sender.slug
        if isinstance(event, BETWEEN_OFFICES):
            check_content(delivery, self._wiring.atlas)
            await self._deliveries.hear(delivery, self._tell_missed)
            return
        check_before_it_is_logged(delivery, self._wiring.atlas)
        record = taken(Exchange(delivery.message, event, sender), self.agency, delivery.first_seen, datetime.now(UTC))
        await self._log.write([record])
        if isinstance(event, DeliveryRefused):
            self._deliveries.refused(sender, event.event_id, event.code)
        try:
            await self._take(delivery, record.traceparent)
        except Refused:
            await self._log.write([record.refused(datetime.now(UTC))])
            raise

    async def _take(self, delivery: Delivery, trace: str) -> None:
        check_content(delivery, self._wiring.atlas)
        await check_part(delivery, self._log)
        process, system = self._process_for(delivery)
        received = await self._received(delivery, trace)
        if isinstance(delivery.event, ObservationAnswered) and await self._filing.case_of(delivery) is None:
            log.info("observation_of_an_erased_case", agency=self.agency.slug)
            return
        try:
            async with asyncio.timeout(ANSWER):
                handed = await self._filing.hand_over(process, system, delivery, received)
        except WorkflowUpdateFailedError as error:
            raise self._translated(error) from None
        except CaseErased:
            await self._refuse_part(delivery)
            raise Refused(RefusalCode.CASE_ERASED, "what was kept of this case was erased; begin a new case") from None
        if handed.place is not Place.TAKEN:
            await self._refuse_part(delivery, known=handed.place is Place.ENDED)
            await self._late(delivery, received, handed.system)

    async def _refuse_part(self, delivery: Delivery, *, known: bool = True) -> None:
        """To who has no part in a case it is as if there were none; perhaps the event that opens it is on its way.

        Raises:
            TryLater: It may be.
            Refused: It is not.
        """
        message, sender = delivery.message, delivery.sender
        if known and (sender == self.agency or await self._log.exchanged(message.caseref, sender.slug, besides=message.id)):
            return
        follows = int(message.sequence) > 1 or not delivery.event.rule.counted
        if follows and not self._patience.ended(sender.slug, message.id):
            raise TryLater
        raise Refused(RefusalCode.CASE_UNKNOWN, NOT_KEPT_HERE)

    async def _tell_missed(self, delivery: Delivery, missed: Missed) -> None:
        """Hand it to the file of ours that sent it; where that has ended, a person hears it all the same."""
        received = Received[DeliveriesMissed](
            id=missed.id,
            sender=delivery.sender.party,
            system=delivery.message.system,
            sequence=0,
            logged=delivery.message.time,
            trace=None,
            on_record=True,
            event=missed.event,
        )
        name = f"{missed.system}-{missed.reference}"
        handle: Any = self._client.get_workflow_handle(name)
        try:
            async with asyncio.timeout(ANSWER):
                if await self._filing.has_key(name):
                    await handle.execute_update(DeliveriesMissed.__name__, received, id=received.id, result_type=str)
                    return
        except CaseErased:
            pass
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
        await self._alarm(f"{delivery.sender.slug} misses what a file sent that has ended since", missed.reference)

    async def _alarm(self, words: str, reference: str | None = None) -> None:
        """Reach a person about something that belongs to no case, or to no file that is open."""
        await self._wiring.pager.page(Alarm(agency=self.agency.slug, reference=reference, words=fitting(words)))

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

    async def _received(self, delivery: Delivery, trace: str) -> Received[Any]:
        message, sender = delivery.message, delivery.sender
        answers = delivery.event.rule.file is None
        return Received[type(delivery.event)](  # type: ignore[misc]
            id=message.id,
            sender=sender.party,
            system=message.system,
            sequence=int(message.sequence),
            logged=message.time,
            trace=trace,
            previous=message.previous,
            fingerprint=message.fingerprint,
            proof=delivery.proof if delivery.event.rule.evidence else None,
            past_gap=self._patience.ended(sender.slug, message.id),
            by_hand=delivery.by_hand,
            on_record=answers and await self._log.told(message.caseref, sender.slug),
            event=delivery.event,
        )

    def _first_process(self) -> tuple[Workflow, str]:
        """A refusal of something that was sent by hand: for the first kind of file that the agency keeps."""
        system, process = next(iter(self._processes.items()))
        return process, system

    async def _late(self, delivery: Delivery, received: Received[Any], system: str) -> None:
        """An event for a file that has ended: noted where the catalogue says so, refused otherwise.

        What it took already came twice, and is nothing new. What cannot be of the line that it heard is refused as ever.
        What a file said last can be refused or missed, too: then nobody but a person at this agency can put it right.
        """
        event = delivery.event
        async with asyncio.timeout(ANSWER):
            reference = await self._filing.case_of(delivery)
            said = await self._filing.after_the_end(system, received, reference or delivery.message.caseref)
        if said.known:
            return
        if event.rule.late and said.code:
            raise Refused(said.code, said.reason)
        if not event.rule.late:
            raise Refused(RefusalCode.CASE_CLOSED, "the file with this case reference has ended; begin a new case")
        log.info("late_event_noted", agency=self.agency.slug, type=event.rule.type)
        if isinstance(event, DeliveryRefused | DeliveriesMissed):
            what = "refused" if isinstance(event, DeliveryRefused) else "misses"
            await self._alarm(f"{delivery.sender.slug} {what} what a file sent that has ended since", delivery.message.caseref)

    def _translated(self, error: WorkflowUpdateFailedError) -> Exception:
        code = code_of(error)
        if code == EARLY:
            return TryLater(self._wiring.settings.gap_patience / 6)
        if code in set(RefusalCode):
            return Refused(RefusalCode(code), getattr(error.cause, "message", ""))
        return error
