"""What passes the gate, and how: before a Temporal that notes what it is asked."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import grpc
import pytest

from contracts.agencies import Directory
from runtime.temporal.gate.server import AWAY, Behind, temporal_gate
from runtime.tls.certificates import Tls
from tests.certified import Certified
from tests.gated import OWN, Caller, caller, path, request_of

POLL = path("PollWorkflowTaskQueue")
ASKED = request_of("PollWorkflowTaskQueue", namespace=OWN).SerializeToString()
LARGE = 5 * 1024 * 1024
"""More than the 4 MiB that the library takes unless it is told otherwise."""

Answers = Callable[[bytes, Any], Awaitable[bytes]]


class Noting(grpc.GenericRpcHandler):
    """Answers as a test says."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:
        library: Any = grpc  # does not say what a handler of its asyncio server is
        return library.unary_unary_rpc_method_handler(self._answers)


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory, directory: Directory) -> Certified:
    return Certified(tmp_path_factory.mktemp("certified"), directory)


@pytest.fixture
def before(certified: Certified, directory: Directory) -> Callable[[Answers], Any]:
    """An agency at a gate before something that answers like this; the gate shows it its certificate."""

    @asynccontextmanager
    async def stands(answers: Answers, behind: Tls | None = None) -> AsyncGenerator[Caller]:
        shown = certified.of("temporal.server")
        pair = (shown.key.read_bytes(), shown.cert.read_bytes())
        server = grpc.aio.server()
        server.add_generic_rpc_handlers((Noting(answers),))
        port = server.add_secure_port("127.0.0.1:0", grpc.ssl_server_credentials([pair], shown.ca.read_bytes(), True))
        await server.start()
        gate = certified.of("gate.server")
        async with (
            temporal_gate("127.0.0.1:0", gate, directory, Behind(f"127.0.0.1:{port}", behind or gate)) as address,
            caller(address, certified.of(OWN)) as there,
        ):
            yield there
        await server.stop(None)

    return stands


async def test_of_what_a_client_says_of_itself_only_its_name_and_version_go_on(before: Any) -> None:
    said: dict[str, str | bytes] = {}

    async def answers(_: bytes, context: Any) -> bytes:
        said.update(context.invocation_metadata())
        assert list(context.auth_context()["x509_common_name"]) == [b"gate.server"]
        return b"answer"

    async with before(answers) as there:
        answer = await there.ask(
            POLL, ASKED, client_name="temporal-python", temporal_namespace="urk", caller_type="operator", authorization="Bearer x"
        )
    assert (answer.code, answer.body) == (grpc.StatusCode.OK, b"answer")
    assert said.pop("client-name") == "temporal-python"
    assert set(said) <= {"user-agent", "grpc-accept-encoding"}


async def test_temporal_is_asked_for_as_long_as_the_client_waits(before: Any) -> None:
    left: list[float] = []

    async def answers(_: bytes, context: Any) -> bytes:
        left.append(context.time_remaining())
        return b""

    async with before(answers) as there:
        await there.ask(POLL, ASKED, timeout=1000)
    assert 900 < left[0] <= 1000


async def test_a_client_that_goes_away_takes_its_question_with_it(before: Any) -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def answers(_: bytes, context: Any) -> bytes:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        return b""

    async with before(answers) as there:
        asking = asyncio.create_task(there.ask(POLL, ASKED))
        await begun.wait()
        asking.cancel()
        async with asyncio.timeout(10):
            await ended.wait()


DETAILS = ("grpc-status-details-bin", b"\x00\x01details")


@pytest.mark.parametrize("code", [code for code in grpc.StatusCode if code is not grpc.StatusCode.OK], ids=lambda code: code.name)
async def test_an_error_comes_back_as_it_is_with_its_details(before: Any, code: grpc.StatusCode) -> None:
    async def answers(_: bytes, context: Any) -> bytes:
        await context.abort(code, "as Temporal says", (DETAILS,))
        return b""

    async with before(answers) as there:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await there.channel.unary_unary(POLL)(ASKED)
    assert (caught.value.code(), caught.value.details()) == (code, "as Temporal says")
    assert DETAILS in tuple(caught.value.trailing_metadata() or ())


async def test_a_temporal_that_is_away_or_not_believed_is_not_named(before: Any, certified: Certified) -> None:
    async def answers(_: bytes, context: Any) -> bytes:
        return b"never"

    for behind in (certified.strange("gate.server"), certified.of("gate.server")._replace(ca=certified.other_authority)):
        async with before(answers, behind) as there:
            answer = await there.ask(POLL, ASKED)
        assert (answer.code, answer.words) == (grpc.StatusCode.UNAVAILABLE, AWAY)


async def test_a_large_answer_comes_back_and_a_request_that_temporal_would_not_take_either_is_refused(before: Any) -> None:
    async def answers(_: bytes, context: Any) -> bytes:
        return b"a" * LARGE

    async with before(answers) as there:
        assert len((await there.ask(POLL, ASKED)).body) == LARGE
        assert (await there.ask(POLL, b"a" * LARGE)).code is grpc.StatusCode.RESOURCE_EXHAUSTED


async def test_hundreds_of_long_polls_keep_nobody_waiting(before: Any) -> None:
    waiting = asyncio.Semaphore(0)

    async def answers(request: bytes, context: Any) -> bytes:
        if request == ASKED:
            waiting.release()
            await asyncio.Event().wait()
        return b"answer"

    async with before(answers) as there:
        polls = [asyncio.create_task(there.ask(POLL, ASKED)) for _ in range(300)]
        for _ in polls:
            await waiting.acquire()
        assert (await there.say(request_of("ListWorkflowExecutions", namespace=OWN, query="any"))).body == b"answer"
        for poll in polls:
            poll.cancel()
