"""The same searches where one protection is missing: they find the marks, so that what they do not find is not there."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from temporalio.api.common.v1 import Payload

from console.installation import Installation
from contracts.agencies import Directory
from contracts.events.signals import Signal, SignalReported
from runtime.servers.embedded import embedded
from runtime.settings import Settings
from runtime.temporal.codec import CaseCodec
from tests.bus_server import DESK, POLICE, BusServer, running
from tests.e2e.canaries.marks import found_in, mark, marks
from tests.e2e.canaries.staff import MarkedStaff
from tests.e2e.test_nothing_personal_is_stored import stored
from workers.kinds import office

pytestmark = pytest.mark.long

COORDINATOR = "coordinator-almere"


def without_cipher(text: str) -> str:
    """The configuration of a bus that stores everything as it comes."""
    head, rest = text.split("cipher: aes", 1)
    return head + "}\n" + rest.split("}", 1)[1]


@pytest.mark.parametrize("sealed", [True, False])
@pytest.mark.parametrize("encrypted", [True, False])
def test_either_the_seal_or_the_stores_encryption_hides_a_mark(
    tmp_path: Path, directory: Directory, sealed: bool, encrypted: bool
) -> None:
    bus = BusServer(tmp_path, directory, change=str if encrypted else without_cipher)
    for there in running(bus):
        event = there.event(POLICE, SignalReported, {"signal": {"municipality": "GM0995", "account": mark("account")}})
        raw = there.seal(POLICE).closed(event, DESK) if sealed else event.to_json()
        asyncio.run(there.send(POLICE, DESK, "signals.reported.v1", raw))
        found = {word for content in stored(there.store).values() for word in found_in(content)}
        assert found == (marks("account") if not sealed and not encrypted else set())


class InClear(CaseCodec):
    """Encrypts nothing."""

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return list(payloads)

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return list(payloads)


class WithoutCodec(Installation):
    """Gives Temporal everything as it is."""

    def codec(self, slug: str) -> CaseCodec:
        return InClear(self.case_keys(slug))


WRITTEN = marks("account", "name", "language", "safe_contact", "needs", "nationality", "gender")


async def test_without_the_codec_temporals_database_shows_every_mark(tmp_path: Path, directory: Directory) -> None:
    """Three agencies come as far as the intake, and give Temporal everything as it is."""
    settings = Settings(home=tmp_path / "home")
    few = directory.model_copy(update={"agencies": tuple(map(directory.get, (DESK, "lelystad", COORDINATOR)))})
    async with AsyncExitStack() as stack:
        servers = await stack.enter_async_context(embedded(settings, few))
        installation = WithoutCodec.of(settings, servers)
        for agency in few.agencies:
            await stack.enter_async_context(office(agency, installation).open())
        staff = MarkedStaff(installation)
        signal = Signal(municipality="GM0995", account="to be replaced")
        reference = await staff.report("lelystad", SignalReported(signal=signal), DESK)
        await staff.decide(COORDINATOR, reference, "accept_case")
        await staff.decide(COORDINATOR, reference, "record_triage", finding="presumed_victim")
        await staff.decide(COORDINATOR, reference, "record_intake", needs="to be replaced")
    database = {name: raw for name, raw in stored(settings.home).items() if name.startswith("temporal.db")}
    assert any(reference.encode() in raw for raw in database.values())
    assert {word for raw in database.values() for word in found_in(raw)} >= WRITTEN
