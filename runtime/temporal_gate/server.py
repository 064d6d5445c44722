"""The gate: gRPC with a certificate on both sides. What an agency may ask is passed on to Temporal, and its answer back."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, NamedTuple, Never, TypeAlias

import grpc
import structlog

from contracts.agencies import Agency, Directory
from runtime.keys import read_private
from runtime.temporal_gate.methods import name_of
from runtime.temporal_gate.verdict import Fault, Judge, NotLetThrough, judged
from runtime.tls import Tls

log = structlog.get_logger()

Context: TypeAlias = "grpc.aio.ServicerContext[bytes, bytes]"
Handler: TypeAlias = "grpc.RpcMethodHandler[bytes, bytes]"

PASSED_ON = frozenset({"client-name", "client-version", "supported-server-versions", "supported-features"})
"""Of what a client says beside its request, this is what Temporal must know. Other names raise a priority or say who asks."""
AWAY = "Temporal does not answer behind the gate"
GRACE = 2.0
"""Seconds for answers under way when it stops; long polls never end by themselves."""
LISTENING = (
    ("grpc.so_reuseport", 0),  # an address that is taken is an error, not shared
    ("grpc.max_connection_age_ms", 300_000),  # as Temporal does: a certificate that has expired gets nobody in for longer
    ("grpc.max_connection_age_grace_ms", 70_000),  # longer than a long poll
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.min_ping_interval_without_data_ms", 10_000),  # clients ask every 30 seconds whether it lives; default 5 minutes
)
CALLING = (
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
    """Answers every call, whatever its name; nothing goes past its judge."""

    def __init__(self, directory: Directory, temporal: grpc.aio.Channel, judge: Judge = judged) -> None:
        self._directory = directory
        self._temporal = temporal
        self._judge = judge

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Handler:
        """What answers a call."""
        answer: Any = partial(self._answer, handler_call_details.method)
        return grpc.unary_unary_rpc_method_handler(answer)

    async def _answer(self, path: str, request: bytes, context: Context) -> bytes:
        agency = self._caller(context)
        try:
            passed = self._let_through(agency, path, request)
        except NotLetThrough as refusal:
            slug = agency.slug if agency else None
            log.warning("gate_refused", agency=slug, method=name_of(path), code=refusal.fault.name.lower())
            await context.abort(grpc.StatusCode.PERMISSION_DENIED, refusal.fault.value)
        return await self._ask(path, passed, context)

    def _let_through(self, agency: Agency | None, path: str, request: bytes) -> bytes:
        if agency is None:
            raise NotLetThrough(Fault.NOBODY)
        return self._judge(path, request, agency.namespace)

    def _caller(self, context: Context) -> Agency | None:
        """Whose certificate it is; the handshake has made sure that the authority issued it."""
        names = list(context.auth_context().get("x509_common_name", ()))
        return self._directory.by_slug.get(names[0].decode(errors="replace")) if len(names) == 1 else None

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
async def temporal_gate(
    listen: str, shown: Tls, directory: Directory, behind: Behind, judge: Judge = judged
) -> AsyncGenerator[str]:
    """Stand open while the context lasts.

    Args:
        listen: ``host:port``; port 0 takes a free one.
        shown: The gate's certificate, and whom it believes.
        directory: Whose certificates count, and which namespace is whose.
        behind: Where Temporal is.
        judge: What lets through.

    Yields:
        Where it answers.

    Raises:
        KeyFileError: A file of a certificate is missing, or not what it should be.
        OSError: The address is taken, or not of this machine.
    """
    async with _channel(behind) as temporal:
        server = grpc.aio.server(options=LISTENING)
        server.add_generic_rpc_handlers((Gate(directory, temporal, judge),))
        address = _bound(server, listen, shown)
        await server.start()
        try:
            yield address
        finally:
            await server.stop(GRACE)


def _bound(server: grpc.aio.Server, listen: str, shown: Tls) -> str:
    pair = _pair(shown)
    credentials = grpc.ssl_server_credentials([pair], shown.ca.read_bytes(), require_client_auth=True)
    try:
        port = server.add_secure_port(listen, credentials)
    except RuntimeError:
        raise OSError(f"{listen} is taken, or not of this machine: end what listens there, or choose another") from None
    return f"{listen.rpartition(':')[0]}:{port}"


def _channel(behind: Behind) -> grpc.aio.Channel:
    if behind.tls is None:
        return grpc.aio.insecure_channel(behind.address, CALLING)
    credentials = grpc.ssl_channel_credentials(behind.tls.ca.read_bytes(), *_pair(behind.tls))
    return grpc.aio.secure_channel(behind.address, credentials, CALLING)


def _pair(tls: Tls) -> tuple[bytes, bytes]:
    """A private key and its certificate, as this library wants them."""
    tls.check()
    return read_private(tls.key).encode(), tls.cert.read_bytes()
