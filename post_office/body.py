"""The body of a request: of a size that is known before, of a type that is read here."""

from email.message import Message
from typing import Any

from fastapi import Request
from starlette.requests import ClientDisconnect

from contracts.refusals import Refused
from contracts.strict_json import parse
from post_office.problems import Problem, from_contract


async def body_of(request: Request, largest: int) -> bytes:
    """A body that is never held beyond a size, whatever its header says.

    Raises:
        Problem: It is larger, or was not sent whole.
    """
    body = bytearray()
    try:
        async for part in request.stream():
            body += part
            if len(body) > largest:
                raise Problem("too_large", f"a body may have {largest} bytes here")
    except ClientDisconnect:
        raise Problem("body_invalid", "the connection ended before the body did") from None
    return bytes(body)


async def object_of(request: Request, largest: int) -> dict[str, Any]:
    """A JSON object out of a body.

    Raises:
        Problem: It is none, or the header says that it is something else.
    """
    if media_type(request) != "application/json":
        raise Problem("content_type_unsupported", "send JSON, as application/json")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Problem("content_type_unsupported", "send the body as it is, without Content-Encoding")
    raw = await body_of(request, largest)
    try:
        return parse(raw)
    except Refused as refused:
        from_contract(refused)


def media_type(request: Request) -> str:
    """The type of a body, in lower case; of several charsets JSON has one.

    Raises:
        Problem: It is said to be written in another charset, or the header stands twice.
    """
    if len(request.headers.getlist("content-type")) > 1:
        raise Problem("content_type_unsupported", "Content-Type stands twice")
    said = Message()
    said["content-type"] = request.headers.get("content-type", "").replace("\r", "").replace("\n", "") or "none/none"
    if str(said.get_param("charset", "utf-8")).lower() != "utf-8":
        raise Problem("content_type_unsupported", "JSON is written in UTF-8")
    return said.get_content_type()
