"""What is made on the bus, where an answer of a server that has just started is lost."""

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from nats.errors import TimeoutError as NatsTimeout
from nats.js import JetStreamContext
from structlog.testing import capture_logs

from contracts.agencies import Directory
from runtime.bus.connection import jetstream
from runtime.bus.standing import consumers
from runtime.keys.files import Role
from runtime.servers.provision import TRIES, inbox_consumers, provision_account, streams
from tests.bus_server import BusServer

SLUG = "almere"
QUESTIONS = ["stream_info", "add_stream", "add_consumer"]


@pytest.fixture
def bare_bus(tmp_path: Path, directory: Directory) -> Generator[BusServer]:
    """A bus on which nothing is made yet."""
    server = BusServer(tmp_path, directory)
    server.start()
    try:
        yield server
    finally:
        server.kill()


def _lose(monkeypatch: pytest.MonkeyPatch, question: str, lost: Iterator[int]) -> None:
    """The server does what it is asked; so often its answer does not arrive."""
    ask: Any = getattr(JetStreamContext, question)

    async def asked(*arguments: Any, **how: Any) -> Any:
        answer = await ask(*arguments, **how)
        if next(lost, None) is not None:
            raise NatsTimeout
        return answer

    monkeypatch.setattr(JetStreamContext, question, asked)


async def _provision(bus: BusServer) -> None:
    agency = bus.agency(SLUG)
    await provision_account(bus.operator(SLUG), streams(), inbox_consumers(agency, bus.directory))


@pytest.mark.parametrize("question", QUESTIONS)
async def test_a_lost_answer_is_asked_for_again(bare_bus: BusServer, monkeypatch: pytest.MonkeyPatch, question: str) -> None:
    if question == "stream_info":
        await _provision(bare_bus)
    _lose(monkeypatch, question, iter(range(1)))
    with capture_logs() as said:
        await _provision(bare_bus)
    assert [line["event"] for line in said] == ["bus_did_not_answer"]
    async with bare_bus.client(SLUG, Role.OPERATOR) as client:
        for made in streams():
            assert (await jetstream(client).stream_info(made.name or "")).config.subjects == made.subjects
        found = [info.name for info in await consumers(jetstream(client))]
    assert sorted(found) == sorted(inbox_consumers(bare_bus.agency(SLUG), bare_bus.directory))


async def test_a_server_that_never_answers_is_said(bare_bus: BusServer, monkeypatch: pytest.MonkeyPatch) -> None:
    await _provision(bare_bus)
    lost = iter(range(TRIES))
    _lose(monkeypatch, "stream_info", lost)
    with pytest.raises(NatsTimeout):
        await _provision(bare_bus)
    assert next(lost, None) is None, "it was asked so often"
