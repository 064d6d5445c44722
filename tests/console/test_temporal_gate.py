"""``keten temporal-gate`` as people start it."""

import asyncio
import re
import subprocess
from pathlib import Path

import grpc
import pytest

from contracts.agencies import Directory
from runtime.temporal.gate.server import AWAY
from runtime.tls.authority import Authority
from runtime.tls.certificates import Certificates
from tests.console.cli import Cli
from tests.gated import caller, request_of
from tests.installed import KETEN, PATIENCE, ROOT, Keten


@pytest.fixture
def home(tmp_path: Path, directory: Directory) -> Path:
    """A home with certificates, where nobody runs anything."""
    Authority(tmp_path / "tls").certify(directory)
    return tmp_path


def test_without_certificates_it_does_not_start(tmp_path: Path) -> None:
    said = Cli({"KETEN_HOME": str(tmp_path)})("temporal-gate", "--listen", "127.0.0.1:0", code=1)
    assert "the gate has no certificate, so it could not tell agencies apart" in said
    assert "`keten provision --tls`" in said


def test_without_a_temporal_it_does_not_start(home: Path) -> None:
    said = Cli({"KETEN_HOME": str(home)})("temporal-gate", "--listen", "127.0.0.1:0", code=1)
    assert "start `keten up`, or name one with KETEN_TEMPORAL_ADDRESS" in said


def test_in_production_it_says_everything_that_is_wrong(home: Path) -> None:
    said = Cli({"KETEN_HOME": str(home), "KETEN_MODE": "production"})("temporal-gate", "--listen", "127.0.0.1:0", code=1)
    assert "KETEN_TEMPORAL_ADDRESS is not set" in said
    assert "KETEN_NATS_URL" not in said


@pytest.mark.parametrize("listen", ["192.0.2.1:7233", "nowhere"])
def test_where_it_cannot_listen_it_does_not_start(home: Path, listen: str) -> None:
    said = Cli({"KETEN_HOME": str(home), "KETEN_TEMPORAL_ADDRESS": "127.0.0.1:1"})("temporal-gate", "--listen", listen, code=1)
    assert f"{listen} is taken, or not of this machine" in said


async def test_it_is_open_until_it_is_stopped(home: Path) -> None:
    variables = {"KETEN_HOME": str(home), "KETEN_TEMPORAL_ADDRESS": "127.0.0.1:1"}
    arguments = [KETEN, "temporal-gate", "--listen", "127.0.0.1:0"]
    process = subprocess.Popen(
        arguments, env=Keten(home, **variables).environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
    )
    try:
        assert process.stdout
        found = re.search(r"The gate is open at (\S+), for 16 agencies", process.stdout.readline())
        assert found, process.stderr and process.stderr.read()
        taken = await asyncio.to_thread(Cli(variables), "temporal-gate", "--listen", found[1], code=1)
        assert f"{found[1]} is taken" in taken
        async with caller(found[1], Certificates(home / "tls").of("almere")) as there:
            answer = await there.say(request_of("ListWorkflowExecutions", namespace="almere"))
            assert (answer.code, answer.words) == (grpc.StatusCode.UNAVAILABLE, AWAY), "it asks, over TLS, and nobody is there"
            assert (await there.say(request_of("ListWorkflowExecutions", namespace="urk"))).refused
    finally:
        process.terminate()
        said, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, errors
    assert "gate_refused" in errors
    assert said == ""
