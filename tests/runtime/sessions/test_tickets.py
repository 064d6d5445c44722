"""A ticket is of one session, file and command, says what was answered, and goes with its session."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from runtime.database import open_database
from runtime.migrations import Tables, upgrade
from runtime.sessions.sessions import Sessions
from runtime.sessions.tables import TICKET
from runtime.sessions.tickets import LONGEST_ANSWER, MOST, TicketRefused, Tickets


class Clock:
    """Moments that pass with each look."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 8, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now


@pytest.fixture
def url(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path}/console.db"
    upgrade(url, Tables.SESSIONS)
    return url


@pytest.fixture
def tickets(url: str) -> Tickets:
    return Tickets(url, Clock())


async def begun(url: str, person: str = "c-17") -> tuple[str, str]:
    """A session: its secret and its id."""
    secret = await Sessions(url).begin(person, "almere")
    session = await Sessions(url).find(secret)
    assert session
    return secret, session.id


async def test_the_answer_is_kept_from_the_first_time(url: str, tickets: Tickets) -> None:
    _, session = await begun(url)
    ticket = await tickets.make(session, "case-1", "accept_case")
    assert (await tickets.spend(session, ticket, "case-1", "accept_case")).answer is None
    await tickets.answered(ticket, "triage")
    await tickets.answered(ticket, "closed")
    for _ in range(2):
        assert (await tickets.spend(session, ticket, "case-1", "accept_case")).answer == "triage"


async def test_it_is_nobody_elses_and_for_nothing_else(url: str, tickets: Tickets) -> None:
    (_, session), (_, other) = await begun(url), await begun(url, "c-18")
    ticket = await tickets.make(session, "case-1", "accept_case")
    for wrong in (
        (other, ticket, "case-1", "accept_case"),
        (session, ticket, "case-2", "accept_case"),
        (session, ticket, "case-1", "decline_case"),
        (session, "", "case-1", "accept_case"),
        (session, "a" * 43, "case-1", "accept_case"),
    ):
        with pytest.raises(TicketRefused):
            await tickets.spend(*wrong)
    await tickets.spend(session, ticket, "case-1", "accept_case")


async def test_two_are_never_the_same(url: str, tickets: Tickets) -> None:
    _, session = await begun(url)
    made = [await tickets.make(session, "case-1", "accept_case") for _ in range(10)]
    assert len(set(made)) == 10
    assert all(re.fullmatch(r"[0-9a-f]{32}", ticket) for ticket in made), "as a file knows tickets again"


async def test_they_go_with_their_session(url: str, tickets: Tickets) -> None:
    secret, session = await begun(url)
    ticket = await tickets.make(session, "case-1", "accept_case")
    await Sessions(url).end(secret)
    with pytest.raises(TicketRefused):
        await tickets.spend(session, ticket, "case-1", "accept_case")
    with pytest.raises(TicketRefused):
        await tickets.make(session, "case-1", "accept_case")


async def test_one_session_has_so_many_and_the_oldest_goes(url: str, tickets: Tickets) -> None:
    (_, session), (_, other) = await begun(url), await begun(url, "c-18")
    kept = await tickets.make(other, "case-1", "accept_case")
    made = [await tickets.make(session, "case-1", "accept_case") for _ in range(MOST + 1)]
    with pytest.raises(TicketRefused):
        await tickets.spend(session, made[0], "case-1", "accept_case")
    await tickets.spend(session, made[1], "case-1", "accept_case")
    await tickets.spend(other, kept, "case-1", "accept_case")


async def test_a_long_answer_is_cut(url: str, tickets: Tickets) -> None:
    _, session = await begun(url)
    ticket = await tickets.make(session, "case-1", "accept_case")
    await tickets.answered(ticket, "x" * 10_000)
    assert (await tickets.spend(session, ticket, "case-1", "accept_case")).answer == "x" * LONGEST_ANSWER


async def test_nothing_of_it_is_in_the_database_but_hashes(url: str, tickets: Tickets, tmp_path: Path) -> None:
    _, session = await begun(url)
    ticket = await tickets.make(session, "case-of-somebody", "accept_case")
    await tickets.answered(ticket, "triage")
    held = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"triage" in held
    assert not [secret for secret in (ticket, "case-of-somebody", "accept_case") if secret.encode() in held]


async def test_the_same_file_and_command_cannot_be_recognised_there(url: str, tickets: Tickets) -> None:
    _, session = await begun(url)
    for _ in range(2):
        await tickets.make(session, "case-1", "accept_case")
    with open_database(url).connect() as connection:
        about = connection.scalars(select(TICKET.c.about)).all()
    assert len({*about}) == 2


async def test_ten_at_once_make_ten(url: str, tickets: Tickets) -> None:
    _, session = await begun(url)
    made = await asyncio.gather(*(tickets.make(session, "case-1", "accept_case") for _ in range(10)))
    answers = await asyncio.gather(*(tickets.spend(session, ticket, "case-1", "accept_case") for ticket in made))
    assert [spent.answer for spent in answers] == [None] * 10
