"""Over a socket: streams, connections that break, the clock, what is no HTTP, and the end of the process."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx
import pytest

from post_office.limits import LIMITS
from runtime.http.listening import bound
from tests.post_office.asking import MARKER, RECEIVED, STATUS, Office, event, is_problem

WITH_DESK = {"status": "with_desk"}
AS_STREAM = {"accept": "text/event-stream"}


class Listener:
    """What a reader of server-sent events understands of a stream."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self._lines = answer.aiter_lines()

    async def block(self) -> list[str]:
        """The lines up to the next empty one; none: the stream has ended."""
        lines: list[str] = []
        async for line in self._lines:
            if not line:
                return lines
            lines.append(line)
        return []

    async def event(self) -> dict[str, str]:
        """The next event: comments and directions are none."""
        while block := await self.block():
            fields = dict(line.split(": ", 1) for line in block if not line.startswith(":"))
            if "data" in fields:
                return fields
        raise EOFError


@asynccontextmanager
async def streaming(client: httpx.AsyncClient, query: str = "", **headers: str) -> AsyncGenerator[Listener]:
    async with client.stream("GET", f"/v1/feed{query}", headers={**AS_STREAM, **headers}) as answer:
        assert answer.status_code == 200, (await answer.aread(), answer.status_code)
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield Listener(answer)


async def test_a_stream_tells_what_stands_there_and_what_comes(office: Office) -> None:
    one = await office.book.hear(RECEIVED, WITH_DESK)
    async with office.listening() as client, streaming(client) as stream:
        first = await stream.event()
        assert (first["id"], first["event"], json.loads(first["data"])["id"]) == (one.id, RECEIVED, one.id)
        two = await office.book.hear(STATUS, WITH_DESK)
        assert (await stream.event())["id"] == two.id


async def test_a_stream_over_a_connection_that_breaks_has_no_gap_and_no_double(office: Office) -> None:
    """Whoever writes goes on while nobody listens; each time the reader comes back with the last id that it saw."""
    seen: list[str] = []

    async def write() -> None:
        for _ in range(120):
            await office.book.hear(RECEIVED, WITH_DESK)
            await asyncio.sleep(0)

    async with office.listening() as client:
        writing = asyncio.create_task(write())
        while len(seen) < 120:
            last = {"last-event-id": seen[-1]} if seen else {}
            async with streaming(client, "?lastEventId=", **last) as stream:
                seen += [(await stream.event())["id"] for _ in range(min(25, 120 - len(seen)))]
        await writing
    assert seen == [f"{position:016x}" for position in range(1, 121)]


async def test_a_stream_for_some_types_passes_over_the_rest(office: Office) -> None:
    async with office.listening() as client, streaming(client, f"?type={STATUS}") as stream:
        for _ in range(60):
            await office.book.hear(RECEIVED, WITH_DESK)
        wanted = await office.book.hear(STATUS, WITH_DESK)
        assert (await stream.event())["id"] == wanted.id


async def test_a_silent_stream_shows_that_it_lives(tmp_path: Path) -> None:
    office = Office(tmp_path, LIMITS._replace(alive=0.02))
    async with office.listening() as client, streaming(client) as stream:
        assert await stream.block() == ["retry: 2000"]
        assert [await stream.block() for _ in range(2)] == [[": alive"], [": alive"]]


async def test_a_stream_ends_after_a_while_and_goes_on_where_it_was(tmp_path: Path) -> None:
    office = Office(tmp_path, LIMITS._replace(stream=0.05, alive=0.01))
    one = await office.book.hear(RECEIVED, WITH_DESK)
    async with office.listening() as client:
        async with streaming(client) as stream:
            assert (await stream.event())["id"] == one.id
            with pytest.raises(EOFError):
                await stream.event()
        two = await office.book.hear(RECEIVED, WITH_DESK)
        async with streaming(client, **{"last-event-id": one.id}) as stream:
            assert (await stream.event())["id"] == two.id


async def test_so_many_streams_are_open_and_each_that_breaks_makes_room(tmp_path: Path) -> None:
    office = Office(tmp_path, LIMITS._replace(streams=2, alive=0.02))
    async with office.listening() as client:
        async with streaming(client) as one, streaming(client) as two:
            await one.block()
            await two.block()
            is_problem(await client.get("/v1/feed", headers=AS_STREAM), "too_many_waiting", 429)
        while (await client.get("/v1/health")).json()["underWay"]["streams"]:
            await asyncio.sleep(0.01)
        async with streaming(client) as again:
            assert await again.block()


async def test_a_stream_ends_with_its_token(tmp_path: Path) -> None:
    office = Office(tmp_path, LIMITS._replace(alive=0.02))
    async with office.listening() as client, streaming(client) as stream:
        await stream.block()
        office.tokens.end("all")
        with pytest.raises(EOFError):
            await stream.event()


async def test_an_unknown_cursor_of_a_stream_is_a_problem(office: Office) -> None:
    async with office.listening() as client:
        answer = await client.get("/v1/feed", headers={**AS_STREAM, "last-event-id": MARKER})
        is_problem(answer, "cursor_unknown", 400)


async def test_whoever_goes_away_from_a_long_poll_holds_no_place(office: Office) -> None:
    async with office.listening() as client:
        with pytest.raises(httpx.ReadTimeout):
            await client.get("/v1/feed?timeout=60000", timeout=0.2)
        while (await client.get("/v1/health")).json()["underWay"]["waiting"]:
            await asyncio.sleep(0.01)


async def test_what_is_held_open_answers_when_the_process_ends(office: Office) -> None:
    async with office.listening() as client:
        poll = asyncio.create_task(client.get("/v1/feed?timeout=60000"))
        await office.send(event())
        wait = asyncio.create_task(client.get("/v1/events/a-1", headers={"prefer": "wait=60"}))
        while (await office.http.get("/v1/health")).json()["underWay"]["waiting"] < 2:
            await asyncio.sleep(0.01)
        office.app.state.door.closing.set()
        assert ((await poll).json(), (await wait).json()["stage"]) == ([], "kept")


async def test_answers_say_how_late_it_is(office: Office) -> None:
    async with office.listening() as client:
        said = parsedate_to_datetime((await client.get("/v1/health")).headers["date"])
    assert abs((said - datetime.now(UTC)).total_seconds()) < 60


@pytest.mark.parametrize("sent", [b"\x16\x03\x01 hello\r\n\r\n", b"GET /v1/feed HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 100_000])
async def test_what_is_no_http_hears_so(office: Office, sent: bytes) -> None:
    async with office.listening() as client:
        reader, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
        writer.write(sent)
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
        writer.close()
        assert b"application/problem+json" in head
        assert json.loads(body[body.index(b"{") : body.rindex(b"}") + 1])["code"] == "http_invalid"
        assert (await client.get("/v1/health")).status_code == 200


def test_nobody_listens_on_a_network_in_clear() -> None:
    with pytest.raises(ValueError, match="--cert"):
        bound("0.0.0.0", 0)
