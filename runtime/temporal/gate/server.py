"""The gate: gRPC with a certificate on both sides. What an agency may ask is passed on to Temporal, and its answer back."""

import asyncio
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, Never, TypeAlias

import grpc
import structlog

from contracts.agencies import Agency, Directory
from runtime.private_files import read_private
from runtime.temporal.gate.desks import Desks
from runtime.temporal.gate.methods import name_of
from runtime.temporal.gate.porch import context_of, listener_on, porch
from runtime.temporal.gate.shares import LIMITS, Limits, Share, TooMuch
from runtime.temporal.gate.verdict import Fault, Judge, NotLetThrough, judged
from runtime.tls.certificates import Tls

log = structlog.get_logger()

Context: TypeAlias = "grpc.aio.ServicerContext[bytes, bytes]"
Handler: TypeAlias = "grpc.RpcMethodHandler[bytes, bytes]"

PASSED_ON = frozenset({"client-name", "client-version", "supported-server-versions", "supported-features"})
"""Of what a client says beside its request, this is what Temporal must know. Other names raise a priority or say who asks."""
TOO_MUCH = "the gate has as many calls of this agency as one agency may have: try again when others have ended"
TOO_SLOW = "the gate did not get this request whole in time: is the network slow?"
AWAY = "Temporal does not answer behind the gate"
CALLING = (
    ("grpc.enable_http_proxy", 0),  # the library would let `http_proxy` decide where what agencies ask goes to
    ("grpc.max_receive_message_length", 128 * 1024 * 1024),  # as Temporal's own clients: a page of a history may be large
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 2_000),  # the default is two minutes, for which everybody would stand still
)


class Behind(NamedTuple):
    """The Temporal behind the gate.

    Attributes:
        address: ``host:port`` of its frontend.
        tls: What the gate shows there; None: no TLS, for one on this machine.
    """

    address: str
    tls: Tls | None


class Gate(grpc.GenericRpcHandler):
    """Answers every call of one agency, whatever its name; nothing goes past its judge.

    Args:
        agency: Whose calls these are; None: of somebody who takes no part.
        share: What that agency may use of the gate.
        temporal: What is asked.
        judge: What lets through.
    """

    def __init__(self, agency: Agency | None, share: Share, temporal: grpc.aio.Channel, judge: Judge = judged) -> None:
        self._agency = agency
        self._share = share
        self._temporal = temporal
        self._judge = judge

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Handler:
        """What answers a call. A request is read when there is room for it, so the library must not read it before."""
        answer: Any = partial(self._answer, handler_call_details.method)
        return grpc.stream_unary_rpc_method_handler(answer)

    async def _answer(self, path: str, requests: AsyncIterator[bytes], context: Context) -> bytes:
        try:
            with self._share.call():
                passed = await self._let_through(path, requests)
                return await self._ask(path, passed, context)
        except NotLetThrough as refusal:
            slug = self._agency.slug if self._agency else None
            log.warning("gate_refused", agency=slug, method=name_of(path), code=refusal.fault.name.lower())
            await context.abort(grpc.StatusCode.PERMISSION_DENIED, refusal.fault.value)
        except TooMuch:
            await context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, TOO_MUCH)
        except TimeoutError:
            await context.abort(grpc.StatusCode.DEADLINE_EXCEEDED, TOO_SLOW)

    async def _let_through(self, path: str, requests: AsyncIterator[bytes]) -> bytes:
        if self._agency is None:
            raise NotLetThrough(Fault.NOBODY)
        async with self._share.reading() as patience:
            async with asyncio.timeout(patience):
                request = await anext(requests, b"")
            await self._share.turn()
            with self._share.spending():
                return self._judge(path, request, self._agency.namespace)

    async def _ask(self, path: str, request: bytes, context: Context) -> bytes:
        """Ask Temporal for as long as the client waits; a client that goes away takes its question with it."""
        said = tuple((key, value) for key, value in context.invocation_metadata() or () if key in PASSED_ON)
        call: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = self._temporal.unary_unary(path)
        try:
            return await call(request, timeout=context.time_remaining(), metadata=said)
        except grpc.aio.AioRpcError as error:
            await _repeat(error, context)


async def _repeat(error: grpc.aio.AioRpcError, context: Context) -> Never:
    """Fail as Temporal did. What the library says of its own names addresses, and stays here."""
    beside = tuple(error.trailing_metadata() or ())
    away = error.code() is grpc.StatusCode.UNAVAILABLE and not beside
    await context.abort(error.code(), AWAY if away else error.details() or "", beside)


@asynccontextmanager
async def temporal_gate(  # noqa: PLR0913 - five choices, and one for tests
    listen: str, shown: Tls, directory: Directory, behind: Behind, judge: Judge = judged, *, limits: Limits = LIMITS
) -> AsyncGenerator[str]:
    """Stand open while the context lasts.

    Args:
        listen: ``host:port``; port 0 takes a free one.
        shown: The gate's certificate, and whom it believes.
        directory: Whose certificates count, and which namespace is whose.
        behind: Where Temporal is.
        judge: What lets through.
        limits: What strangers and each agency may use.

    Yields:
        Where it answers.

    Raises:
        KeyFileError: A file of a certificate is missing, or not what it should be.
        OSError: The address is taken, or not of this machine.
    """
    context, listener = context_of(shown), listener_on(listen)
    address = f"{listen.rpartition(':')[0]}:{listener.getsockname()[1]}"

    def answering(agency: Agency | None, share: Share) -> Gate:
        return Gate(agency, share, temporal, judge)

    with tempfile.TemporaryDirectory(prefix="keten-gate-") as folder:  # made for its owner only
        async with _channel(behind) as temporal:
            inside = Desks(Path(folder), directory, limits, answering)
            async with porch(listener, context, limits, inside):
                yield address


def _channel(behind: Behind) -> grpc.aio.Channel:
    if behind.tls is None:
        return grpc.aio.insecure_channel(behind.address, CALLING)
    credentials = grpc.ssl_channel_credentials(behind.tls.ca.read_bytes(), *_pair(behind.tls))
    return grpc.aio.secure_channel(behind.address, credentials, CALLING)


def _pair(tls: Tls) -> tuple[bytes, bytes]:
    """A private key and its certificate, as this library wants them."""
    tls.check()
    return read_private(tls.key).encode(), tls.cert.read_bytes()
