"""How much is too much: what is more hears so, in words, and later it can be done."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import httpx
import pytest

from post_office.limits import LIMITS, Rates, Seats
from post_office.problems import Problem
from post_office.tokens import Scope
from tests.post_office.asking import RECEIVED, Office, bearer, event, is_problem


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_fills_with_time() -> None:
    clock = Clock()
    rates = Rates(2, 3, clock)
    for _ in range(3):
        rates.take("a")
    with pytest.raises(Problem) as problem:
        rates.take("a")
    assert (problem.value.code, problem.value.headers) == ("rate_limited", {"Retry-After": "1"})
    rates.take("b")
    clock.now = 0.5
    rates.take("a")
    with pytest.raises(Problem):
        rates.take("a")
    clock.now = 1_000
    for _ in range(3):
        rates.take("a")
    with pytest.raises(Problem):
        rates.take("a")


def test_however_many_tokens_there_were_only_those_that_asked_lately_are_remembered() -> None:
    clock = Clock()
    rates = Rates(2, 3, clock)
    for number in range(1_000):
        clock.now += 0.5
        rates.take(f"token {number}")
        rates.take("always there")
    assert len(rates._left) == 4, "of the last 3 / 2 seconds"  # pyright: ignore[reportPrivateUsage]


def test_who_is_forgotten_gets_no_more_than_who_is_not() -> None:
    """A bucket is forgotten when it is full, and not a moment before."""
    clock = Clock()
    rates = Rates(2, 3, clock)
    for _ in range(3):
        rates.take("a")
    clock.now = 1.4
    rates.take("b")
    rates.take("a")
    rates.take("a")
    with pytest.raises(Problem):
        rates.take("a")


def test_seats_of_one_and_of_all() -> None:
    seats = Seats(2, 3, "streams")
    with seats.of("a"), seats.of("a"):
        with pytest.raises(Problem):
            seats.sit("a")
        with seats.of("b"), pytest.raises(Problem):
            seats.sit("c")
        seats.sit("b")
        seats.rise("b")
    assert seats.taken == 0


async def test_who_asks_too_often_is_told_when_to_come_again(tmp_path: Path) -> None:
    office = Office(tmp_path, LIMITS._replace(rate=0.01, burst=2))
    for _ in range(2):
        assert (await office.http.get("/v1/health")).status_code == 200
    answer = await office.http.get("/v1/health")
    is_problem(answer, "rate_limited", 429)
    assert answer.headers["retry-after"] == "100"
    assert (await office.send(event())).status_code == 429
    assert not office.book.out
    other = office.tokens.add("other", [Scope.READ])
    assert (await office.http.get("/v1/health", headers=bearer(other))).status_code == 200


async def test_so_many_long_polls_are_held(tmp_path: Path) -> None:
    office = Office(tmp_path, LIMITS._replace(held=2))
    polls = [asyncio.create_task(office.http.get("/v1/feed?timeout=30000")) for _ in range(2)]
    while (await office.http.get("/v1/health")).json()["underWay"]["waiting"] < 2:
        await asyncio.sleep(0.01)
    is_problem(await office.http.get("/v1/feed?timeout=30000"), "too_many_waiting", 429)
    assert (await office.http.get("/v1/feed")).status_code == 200
    kept = await office.send(event(), prefer="wait=30")
    assert kept.status_code == 202
    assert "preference-applied" not in kept.headers, "what is kept is kept, whether or not there is a place to wait"
    await office.book.hear(RECEIVED, {"status": "with_desk"})
    assert [len((await poll).json()) for poll in polls] == [1, 1]
    assert (await office.http.get("/v1/health")).json()["underWay"] == {"waiting": 0, "streams": 0}


async def test_so_many_requests_are_under_way(tmp_path: Path) -> None:
    office = Office(tmp_path, LIMITS._replace(under_way=2))
    polls = [asyncio.create_task(office.http.get("/v1/feed?timeout=30000")) for _ in range(2)]
    await asyncio.sleep(0)
    answers: list[httpx.Response] = []
    while not answers or answers[-1].status_code == 200:
        answers.append(await office.http.get("/v1/health"))
    is_problem(answers[-1], "too_busy", 503)
    await office.book.hear(RECEIVED, {"status": "with_desk"})
    await asyncio.gather(*polls)
    assert (await office.http.get("/v1/health")).status_code == 200


@pytest.mark.parametrize("size", [4_096, 4_097])
async def test_an_address_has_so_many_characters(office: Office, size: int) -> None:
    answer = await office.http.get("/v1/" + "a" * (size - 4))
    assert answer.status_code == (404 if size == 4_096 else 414)


async def test_a_body_has_so_many_bytes_whatever_its_header_says(office: Office) -> None:
    async def endless() -> AsyncGenerator[bytes]:
        while True:
            yield b" " * 10_000

    answer = await office.http.post("/v1/events", content=endless(), headers={"content-type": "application/cloudevents+json"})
    is_problem(answer, "too_large", 413)
