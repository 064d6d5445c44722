"""Reading what others sent: by page and by long poll."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from post_office.limits import LIMITS
from tests.post_office.asking import RECEIVED, STATUS, Office, is_problem

WITH_DESK = {"status": "with_desk"}


async def read(office: Office, **asked: Any) -> list[dict[str, Any]]:
    answer = await office.http.get("/v1/feed", params=asked)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/cloudevents-batch+json"
    return answer.json()


async def test_oldest_first_from_any_event_on(office: Office) -> None:
    heard = [await office.book.hear(RECEIVED, WITH_DESK) for _ in range(5)]
    ids = [one.id for one in heard]
    assert [one["id"] for one in await read(office)] == ids
    assert [one["id"] for one in await read(office, lastEventId=ids[1])] == ids[2:]
    assert [one["id"] for one in await read(office, lastEventId=ids[1], limit=2)] == ids[2:4]
    assert await read(office, lastEventId=ids[4]) == []


async def test_an_event_is_as_it_was_sent_with_our_own_number(office: Office) -> None:
    heard = await office.book.hear(RECEIVED, WITH_DESK)
    assert heard.event
    assert await read(office) == [dict(heard.event)]
    await office.http.put(f"/v1/cases/{heard.caseref}", json={"subject": "Z-1"})
    assert await read(office) == [{**heard.event, "subject": "Z-1"}]


async def test_only_some_types_and_only_from_a_moment_on(office: Office) -> None:
    one, two, three = [await office.book.hear(kind, WITH_DESK) for kind in (RECEIVED, STATUS, RECEIVED)]
    assert [event["id"] for event in await read(office, type=RECEIVED)] == [one.id, three.id]
    assert [event["id"] for event in await read(office, type=[RECEIVED, STATUS])] == [one.id, two.id, three.id]
    assert [event["id"] for event in await read(office, since=two.at.isoformat())] == [two.id, three.id]
    assert await read(office, since=(datetime.now(UTC) + timedelta(hours=1)).isoformat()) == []


async def test_an_erased_event_stands_where_it_stood_without_its_content(office: Office) -> None:
    one, two, three = [await office.book.hear(RECEIVED, WITH_DESK) for _ in range(3)]
    office.book.erase(two.caseref)
    shown = await read(office)
    assert [event["id"] for event in shown] == [one.id, two.id, three.id]
    assert "data" not in shown[1]
    assert shown[1]["erased"] is True
    assert {"specversion", "id", "source", "type", "time"} <= shown[1].keys()
    assert [event["id"] for event in await read(office, lastEventId=two.id)] == [three.id]


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=1001",
        "limit=x",
        "timeout=-1",
        "timeout=1e9",
        "since=yesterday",
        "since=0",
        "since=1772449200",
        "since=2026-01-01T00:00:00",
        "type=nl.keten.nothing.v1",
        "lasteventid=1",
        "lastEventId=1&lastEventId=2",
        "lastEventId=1&since=2026-01-01T00:00:00Z",
        "lastEventId=" + "1" * 129,
    ],
)
async def test_a_question_that_is_wrong_is_refused(office: Office, query: str) -> None:
    is_problem(await office.http.get(f"/v1/feed?{query}"), "parameter_invalid", 400)


@pytest.mark.parametrize(
    "accept", ["*/*", "application/json", "application/*;q=0.5, text/html", "text/event-stream;q=0.1, */*;q=0", ""]
)
async def test_who_takes_json_gets_a_page(office: Office, accept: str) -> None:
    office.book.feed_ = []
    if "event-stream" in accept:
        accept += ", application/cloudevents-batch+json"
    answer = await office.http.get("/v1/feed", headers={"accept": accept})
    assert answer.headers["content-type"] == "application/cloudevents-batch+json"


async def test_a_page_has_so_many_bytes_and_loses_nothing(tmp_path: Path) -> None:
    office = Office(tmp_path, LIMITS._replace(page_bytes=1_000))
    for _ in range(120):
        await office.book.hear(RECEIVED, WITH_DESK)
    seen: list[str] = []
    while page := await read(office, limit=100, **({"lastEventId": seen[-1]} if seen else {})):
        assert len(page) < 10
        seen += [event["id"] for event in page]
    assert seen == [one.id for one in office.book.feed_]


async def test_a_long_poll_answers_when_something_comes(office: Office) -> None:
    polling = asyncio.create_task(read(office, timeout=30_000))
    await asyncio.sleep(0.02)
    assert not polling.done()
    heard = await office.book.hear(RECEIVED, WITH_DESK)
    assert [event["id"] for event in await polling] == [heard.id]


async def test_a_long_poll_for_one_type_is_not_ended_by_another(office: Office) -> None:
    polling = asyncio.create_task(read(office, timeout=30_000, type=STATUS))
    await asyncio.sleep(0.02)
    await office.book.hear(RECEIVED, WITH_DESK)
    await asyncio.sleep(0.02)
    assert not polling.done()
    heard = await office.book.hear(STATUS, WITH_DESK)
    assert [event["id"] for event in await polling] == [heard.id]


async def test_a_long_poll_ends_with_nothing(office: Office) -> None:
    assert await read(office, timeout=10) == []


async def test_readers_under_sixteen_writers_see_each_position_once(office: Office) -> None:
    """Each writer and each reader on its own; readers come back with the last id that they saw."""
    each, done = 20, asyncio.Event()

    async def write() -> None:
        for _ in range(each):
            await office.book.hear(RECEIVED, WITH_DESK)
            await asyncio.sleep(0)

    async def follow(limit: int) -> list[str]:
        seen: list[str] = []
        while not (done.is_set() and len(seen) >= 16 * each):
            page = await read(office, timeout=200, limit=limit, **({"lastEventId": seen[-1]} if seen else {}))
            seen += [event["id"] for event in page]
            if done.is_set() and not page:
                break
        return seen

    followers = [asyncio.create_task(follow(limit)) for limit in (1, 7, 100)]
    await asyncio.gather(*[write() for _ in range(16)])
    done.set()
    wanted = [f"{position:016x}" for position in range(1, 16 * each + 1)]
    for follower in followers:
        assert await follower == wanted


async def test_what_is_given_was_written_down_and_nothing_is_given_otherwise(office: Office) -> None:
    heard = [await office.book.hear(RECEIVED, WITH_DESK) for _ in range(3)]
    await read(office, limit=2)
    assert office.book.handed_ == [("system all", one.id) for one in heard[:2]]
    office.book.unlogged = True
    refused = await office.http.get("/v1/feed")
    is_problem(refused, "not_logged", 503)
    assert not [one.id for one in heard if one.id in refused.text]
    assert len(office.alarms) == 1
    async with office.http.stream("GET", "/v1/feed", headers={"accept": "text/event-stream"}) as stream:
        assert not [line async for line in stream.aiter_lines() if line.startswith(("id:", "data:"))]
    office.book.unlogged = False
    assert [one["id"] for one in await read(office)] == [one.id for one in heard]
