from collections.abc import AsyncGenerator
from typing import NamedTuple

import pytest
import pytest_asyncio
from temporalio.api.common.v1 import Payload

from contracts.events.signals import Signal, SignalReported
from runtime.temporal.codec import ENCODING
from tests.console.codec_server.serving import MARK, Asking, Written, asking
from tests.console.door.oidc import Oidc, issuing
from tests.histories import payloads_in
from tests.installed import Here, Keten


class Played(NamedTuple):
    """A case at the signal desk, and every payload of its history as Temporal stores it."""

    case: str
    workflow: str
    payloads: list[Payload]

    @property
    def encrypted(self) -> list[Payload]:
        return [payload for payload in self.payloads if payload.metadata["encoding"] == ENCODING]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def two_cases(keten: Keten) -> tuple[Played, Played]:
    """Two cases that were really reported."""
    here = keten.here
    return await _play(here), await _play(here)


@pytest.fixture(scope="session")
def played(two_cases: tuple[Played, Played]) -> Played:
    return two_cases[0]


@pytest.fixture(scope="session")
def other(two_cases: tuple[Played, Played]) -> Played:
    return two_cases[1]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def oidc() -> AsyncGenerator[Oidc]:
    """An issuer that all tests leave as it is."""
    async with issuing() as issuer:
        yield issuer


@pytest.fixture(scope="session")
def audit() -> Written:
    return Written()


@pytest.fixture(autouse=True)
def written(audit: Written) -> Written:
    """What was written down in this test."""
    audit.entries.clear()
    audit.down = False
    return audit


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def ask(keten: Keten, oidc: Oidc, audit: Written) -> AsyncGenerator[Asking]:
    """One codec server for all tests."""
    async with asking(keten.settings, oidc, audit) as server:
        yield server


async def _play(here: Here) -> Played:
    signal = Signal(municipality="GM0995", account=MARK)
    case = await here.staff.report("lelystad", SignalReported(signal=signal), "signal-desk")
    file = await here.staff.sees("signal-desk", case, "with_coordinator", "signal")
    payloads = [payload async for event in file.handle.fetch_history_events() for payload in payloads_in(event)]
    return Played(case, file.handle.id, payloads)
