"""An agency's own system: a real HTTP server on loopback that answers as a test wants it to, well or badly."""

import asyncio
import contextlib
import json
import ssl
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from standardwebhooks import Webhook


class Told(NamedTuple):
    """A request that came."""

    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def position(self) -> int:
        return int(self.headers.get("keten-position", "0"))

    @property
    def event(self) -> dict[str, Any]:
        return json.loads(self.body)

    def verify(self, secret: str) -> dict[str, Any]:
        """By the library that others wrote."""
        return Webhook(secret).verify(self.body, self.headers)


Answers = Callable[[Told], bytes | None]


def reply(status: int, *headers: str, body: bytes = b"") -> bytes:
    lines = [f"HTTP/1.1 {status} X", f"content-length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def always(status: int, *headers: str) -> Answers:
    return lambda _: reply(status, *headers)


def in_turn(*statuses: int) -> Answers:
    """One after another; the last one stays."""
    left = list(statuses)
    return lambda _: reply(left.pop(0) if len(left) > 1 else left[0])


class Receiver:
    def __init__(self, answers: Answers) -> None:
        self.told: list[Told] = []
        self.taken: list[Told] = []
        self.answers = answers
        self.port = 0
        self.connections = 0
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[Any]] = set()
        self.came = asyncio.Event()

    def url(self, host: str = "127.0.0.1", scheme: str = "http", path: str = "/hook") -> str:
        return f"{scheme}://{host}:{self.port}{path}"

    @property
    def positions(self) -> Sequence[int]:
        return [told.position for told in self.taken]

    async def until(self, taken: int) -> None:
        while len(self.taken) < taken:
            self.came.clear()
            await self.came.wait()

    async def enter(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        self.connections += 1
        if task := asyncio.current_task():
            self._tasks.add(task)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
                told = Told(headers, await reader.readexactly(int(headers.get("content-length", "0"))))
                self.told.append(told)
                answer = self.answers(told)
                if answer is None:
                    continue  # and says nothing
                if answer.split(b" ", 2)[1].startswith(b"2"):
                    self.taken.append(told)
                self.came.set()
                writer.write(answer)
                await writer.drain()
                if b"connection: close" in answer:
                    break
        writer.close()

    async def shut(self) -> None:
        for writer in self._writers:
            writer.close()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@asynccontextmanager
async def receiver(answers: Answers | None = None, context: ssl.SSLContext | None = None) -> AsyncGenerator[Receiver]:
    made = Receiver(answers or always(204))
    server = await asyncio.start_server(made.enter, "127.0.0.1", 0, ssl=context)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        await made.shut()
