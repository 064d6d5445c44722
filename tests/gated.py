"""A Temporal with a gate before it, and calls to it as bytes, so that a test can say what no library would."""

import subprocess
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import grpc
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from temporalio.client import Client

from contracts.agencies import Directory
from runtime.servers.process import binary, free_port
from runtime.temporal.client import connect_plainly, plugin
from runtime.temporal.gate.methods import SERVICE
from runtime.temporal.gate.server import Behind, temporal_gate
from runtime.temporal.gate.shares import LIMITS
from runtime.temporal.gate.verdict import Judge, judged
from runtime.tls.certificates import Tls
from runtime.waiting import until
from tests.certified import Certified

UnaryUnary: TypeAlias = "grpc.aio.UnaryUnaryMultiCallable[bytes, bytes]"
OWN, OTHER = "almere", "urk"
PATIENCE = 20.0
DOORS = ("system.enableCrossNamespaceCommands",)
"""What a server 1.32 forbids by itself unless its settings say otherwise: here they do, so that it is the gate that is tried."""
ROOMY = (("grpc.max_receive_message_length", 16 * 1024 * 1024),)
"""A client's own limit is not what is tested."""


class Answer(NamedTuple):
    """How a call ended."""

    code: grpc.StatusCode
    words: str = ""
    body: bytes = b""

    @property
    def refused(self) -> bool:
        return self.code is grpc.StatusCode.PERMISSION_DENIED


class Caller:
    """Somebody at a gate, or at Temporal itself."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self.channel = channel

    async def ask(self, path: str, request: bytes, timeout: float = PATIENCE, **said: str) -> Answer:
        metadata = tuple((name.replace("_", "-"), value) for name, value in said.items())
        call: UnaryUnary = self.channel.unary_unary(path)
        try:
            return Answer(grpc.StatusCode.OK, body=await call(request, timeout=timeout, metadata=metadata))
        except grpc.aio.AioRpcError as error:
            return Answer(error.code(), error.details() or "")

    async def say(self, request: Message, timeout: float = PATIENCE) -> Answer:
        """Ask with a request of Temporal's service, whose type says which method it is for."""
        return await self.ask(path(request.DESCRIPTOR.name.removesuffix("Request")), request.SerializeToString(), timeout)


def path(method: str) -> str:
    return f"/{SERVICE.full_name}/{method}"


def request_of(method: str, **fields: Any) -> Any:
    """A request of any method, or an empty one where it has no such field."""
    kind = SERVICE.methods_by_name[method].input_type
    return GetMessageClass(kind)(**{name: value for name, value in fields.items() if name in kind.fields_by_name})


@asynccontextmanager
async def caller(address: str, tls: Tls | None) -> AsyncGenerator[Caller]:
    if tls is None:
        channel = grpc.aio.insecure_channel(address, ROOMY)
    else:
        pair = (tls.key.read_bytes(), tls.cert.read_bytes()) if tls.cert.exists() else (None, None)
        channel = grpc.aio.secure_channel(address, grpc.ssl_channel_credentials(tls.ca.read_bytes(), *pair), ROOMY)
    async with channel:
        yield Caller(channel)


class Gated(NamedTuple):
    """A Temporal that knows no TLS, and who may come to a gate before it."""

    temporal: str
    certified: Certified
    directory: Directory

    @asynccontextmanager
    async def gate(self, judge: Judge = judged, listen: str = "127.0.0.1:0", **changes: Any) -> AsyncGenerator[str]:
        directory, limits = changes.get("directory", self.directory), changes.get("limits", LIMITS)
        shown = self.certified.of("gate.server")
        async with temporal_gate(listen, shown, directory, Behind(self.temporal, None), judge, limits=limits) as address:
            yield address

    @asynccontextmanager
    async def at(self, slug: str = OWN, judge: Judge = judged) -> AsyncGenerator[Caller]:
        """An agency at a gate of its own."""
        async with self.gate(judge) as address, caller(address, self.certified.of(slug)) as there:
            yield there

    async def client(self, address: str, slug: str = OWN) -> Client:
        """An agency's client: at the gate with its certificate, at Temporal without."""
        tls = None if address == self.temporal else self.certified.of(slug)
        reached = await connect_plainly(address, tls, patience=PATIENCE)
        return Client(reached.service_client, namespace=slug, plugins=[plugin()])


@contextmanager
def dev_server(folder: Path, port: int = 0) -> Generator[str]:
    """A Temporal with two agencies' namespaces; what it knows stays in the folder."""
    address = f"127.0.0.1:{port or free_port(0)}"
    fixed = ["server", "start-dev", "--headless", "--ip", "127.0.0.1", "--log-level", "never"]
    own = ["--disable-config-file", "--disable-config-env", "--db-filename", str(folder / "temporal.db")]
    where = ["--port", address.rpartition(":")[2], "-n", OWN, "-n", OTHER]
    open_doors = [part for name in DOORS for part in ("--dynamic-config-value", f"{name}=true")]
    process = subprocess.Popen([binary("temporal"), *fixed, *own, *where, *open_doors], stdout=subprocess.DEVNULL)
    try:
        yield address
    finally:
        process.terminate()
        process.wait()


async def answering(address: str) -> None:
    """Wait until a Temporal knows both namespaces."""

    async def ready() -> bool:
        async with caller(address, None) as there:
            found = [await there.say(request_of("ListWorkflowExecutions", namespace=name)) for name in (OWN, OTHER)]
        return all(answer.code is grpc.StatusCode.OK for answer in found)

    await until(ready, seconds=PATIENCE, pause=0.05)
