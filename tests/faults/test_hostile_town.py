"""One agency does everything at once that could stop others, and another agency's case goes from signal to closure.

What each limit is for, and that without it another agency is stopped, show ``test_hostile_limits.py`` and what it names.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from console.commands.demo import CLOCKS
from console.demo.stories import with_help_and_riec
from console.everything import everything
from console.installation import Installation
from runtime.bus import Access
from runtime.bus.standing import Standing, standing
from runtime.keys.files import Role
from runtime.settings import Settings
from runtime.tls.certificates import Tls
from tests.certified import Certified
from tests.faults.hostile import ATTACKER, DESK, PATIENCE, Patient, attacking, poisoned
from tests.faults.hostile_gate import gate
from tests.gated import Answer, caller, request_of
from workers.office import Office

MINUTE = 60.0
OTHER = "almere"


@pytest.mark.chaos
@pytest.mark.timeout(600)
async def test_a_case_goes_from_signal_to_closure_beside_an_agency_that_does_all_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Office, "take", poisoned(Office.take))
    settings = Settings(home=tmp_path / "home", clocks=CLOCKS)
    with capture_logs() as said:
        async with everything(settings) as (installation, running):
            certified = Certified(tmp_path, installation.directory)
            async with gate(certified.folder, running.temporal_address) as address:
                began = asyncio.get_running_loop().time()
                async with attacking(settings.home, address, certified.folder) as did:
                    await asyncio.sleep(5)  # shares fill, and stay full
                    async with (
                        _looked_at(installation, running.nats_url) as stood,
                        _asking(address, certified.of(OTHER)) as answers,
                    ):
                        async with asyncio.timeout(PATIENCE):
                            await with_help_and_riec(Patient(installation))
                        await asyncio.sleep(max(0, MINUTE - (asyncio.get_running_loop().time() - began)))
    [attack] = did
    assert attack.sent > 300
    assert attack.refused > 0, "what did not fit into its share was refused where it was sent"
    assert attack.asked > 100, "of the gate"
    assert {answer.words for answer in answers} == {""}, "the gate answered another agency each time"
    assert {sender for look in stood for sender in look.throttled} == {ATTACKER}, "nobody else's share was ever full"
    assert all(stream.part_full < 0.5 for look in stood for stream in look.streams)
    others = [line for line in said if line["event"] == "event_refused" and line["sender"] != ATTACKER]
    assert not others, "nothing of anybody else was refused"
    assert any(line["event"] == "alarm_raised" and ATTACKER in str(line) for line in said)


@asynccontextmanager
async def _looked_at(installation: Installation, nats_url: str) -> AsyncGenerator[list[Standing]]:
    """How the desk's inbox stands, each second: at one moment a share may have room for one event."""
    operator = Access(nats_url, installation.keys.seed(DESK, Role.OPERATOR))
    stood: list[Standing] = []

    async def look() -> None:
        while True:
            stood.append(await standing(operator, DESK))
            await asyncio.sleep(1)

    looking = asyncio.create_task(look())
    try:
        yield stood
    finally:
        looking.cancel()
    assert len(stood) > 10


@asynccontextmanager
async def _asking(address: str, shown: Tls) -> AsyncGenerator[list[Answer]]:
    """What another agency hears at the gate meanwhile, on a connection of its own each time."""
    answers: list[Answer] = []

    async def ask() -> None:
        while True:
            async with caller(address, shown) as there:
                answers.append(await there.say(request_of("ListWorkflowExecutions", namespace=OTHER)))
            await asyncio.sleep(1)

    asking = asyncio.create_task(ask())
    try:
        yield answers
    finally:
        asking.cancel()
    assert len(answers) > 10
