"""`keten provision --tls`, then `keten up`: everything reaches the bus over TLS, and a worker of its own Temporal, or a gate."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from runtime.bus import BusUnreachable, connect
from runtime.keys.files import Role
from runtime.servers.embedded import Running, read_running
from runtime.temporal.gate.methods import name_of
from runtime.temporal.gate.server import Behind, temporal_gate
from runtime.temporal.gate.verdict import judged
from runtime.tls.certificates import GATE, TEMPORAL, Tls
from tests.console.cli import Cli
from tests.installed import KETEN, ROOT, Keten, eventually
from tests.tls_door import Shown, door

pytestmark = pytest.mark.long

AGENCY = "urk"


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Generator[Keten]:
    installed = Keten(tmp_path_factory.mktemp("secured") / "home")
    assert "certified: 21 certificates issued" in Cli(installed.variables)("provision", "--tls")
    installed.up()
    try:
        yield installed
    finally:
        assert installed.stop() == 0


@pytest.fixture
def running(secured: Keten) -> Running:
    found = read_running(secured.settings)
    assert found
    return found


def in_home(keten: Keten, name: str) -> Tls:
    return Tls(*(keten.home / "tls" / file for file in ("ca.crt", f"{name}.crt", f"{name}.key")))


def test_a_signal_goes_through_and_every_setting_is_read_back(secured: Keten, running: Running) -> None:
    assert running.nats_url.startswith("tls://")
    cli = Cli(secured.variables)
    said = cli("publish", str(ROOT / "docs" / "examples" / "signal.json"), "--as", "police-midden-nederland")
    assert "nl.keten.signals.received.v1" in said
    assert "healthy: " in cli("doctor")
    assert "eof_received" not in said + cli("dead", "list")


async def test_in_clear_nobody_gets_in(secured: Keten, running: Running) -> None:
    seed = secured.here.installation.keys.seed(AGENCY, Role.WORKER)
    with pytest.raises(BusUnreachable, match="does it expect no TLS, as this side does"):
        await connect(running.nats_url, seed, patience=0.5)
    await (await connect(running.nats_url, seed, in_home(secured, AGENCY))).close()


async def test_a_worker_of_its_own_shows_its_agencys_certificate_to_temporal(secured: Keten, running: Running) -> None:
    async with door(in_home(secured, TEMPORAL), running.temporal_address) as opened:
        elsewhere = {"KETEN_NATS_URL": running.nats_url, "KETEN_TEMPORAL_ADDRESS": opened.address}
        log = secured.home / "worker.log"
        async with worker({**secured.environment, **elsewhere}, log):

            async def open_() -> bool:
                return "office_opened" in log.read_text()

            await eventually(open_)
        assert set(opened.shown) == {Shown(AGENCY, "TLSv1.3")}


async def test_an_office_does_its_work_through_the_gate_and_nothing_of_it_is_refused(secured: Keten, running: Running) -> None:
    asked: list[str] = []

    def noting(path: str, request: bytes, namespace: str) -> bytes:
        passed = judged(path, request, namespace)
        asked.append(name_of(path))
        return passed

    shown, directory = in_home(secured, GATE), secured.here.installation.directory
    with capture_logs() as logged:
        async with temporal_gate("127.0.0.1:0", shown, directory, Behind(running.temporal_address, None), noting) as address:
            elsewhere = {"KETEN_NATS_URL": running.nats_url, "KETEN_TEMPORAL_ADDRESS": address}
            async with worker({**secured.environment, **elsewhere}, secured.home / "gated.log"):

                async def worked() -> bool:  # the office inside `keten up` works beside it, so each gets some of the tasks
                    await asyncio.to_thread(reported, secured)
                    return {"ExecuteMultiOperation", "RespondWorkflowTaskCompleted"} <= set(asked)

                await eventually(worked)
    assert not [line for line in logged if line["event"] == "gate_refused"]


def reported(secured: Keten) -> None:
    cli = Cli(secured.variables)
    assert "delivered" in cli("publish", str(ROOT / "docs" / "examples" / "signal.json"), "--as", AGENCY)


@asynccontextmanager
async def worker(environment: dict[str, str], log: Path) -> AsyncGenerator[None]:
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            KETEN, "worker", AGENCY, env=environment, stdout=output, stderr=output, cwd=ROOT
        )
    try:
        yield
    finally:
        process.terminate()
        assert await process.wait() == 0, log.read_text()


def test_certificates_are_not_made_while_a_server_uses_others(secured: Keten) -> None:
    assert "stop it first" in Cli(secured.variables)("provision", "--tls", code=1)
