"""Keten as people run it, ``keten up`` as a process of its own, and a case that is driven without waiting longer than it must."""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from temporalio.client import WorkflowHistoryEventFilterType
from temporalio.service import RPCError, RPCStatusCode

from console.deciding import checked
from console.demo.staff import SimulatedStaff
from console.demo.stories import OBSERVATION
from console.file_names import names_at
from contracts.envelope import CloudEvent, source
from contracts.events.signals import Signal, SignalReceived, SignalReported
from contracts.reference import new_reference
from runtime.bus import Mailbox
from runtime.bus.connection import connect, jetstream
from runtime.servers.embedded import read_running
from tests.bench.counts import Counts, Handle, counted
from tests.bench.processes import children, kill_all
from tests.bench.sides import Heard, Side, begun, timed
from tests.installed import PATIENCE, Keten

REPORTER, DESK, OWNER, SHELTER, FULL = (
    "police-midden-nederland",
    "signal-desk",
    "coordinator-almere",
    "womens-shelter",
    "cosm-shelter",
)
PLACE, RIEC, REGISTRY = "lelystad", "riec-midden-nederland", "comensha"
FILES = (
    (REPORTER, "report"),
    (DESK, "signal"),
    (OWNER, "case"),
    (FULL, "placement-1"),
    (SHELTER, "placement-2"),
    (REGISTRY, "registration"),
)
APART = ((OWNER, "observation"), (PLACE, "privacy"), (RIEC, "dossier"))
"""Of a case with help and RIEC: under its reference, and under that of what was observed."""
T = TypeVar("T")
LAST = WorkflowHistoryEventFilterType.CLOSE_EVENT
LOOK = 0.005
"""Seconds between two looks whether a workflow exists: of that alone nobody tells."""
SETTLED = 2.0
"""Seconds without change after which nothing of a case is under way any more."""


