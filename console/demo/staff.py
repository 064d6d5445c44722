"""Simulated people. They live only in the demo, and use the same commands as a person at the console."""

import asyncio
import json
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from nats.errors import Error as NatsError
from temporalio.service import RPCError, RPCStatusCode

from console.files import Files, Found
from console.installation import Installation
from console.lists import Lists
from contracts.agencies import Agency
from contracts.catalogue import subject_to
from contracts.envelope import CONTENT_TYPE, CloudEvent, source
from contracts.event import Event
from contracts.events.deliveries import DeliveryRefused
from contracts.reference import new_reference
from runtime.bus.connection import connect, jetstream

PATIENCE = 90.0
"""Seconds after which a simulated person gives up and the demo fails."""

LATE = {RPCStatusCode.CANCELLED, RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.FAILED_PRECONDITION}
"""How a call ends that took too long, or asks a file whose last step did."""

SIMULATED = "simulated"
"""The name under which they stand in audit logs."""


class SimulatedStaff:
    """Plays reporters, coordinators, officers and aid workers.

    Args:
        installation: Where they work.
        name: Under which they stand in audit logs.
    """

    def __init__(self, installation: Installation, name: str = SIMULATED) -> None:
        self._installation = installation
        witness = installation.played_by(name)
        self._files, self._lists = Files(installation, witness), Lists(installation, witness)

    async def report(self, slug: str, event: Event, to: str) -> str:
        """An agency's own system publishes an event and waits for the receipt.

        Returns:
            The case reference.

        Raises:
            RuntimeError: No receipt came, or a refusal.
        """
        agency = self._installation.directory.get(slug)
        message = CloudEvent(
            id=secrets.token_hex(16),
            source=source(agency.oin, "report"),
            type=event.rule.type,
            time=datetime.now(UTC),
            caseref=new_reference(),
            sequence="1",
            ground=event.grounds()[0],
            data=event.model_dump(mode="json"),
        )
        async with await self._installation.mailbox(agency) as mailbox:
            answer = await mailbox.publish_and_wait(message, self._installation.directory.get(to), PATIENCE)
        if answer is None or isinstance(answer.event(), DeliveryRefused):
            raise RuntimeError(f"{slug} got no receipt for {event.rule.type}")
        return message.caseref

    async def send_sealed(self, slug: str, to: str, event: type[Event], message: dict[str, object]) -> str:
        """A faulty system seals and signs a message in which anything may be wrong, and puts it on the bus."""
        outside = {name: value for name, value in message.items() if name != "data"}
        data = self._installation.seal(self._installation.directory.get(slug)).sealed(json.dumps(message).encode(), to)
        body = json.dumps({**outside, "datacontenttype": "application/jose", "data": data})
        return await self.send_raw(slug, subject_to(to, event), body.encode())

    async def send_raw(self, slug: str, subject: str, raw: bytes) -> str:
        """A faulty system puts bytes on the bus.

        Returns:
            Where the bytes ended.
        """
        agency = self._installation.directory.get(slug)
        client = await connect(*self._installation.operator(agency))
        try:
            headers = {"content-type": CONTENT_TYPE}
            await jetstream(client).publish(subject, raw, timeout=3, headers=headers)
        except NatsError:
            return "refused by the bus itself: no such lane"
        finally:
            await client.close()
        return "taken by the bus, refused by the inbox"

    async def decide(self, slug: str, reference: str, command: str, **content: Any) -> None:
        """A person waits until a decision is possible, and takes it."""
        await self._files.decide(await self._when_possible(slug, reference, command), command, content)

    async def sees(self, slug: str, reference: str, phase: str, kind: str) -> Found:
        """A person looks until a file is in a phase."""
        return await self._until(slug, reference, lambda file: file.view.kind == kind and file.view.track.phase == phase)

    async def files(self, reference: str) -> list[Found]:
        """Every file about a case."""
        return await self._files.about(reference)

    async def observation(self, slug: str, case: str) -> str:
        """The reference under which an agency keeps what was observed in a case, as soon as there is one."""
        links = self._installation.links(slug)
        async with asyncio.timeout(PATIENCE):
            while True:
                if reference := await links.of(case):
                    return reference
                await asyncio.sleep(0.1)

    async def gap(self, slug: str) -> str:
        """The reference of the open gap in coverage at a province that stays open longest: another could end meanwhile."""
        async with asyncio.timeout(PATIENCE):
            while True:
                open_gaps = [row async for row in self._lists.every("KetenKind = 'coverage'", "ExecutionStatus = 'Running'")]
                for row in reversed(open_gaps):
                    if row.agency == slug and row.phase == "observed":
                        return row.reference
                await asyncio.sleep(0.2)

    async def _when_possible(self, slug: str, reference: str, command: str) -> Found:
        return await self._until(slug, reference, lambda file: command in {choice.command for choice in file.view.choices})

    async def _until(self, slug: str, reference: str, fits: Callable[[Found], bool]) -> Found:
        agency = self._installation.directory.get(slug)
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    for file in await self._there(agency, reference):
                        if fits(file):
                            return file
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise RuntimeError(f"{slug} waited in vain for case {reference}") from None

    async def _there(self, agency: Agency, reference: str) -> list[Found]:
        """The files of a case at an agency; none where one does not answer in time, as on a machine that is full: look again."""
        try:
            return await self._files.at(agency, reference)
        except RPCError as error:
            if error.status not in LATE:
                raise
            return []
