"""What one agency or a stranger does at the gate holds up nobody else; with a limit off it does."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import grpc
import pytest
from structlog.testing import capture_logs

from contracts.agencies import Directory
from runtime.temporal.gate.server import TOO_MUCH, TOO_SLOW, Behind, temporal_gate
from runtime.temporal.gate.shares import LIMITS, Limits, Share
from runtime.tls.certificates import Tls
from tests.certified import Certified
from tests.gated import OTHER, OWN, Caller, path, request_of

POLL = path("PollWorkflowTaskQueue")


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory, directory: Directory) -> Certified:
    return Certified(tmp_path_factory.mktemp("certified"), directory)


class Waiting(grpc.GenericRpcHandler):
    """A Temporal whose polls wait until somebody says so, and which answers everything else."""

    def __init__(self) -> None:
        self.asked = asyncio.Semaphore(0)
        self.end = asyncio.Event()

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:
        polls = handler_call_details.method == POLL

        async def answers(_: bytes, __: Any) -> bytes:
            if polls:
                self.asked.release()
                await self.end.wait()
            return b"answer"

        library: Any = grpc
        return library.unary_unary_rpc_method_handler(answers)


class There:
    """A gate, and who comes to it."""

    def __init__(self, address: str, certified: Certified, temporal: Waiting) -> None:
        self.address, self.temporal = address, temporal
        self._certified = certified

    @asynccontextmanager
    async def at(self, slug: str) -> AsyncGenerator[Caller]:
        """An agency on a connection of its own."""
        async with channel(self.address, self._certified.of(slug)) as there:
            yield there


@asynccontextmanager
async def channel(address: str, tls: Tls) -> AsyncGenerator[Caller]:
    credentials = grpc.ssl_channel_credentials(tls.ca.read_bytes(), tls.key.read_bytes(), tls.cert.read_bytes())
    async with grpc.aio.secure_channel(address, credentials, (("grpc.use_local_subchannel_pool", 1),)) as there:
        yield Caller(there)


@pytest.fixture
def gate(certified: Certified, directory: Directory) -> Any:
    @asynccontextmanager
    async def stands(limits: Limits, room: int = 1000, **judge: Any) -> AsyncGenerator[There]:
        server, temporal = grpc.aio.server(options=[("grpc.max_concurrent_streams", room)]), Waiting()
        server.add_generic_rpc_handlers((temporal,))
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        behind = Behind(f"127.0.0.1:{port}", None)
        async with temporal_gate(
            "127.0.0.1:0", certified.of("gate.server"), directory, behind, limits=limits, **judge
        ) as address:
            yield There(address, certified, temporal)
        await server.stop(None)

    return stands


def listing(slug: str) -> Any:
    return request_of("ListWorkflowExecutions", namespace=slug)


def poll(slug: str) -> bytes:
    return bytes(request_of("PollWorkflowTaskQueue", namespace=slug).SerializeToString())


@pytest.mark.parametrize("said", [b"", b"\x16\x03\x01\x02\x00\x01"], ids=["nothing", "half a greeting"])
async def test_who_shows_no_certificate_in_time_goes(gate: Any, said: bytes) -> None:
    async with gate(LIMITS._replace(handshake=0.3)) as there:
        host, _, port = there.address.rpartition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(said)
        async with asyncio.timeout(10):
            assert await reader.read() == b""
        writer.close()


async def test_one_agency_has_so_many_connections_and_another_gets_in(gate: Any) -> None:
    async with gate(LIMITS._replace(connections=2)) as there:
        async with there.at(OWN) as first, there.at(OWN) as second, there.at(OWN) as third, there.at(OTHER) as other:
            assert (await first.say(listing(OWN))).body == (await second.say(listing(OWN))).body == b"answer"
            with capture_logs() as logged:
                assert [(await third.say(listing(OWN), timeout=5)).code for _ in range(2)] == [grpc.StatusCode.UNAVAILABLE] * 2
            assert (await other.say(listing(OTHER))).body == b"answer"
        assert logged == [{"event": "gate_throttled", "agency": OWN, "kind": "connections", "log_level": "warning"}]


async def test_one_agency_has_so_many_calls_and_another_is_answered(gate: Any) -> None:
    async with gate(LIMITS._replace(calls=5)) as there, there.at(OWN) as own, there.at(OTHER) as other:
        polls = [asyncio.create_task(own.ask(POLL, poll(OWN))) for _ in range(5)]
        for _ in polls:
            await there.temporal.asked.acquire()
        with capture_logs() as logged:
            answers = [await own.say(listing(OWN)) for _ in range(3)]
        assert {(answer.code, answer.words) for answer in answers} == {(grpc.StatusCode.RESOURCE_EXHAUSTED, TOO_MUCH)}
        assert [(line["event"], line["kind"]) for line in logged] == [("gate_throttled", "calls")], "once, not for each"
        assert (await other.say(listing(OTHER))).body == b"answer"
        there.temporal.end.set()
        await asyncio.gather(*polls)
        assert (await own.say(listing(OWN))).body == b"answer", "when they have ended it may ask again"


@pytest.mark.parametrize("calls", [5, 10_000], ids=["bounded", "control: no bound"])
async def test_one_agency_does_not_take_all_that_temporal_answers_at_a_time(gate: Any, calls: int) -> None:
    """Temporal answers eight at a time, and one agency polls eight times."""
    async with gate(LIMITS._replace(calls=calls), room=8) as there, there.at(OWN) as own, there.at(OTHER) as other:
        polls = [asyncio.create_task(own.ask(POLL, poll(OWN))) for _ in range(8)]
        for _ in range(min(calls, 8)):
            await there.temporal.asked.acquire()
        answer = await other.say(listing(OTHER), timeout=20 if calls == 5 else 1)
        assert answer.body == (b"answer" if calls == 5 else b""), "all places are taken by polls that do not end"
        there.temporal.end.set()
        await asyncio.gather(*polls)
        assert (await other.say(listing(OTHER))).body == b"answer"


async def _never() -> AsyncGenerator[bytes]:
    await asyncio.Event().wait()
    yield b""


@pytest.mark.parametrize("reading", [3, 100])
async def test_requests_that_do_not_come_whole_take_the_room_of_their_sender_only(gate: Any, reading: int) -> None:
    async with gate(LIMITS._replace(reading=reading, read=600)) as there, there.at(OWN) as own, there.at(OTHER) as other:
        slow: Any = [own.channel.stream_unary(path("ListWorkflowExecutions"))(_never()) for _ in range(3)]
        await asyncio.sleep(0.3)
        assert (await other.say(listing(OTHER))).body == b"answer"
        answer = await own.say(listing(OWN), timeout=1 if reading == 3 else 20)
        assert answer.body == (b"" if reading == 3 else b"answer"), "with room for three it waits until they are given up"
        for one in slow:
            one.cancel()


async def test_a_request_that_does_not_come_whole_is_given_up(gate: Any) -> None:
    async with gate(LIMITS._replace(reading=1, read=0.3)) as there, there.at(OWN) as own:
        slow: Any = own.channel.stream_unary(path("ListWorkflowExecutions"))(_never())
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await slow
        assert (caught.value.code(), caught.value.details()) == (grpc.StatusCode.DEADLINE_EXCEEDED, TOO_SLOW)
        assert (await own.say(listing(OWN))).body == b"answer"


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


async def test_who_used_up_its_time_waits_until_there_is_some_again() -> None:
    clock = Clock()
    share = Share(OWN, LIMITS._replace(share=0.1, store=1, cost=0), clock)
    await share.turn()
    with share.spending():
        clock.now += 3
    waits = asyncio.create_task(share.turn())
    with capture_logs() as logged:
        await asyncio.sleep(0)
    assert not waits.done()
    assert [line["kind"] for line in logged] == ["time"]
    waits.cancel()
    clock.now += 18
    await share.turn()


@pytest.mark.parametrize(("share", "before"), [(0.01, True), (1e6, False)], ids=["bounded", "control: no bound"])
async def test_who_asks_what_takes_long_is_answered_after_others(gate: Any, share: float, *, before: bool) -> None:
    """Forty requests that each take the gate 50 ms, and one of another agency that comes after them."""

    judged: list[str] = []

    def slow(_: str, request: bytes, namespace: str) -> bytes:
        judged.append(namespace)
        if namespace == OWN:
            time.sleep(0.05)
        return request

    limits = LIMITS._replace(share=share, reading=40, store=0.2)
    async with gate(limits, judge=slow) as there, there.at(OWN) as own, there.at(OTHER) as other:
        await other.say(listing(OTHER))
        many = [asyncio.create_task(own.ask(path("GetSystemInfo"), b"x", timeout=60)) for _ in range(40)]
        await asyncio.wait(many, return_when=asyncio.FIRST_COMPLETED)
        for _ in range(20):
            assert (await other.say(listing(OTHER))).body == b"answer"
        assert (judged.count(OWN) < 20) is before
        for task in many:
            task.cancel()