class KetenSide(Side):
    """The product, with the clocks of every day: none of them ends meanwhile."""

    def __init__(self, home: Path, processes: int) -> None:
        self.keten = Keten(home, KETEN_CLOCKS="", KETEN_PROCESSES=str(processes), KETEN_OPENING_RATE="100")
        self._mailbox: Mailbox | None = None

    async def up(self) -> None:
        """Start it."""
        await asyncio.to_thread(self.keten.up)
        here = self.keten.here
        self._installation = here.installation
        running = read_running(self.keten.settings)
        assert running
        servers = {"temporal": running.pids["temporal"], "nats": running.pids["nats-server"]}
        offices = sorted(children(self.keten.pid) - set(servers.values()))
        self.pids = {"workers": self.keten.pid} | {f"offices {n}": pid for n, pid in enumerate(offices, 1)} | servers
        self._mailbox = await self._installation.mailbox(self._installation.directory.get(REPORTER))

    async def stop(self) -> None:
        """End it."""
        await self._hang_up()
        await asyncio.to_thread(self.keten.stop)

    async def case(self) -> None:
        await self._with_help_and_riec(await self._report())

    async def signal(self) -> Heard:
        sent, clock = time.time(), time.monotonic()
        reference = await self._report()
        answered = time.monotonic() - clock
        file = await self._file(OWNER, "case", reference)
        return Heard(answered, await _when_there(lambda: begun(file)) - sent)

    async def long(self, told: int) -> list[float]:
        """A talk that leaves it unclear again and again."""
        file = await self._file(OWNER, "case", await self._report())
        await _heard(file, "SignalRouted")
        await _decide(file, "accept_case")
        return await timed(_decide(file, "record_triage", finding="unclear") for _ in range(told))

    async def count(self, *, whole: bool) -> Counts:
        """Play a case, or only a signal that stays open, alone; and count it."""
        reference, before = new_reference(), await self._on_the_bus()
        await self._report(reference)
        if whole:
            await self._with_help_and_riec(reference)
        names = [(agency, name) for agency in self._installation.directory.agencies for name in names_at(agency, reference)]
        handles = [(await self._installation.client(agency)).get_workflow_handle(name) for agency, name in names]
        counts = Counts()
        while counts != (now := await counted(handles, await self._on_the_bus() - before)):
            counts = now
            await asyncio.sleep(SETTLED)
        return counts

    async def restart(self) -> None:
        await self._hang_up()
        kill_all(self.pids.values())
        self.keten.ended(PATIENCE)
        await self.up()

    async def _hang_up(self) -> None:
        if self._mailbox:
            await self._mailbox.__aexit__()
            self._mailbox = None

    async def _report(self, reference: str | None = None) -> str:
        directory, event = (
            self._installation.directory,
            SignalReported(signal=Signal(municipality="GM0995", account="an example")),
        )
        message = CloudEvent(
            id=secrets.token_hex(16),
            source=source(directory.get(REPORTER).oin, "report"),
            type=event.rule.type,
            time=datetime.now(UTC),
            caseref=reference or new_reference(),
            sequence="1",
            ground=event.grounds()[0],
            data=event.model_dump(mode="json"),
        )
        assert self._mailbox
        answer = await self._mailbox.publish_and_wait(message, directory.get(DESK), PATIENCE)
        assert answer
        assert isinstance(answer.event(), SignalReceived), answer
        return message.caseref

    async def _with_help_and_riec(self, reference: str) -> None:
        """The first story of the demo: each decision is taken as soon as its file heard what it needs."""
        files = [await self._file(slug, system, reference) for slug, system in FILES]
        _, _, case, full, shelter, _ = files
        await _heard(case, "SignalRouted")
        await _decide(case, "accept_case")
        await _decide(case, "record_triage", finding="presumed_victim")
        await _decide(case, "record_intake", needs="invented needs", person={"language": "Dutch"})
        await _decide(case, "record_consent", help=True, registration=True, riec=True, written=True)
        organisations = ["cosm-shelter", "womens-shelter"]
        await _decide(case, "offer_help", need={"service": "cosm"}, organisations=organisations)
        await _decide(case, "ask_privacy_check", observation=OBSERVATION)
        observed = await SimulatedStaff(self._installation).observation(OWNER, reference)
        apart = [await self._file(slug, system, observed) for slug, system in APART]
        _, privacy, dossier = apart
        await _heard(full, "ReferralOffered")
        await _decide(full, "decline_offer", reason="full")
        await _heard(shelter, "ReferralOffered")
        await _decide(shelter, "see_offer")
        await _decide(shelter, "accept_offer")
        await _heard(privacy, "PrivacyCheckRequestedV2")
        await _decide(privacy, "bring_to_riec")
        await _heard(shelter, "PersonRevealed")
        await _decide(shelter, "report_first_contact")
        await _heard(dossier, "DossierBrought")
        await _decide(dossier, "record_enrichment", findings="invented findings")
        await _decide(dossier, "record_weighing", weighing="case")
        await _decide(dossier, "record_plan", interventions="an invented plan")
        await _decide(dossier, "close_dossier")
        await _ended(privacy)
        await _decide(shelter, "complete_help", outcome="safe_housing")
        await _heard(case, "ReferralCompleted")
        await _decide(case, "start_aftercare")
        await _decide(case, "conclude_case", outcome="helped")
        await asyncio.gather(*(_ended(file) for file in [*files, *apart]))

    async def _file(self, slug: str, system: str, reference: str) -> Handle:
        client = await self._installation.client(self._installation.directory.get(slug))
        return client.get_workflow_handle(f"{system}-{reference}")

    async def _on_the_bus(self) -> int:
        """How many events ever entered an inbox."""
        entered = 0
        for agency in self._installation.directory.agencies:
            client = await connect(*self._installation.operator(agency))
            try:
                entered += (await jetstream(client).stream_info("INBOX")).state.last_seq
            finally:
                await client.close()
        return entered


async def _decide(file: Handle, command: str, **content: Any) -> None:
    handle: Any = file  # its overloads are only partly typed
    await handle.execute_update(command, checked(command, content), result_type=str)


async def _heard(file: Handle, event: str) -> None:
    """Wait until a file took an event, as its history tells."""

    async def heard() -> None:
        async for entry in file.fetch_history_events(wait_new_event=True):
            if entry.workflow_execution_update_accepted_event_attributes.accepted_request.input.name == event:
                return

    await _when_there(heard)


async def _ended(file: Handle) -> None:
    """Wait until a file has ended."""

    async def ended() -> None:
        async for _ in file.fetch_history_events(wait_new_event=True, event_filter_type=LAST):
            return

    await _when_there(ended)


async def _when_there(look: Callable[[], Awaitable[T]]) -> T:
    """What is found at a workflow, as soon as it exists."""
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                return await look()
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:
                    raise
            await asyncio.sleep(LOOK)
