"""The codec server: who asks, what for, may they; it is written down; only then is anything decrypted."""

from collections.abc import Collection
from http import HTTPStatus

import structlog
from fastapi import FastAPI, Request, Response
from google.protobuf.json_format import MessageToJson
from temporalio.api.common.v1 import Payloads

from console.codec_server.access import Access
from console.codec_server.asked import Asked, asked
from console.codec_server.audit import DecodeAudit
from console.codec_server.reader import Reader, cases_in
from console.door.person import NOT_YOURS, Person
from console.door.problems import Problem, Refusal, speak_of_problems
from console.door.turns import Turns

NOT_WRITTEN_DOWN = Refusal(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "audit_unavailable",
    "nothing is read while it cannot be written down who reads: try again later",
)

AT_ONCE = 8
"""Requests of one person at a time; a page of the UI asks for a few. With the size of one this bounds what a person may fill."""
TOO_MANY = Refusal(
    HTTPStatus.TOO_MANY_REQUESTS, "too_many", f"at most {AT_ONCE} requests of one person at a time: wait for the others"
)


class CodecServer:
    """Temporal's remote codec protocol, decode only: who writes to a workflow uses `keten`.

    Args:
        access: Who asks.
        namespaces: Those of the agencies whose keys this server may have.
        audit: Where readings are written down.
        reader: What decrypts.
    """

    def __init__(self, access: Access, namespaces: Collection[str], audit: DecodeAudit, reader: Reader) -> None:
        self._access = access
        self._namespaces = namespaces
        self._audit = audit
        self._reader = reader
        self._turns = Turns(AT_ONCE, TOO_MANY)

    async def decode(self, request: Request) -> Response:
        """Answer with the payloads in clear, in the same order."""
        person = await self._access.person(request)
        with self._turns.of(person.name):
            return await self._decode(person, request)

    async def _decode(self, person: Person, request: Request) -> Response:
        wanted = await asked(request)
        cases = self._allowed(person, wanted)
        await self._write_down(person, wanted.namespace, cases)
        clear = await self._reader.read(wanted.namespace, wanted.payloads)
        return Response(MessageToJson(Payloads(payloads=clear), indent=None), media_type="application/json")

    def _allowed(self, person: Person, wanted: Asked) -> dict[str, int]:
        """How many payloads of which cases the person may read; all that are asked for, or none."""
        person.must_be_at(wanted.namespace)
        if wanted.namespace not in self._namespaces:
            raise Problem(NOT_YOURS)
        cases = cases_in(wanted.payloads)
        for case in cases:
            person.must_have(case)
        return cases

    async def _write_down(self, person: Person, namespace: str, cases: dict[str, int]) -> None:
        try:
            for case, count in cases.items():
                await self._audit.append(person.name, namespace, case, count)
        except Exception as error:
            structlog.get_logger().exception("decode_audit_failed", namespace=namespace)
            raise Problem(NOT_WRITTEN_DOWN) from error


def codec_app(server: CodecServer) -> FastAPI:
    """The routes. There is none that encodes, and no page about them."""
    app = FastAPI(title="Keten codec server", openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    for path in ("/decode", "/{namespace}/decode"):
        app.add_api_route(path, server.decode, methods=["POST"], response_model=None)
    speak_of_problems(app)
    return app
