"""The body of a request, and of an answer, of a size that is known before."""

import httpx
from fastapi import Request

from console.door.problems import Problem, Refusal


async def body_of(request: Request, largest: int, too_large: Refusal) -> bytes:
    """A body that is never held beyond a size, whatever its header says.

    Args:
        request: Whose body it is.
        largest: Bytes.
        too_large: What is said of more.

    Raises:
        Problem: It is larger.
    """
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > largest:
            raise Problem(too_large)
    return bytes(body)


async def answer_of(answer: httpx.Response, largest: int) -> bytes:
    """The body of an answer of which only the head is there yet.

    Raises:
        ValueError: It is larger.
    """
    body = bytearray()
    async for part in answer.aiter_bytes():
        body += part
        if len(body) > largest:
            raise ValueError("the answer is too large")
    return bytes(body)
