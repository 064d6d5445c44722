"""Sessions end by hand, by silence, by age, and where there are too many; of a secret only its hash is kept."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from runtime.database import open_database
from runtime.migrations import Tables, downgrade, upgrade
from runtime.schema import check
from runtime.sessions.sessions import IDLE, LONGEST, MOST, STEP, Sessions
from runtime.sessions.tables import SESSION, TICKET
from runtime.sessions.tickets import TicketRefused, Tickets

BEGINS = datetime(2026, 3, 2, 8, tzinfo=UTC)


class Clock:
    """Moments that pass when a test says so."""

    def __init__(self) -> None:
        self.now = BEGINS

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def url(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path}/console.db"
    upgrade(url, Tables.SESSIONS)
    return url


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sessions(url: str, clock: Clock) -> Sessions:
    return Sessions(url, clock)


def stored(url: str) -> list[tuple[object, ...]]:
    with open_database(url).connect() as connection:
        return [tuple(row) for row in connection.execute(select(SESSION))]


def test_the_tables_are_those_of_the_code(url: str) -> None:
    check(url, Tables.SESSIONS)
    downgrade(url, "base", Tables.SESSIONS)
    upgrade(url, Tables.SESSIONS)
    check(url, Tables.SESSIONS)


async def test_who_shows_the_secret_is_known_for_one_agency(sessions: Sessions) -> None:
    session = await sessions.find(await sessions.begin("c-17", "almere"))
    assert session
    assert (session.person, session.agency, session.began) == ("c-17", "almere", BEGINS)
    assert (session.until, session.longest) == (BEGINS + IDLE, BEGINS + LONGEST)
    for secret in ("", "a" * 43, session.id, "\udcff"):
        assert await sessions.find(secret) is None


async def test_the_secret_is_nowhere_in_the_database(sessions: Sessions, url: str, tmp_path: Path) -> None:
    secret = await sessions.begin("c-17", "almere")
    assert len(secret) >= 43
    held = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"c-17" in held
    assert secret.encode() not in held
    assert {column.name for column in SESSION.columns} == {"hash", "person", "agency", "began_at", "seen_at", "proved_at"}
    assert len(stored(url)) == 1


async def test_silence_ends_it(sessions: Sessions, clock: Clock) -> None:
    secret = await sessions.begin("c-17", "almere")
    clock.now += IDLE - timedelta(seconds=1)
    assert await sessions.find(secret)
    clock.now += IDLE - timedelta(seconds=1)
    assert await sessions.find(secret), "it lasts when somebody does something"
    clock.now += IDLE
    assert await sessions.find(secret) is None


async def test_a_script_that_asks_by_itself_does_not_make_it_last(sessions: Sessions, clock: Clock) -> None:
    secret = await sessions.begin("c-17", "almere")
    clock.now += IDLE / 2
    assert await sessions.find(secret, acts=False)
    clock.now += IDLE / 2
    assert await sessions.find(secret, acts=False) is None


async def test_age_ends_it_whatever_is_done(sessions: Sessions, clock: Clock) -> None:
    secret = await sessions.begin("c-17", "almere")
    while clock.now + IDLE / 2 < BEGINS + LONGEST:
        clock.now += IDLE / 2
        assert await sessions.find(secret)
    clock.now = BEGINS + LONGEST
    assert await sessions.find(secret) is None


async def test_until_is_never_after_the_longest(sessions: Sessions, clock: Clock) -> None:
    secret = await sessions.begin("c-17", "almere")
    while clock.now + IDLE < BEGINS + LONGEST:
        clock.now += IDLE - STEP
        session = await sessions.find(secret)
        assert session
        assert session.until <= session.longest


async def test_locking_ends_it_at_once(sessions: Sessions) -> None:
    secret, other = await sessions.begin("c-17", "almere"), await sessions.begin("c-17", "almere")
    await sessions.end(secret)
    assert await sessions.find(secret) is None
    assert await sessions.find(other)


async def test_a_login_ends_the_session_that_the_browser_had(sessions: Sessions) -> None:
    before = await sessions.begin("c-17", "almere")
    after = await sessions.begin("c-17", "almere", instead=before)
    assert after != before
    assert await sessions.find(before) is None
    assert await sessions.find(after)


async def test_one_person_has_so_many_and_the_oldest_goes(sessions: Sessions, clock: Clock) -> None:
    other = await sessions.begin("c-18", "almere")
    secrets: list[str] = []
    for _ in range(MOST + 2):
        clock.now += timedelta(seconds=1)
        secrets.append(await sessions.begin("c-17", "almere"))
    assert [bool(await sessions.find(secret)) for secret in secrets] == [False] * 2 + [True] * MOST
    assert await sessions.find(other)


async def test_what_has_ended_is_swept_with_its_tickets(sessions: Sessions, url: str, clock: Clock) -> None:
    ends, lives = await sessions.begin("c-17", "almere"), await sessions.begin("c-18", "almere")
    for secret in (ends, lives):
        session = await sessions.find(secret)
        assert session
        await Tickets(url, clock).make(session.id, "case-1", "accept_case")
    clock.now += IDLE / 2
    await sessions.find(lives)
    clock.now += IDLE / 2
    assert await sessions.sweep() == 1
    assert await sessions.sweep() == 0
    with open_database(url).connect() as connection:
        assert len(connection.execute(select(TICKET)).all()) == 1


async def test_many_at_once_lose_nothing(sessions: Sessions) -> None:
    secrets = await asyncio.gather(*(sessions.begin(f"c-{number}", "almere") for number in range(20)))
    found = await asyncio.gather(*(sessions.find(secret) for secret in secrets))
    assert [session.person for session in found if session] == [f"c-{number}" for number in range(20)]


async def test_when_somebody_proved_who_they_are_is_kept(sessions: Sessions) -> None:
    asked = BEGINS - timedelta(minutes=3)
    first = await sessions.find(await sessions.begin("c-17", "almere", proved=asked))
    other = await sessions.find(await sessions.begin("c-17", "almere"))
    assert first
    assert other
    assert (first.proved, other.proved) == (asked, None)


async def test_who_ends_a_session_hears_which_and_of_two_one_does(sessions: Sessions) -> None:
    secret = await sessions.begin("c-17", "almere")
    ended = await asyncio.gather(sessions.end(secret), sessions.end(secret))
    assert [(one.person, one.agency) for one in ended if one] == [("c-17", "almere")]
    assert await sessions.end("never begun") is None


@pytest.mark.parametrize(
    ("person", "agency", "stays"), [("c-17", "almere", True), ("c-18", "almere", False), ("c-17", "urk", False)]
)
async def test_forms_stay_open_for_the_same_person_who_logs_in_once_more(
    url: str, sessions: Sessions, person: str, agency: str, *, stays: bool
) -> None:
    before = await sessions.begin("c-17", "almere")
    first, tickets = await sessions.find(before), Tickets(url)
    assert first
    ticket = await tickets.make(first.id, "case-1", "ask_erasure")
    after = await sessions.find(await sessions.begin(person, agency, instead=before))
    assert after
    if stays:
        assert (await tickets.spend(after.id, ticket, "case-1", "ask_erasure")).answer is None
    for session in (first.id, *(() if stays else (after.id,))):
        with pytest.raises(TicketRefused):
            await tickets.spend(session, ticket, "case-1", "ask_erasure")
    assert await sessions.find(before) is None
