"""A real codec server on loopback, put together as a test wants it, and asked as Temporal's clients ask."""

import ssl
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx
from google.protobuf.json_format import MessageToDict, Parse
from temporalio.api.common.v1 import Payload, Payloads

from console.codec_server.access import Access
from console.codec_server.app import CodecServer, codec_app
from console.codec_server.audit import DecodeAudit
from console.codec_server.reader import Reader
from console.door.browsers import for_browsers
from console.door.issuer import Issuer
from console.door.tokens import Tokens
from runtime.http.listening import Shown, bound, listening
from runtime.http.patience import LIMITS, Limits
from runtime.settings import Settings
from tests.console.door.oidc import AUDIENCE, Oidc
from workers.wiring import Wiring

UI = "http://127.0.0.1:8233"
CLEAR = Payload(metadata={"encoding": b"json/plain"}, data=b'"never encrypted"')
MARK = "zzmark-codec-server-zz"


class Written:
    """An audit log in memory, which may be down."""

    def __init__(self) -> None:
        self.entries: list[tuple[str, str, str, int]] = []
        self.down = False

    async def append(self, person: str, namespace: str, case: str, count: int) -> None:
        if self.down:
            raise OSError("no space left on device")
        self.entries.append((person, namespace, case, count))


class Asking:
    """Somebody who asks a codec server."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def __call__(
        self, token: str | None, payloads: Sequence[Payload], namespace: str = "signal-desk", **headers: str
    ) -> httpx.Response:
        """What the server answers."""
        return await self.post("/decode", token, payloads, **{"X-Namespace": namespace, **headers})

    async def post(self, path: str, token: str | None, payloads: Sequence[Payload], **headers: str) -> httpx.Response:
        """What the server answers at a path."""
        bearer = {"Authorization": f"Bearer {token}"} if token else {}
        body = MessageToDict(Payloads(payloads=payloads))
        return await self.client.post(path, json=body, headers={**bearer, **headers})


@asynccontextmanager
async def asking(
    settings: Settings,
    oidc: Oidc,
    audit: DecodeAudit,
    kind: type[CodecServer] = CodecServer,
    *,
    origin: str | None = UI,
    shown: Shown | None = None,
    believes: ssl.SSLContext | None = None,
    limits: Limits = LIMITS,
) -> AsyncGenerator[Asking]:
    """A codec server with the keys of an installation, that takes an issuer's tokens."""
    wiring, door = Wiring(settings, "", ""), bound("127.0.0.1", 0, shown)
    known = believes or ssl.create_default_context()
    async with httpx.AsyncClient() as fetching, httpx.AsyncClient(base_url=door.address, verify=known) as client:
        access = Access(Tokens(Issuer(oidc.url, fetching), AUDIENCE), origin)
        app = codec_app(kind(access, wiring.directory.by_slug, audit, Reader(wiring.codec)))
        async with listening(for_browsers(app, origin), door, limits):
            yield Asking(client)


def read(answer: httpx.Response) -> list[Payload]:
    """The payloads of an answer."""
    assert answer.status_code == 200, answer.text
    return list(Parse(answer.text, Payloads()).payloads)


def refused(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """A refusal, which is a problem and holds no content."""
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert (answer.status_code, problem["status"], problem["code"]) == (status, status, code), answer.text
    assert set(problem) == {"type", "title", "status", "code", "detail"}
    assert MARK not in answer.text
    return problem


def named(payload: Payload, workflow: str) -> Payload:
    """The same payload, saying that it was written for a workflow."""
    metadata = {**payload.metadata, "workflow": workflow.encode(errors="surrogateescape")}
    return Payload(metadata=metadata, data=payload.data)


def words(payload: Payload) -> str:
    """What stands in the place of what cannot be read."""
    assert payload.metadata["encoding"] == b"json/plain"
    return payload.data.decode().strip('"')
