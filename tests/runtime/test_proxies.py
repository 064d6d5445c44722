"""What stays on the machine goes through no proxy, whatever the environment says; here it names one that nobody runs."""

from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest

from contracts.agencies import Directory
from contracts.reference import new_reference
from runtime.keys.key_service import KeyService
from runtime.migrations import Tables, upgrade
from runtime.processing.log import SqlProcessingLog
from runtime.processing.otlp import exporting
from runtime.temporal.client import connect_plainly
from runtime.temporal.gate.server import Behind, temporal_gate
from runtime.web_address import stays_here
from tests.certified import Certified
from tests.gated import OWN, Caller, path
from tests.runtime.collector import collector
from tests.runtime.lines import DESK, a_line
from tests.runtime.processing.test_otlp import soon
from tests.runtime.transit import TOKEN, transit

NOBODY = "http://127.0.0.1:1"


@pytest.fixture(autouse=True)
def proxied(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "grpc_proxy"):
        monkeypatch.setenv(name, NOBODY)
        monkeypatch.setenv(name.upper(), NOBODY)
    for name in ("no_proxy", "NO_PROXY", "no_grpc_proxy"):
        monkeypatch.delenv(name, raising=False)


class Echo(grpc.GenericRpcHandler):
    """A Temporal that answers everything with nothing."""

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:
        async def answers(_: bytes, __: Any) -> bytes:
            return b""

        library: Any = grpc
        return library.unary_unary_rpc_method_handler(answers)


async def test_temporals_client_reaches_the_gate_and_the_gate_reaches_temporal(tmp_path: Path, directory: Directory) -> None:
    certified, server = Certified(tmp_path, directory), grpc.aio.server()
    server.add_generic_rpc_handlers((Echo(),))
    address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    await server.start()
    async with temporal_gate("127.0.0.1:0", certified.of("gate.server"), directory, Behind(address, None)) as gate:
        await connect_plainly(gate, certified.of(OWN))
    async with grpc.aio.insecure_channel(address) as control:
        answer = await Caller(control).ask(path("GetSystemInfo"), b"", timeout=10)
    assert answer.code is grpc.StatusCode.UNAVAILABLE, "control: the library itself asks the proxy"
    await server.stop(None)


@pytest.fixture
def token(tmp_path: Path) -> Path:
    file = tmp_path / "token"
    file.touch(mode=0o600)
    file.write_text(TOKEN)
    return file


def test_a_key_service_on_this_machine_is_reached(token: Path) -> None:
    with transit() as service:
        wrapped = KeyService(service.url, token, "urk").wrap(b"k" * 32, "kcase")
        assert KeyService(service.url, token, "urk").unwrap(wrapped, "kcase") == b"k" * 32


async def test_a_collector_on_this_machine_is_reached(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'log.db'}"
    upgrade(url, Tables.PROCESSING_LOG)
    await SqlProcessingLog(url).write([a_line(1, new_reference())])
    with collector() as there:
        with exporting(DESK.slug, url, there.url):
            soon(lambda: len(there.told) == 1)
        with pytest.raises(httpx.HTTPError):
            httpx.get(there.url)  # control: what is told nothing asks the proxy


@pytest.mark.parametrize(
    ("url", "here"),
    [("http://127.0.0.1:8200", True), ("http://[::1]:1", True), ("https://localhost", True), ("https://keys.example.org", False)],
)
def test_elsewhere_the_environment_decides(url: str, *, here: bool) -> None:
    assert stays_here(url) is here
