"""Half-done forms as rows, on SQLite and on a real PostgreSQL: one per person, file and command, bounded, and gone by age."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts.reference import new_reference
from runtime.database import open_database
from runtime.drafts import drafts
from runtime.drafts.drafts import KEPT, Drafts, TooMany
from runtime.drafts.sealing import Place
from runtime.migrations import Tables, upgrade
from runtime.sessions.tables import DRAFT

CASE = f"case-{new_reference()}"
MINE = Place("almere", "c-17", CASE, "record_intake")
TICKET, OTHER = "t" * 32, "u" * 32


class Clock:
    """Moments that pass with each look."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 8, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(url: str, clock: Clock) -> Drafts:
    upgrade(url, Tables.SESSIONS)
    return Drafts(url, clock)


async def sealed(store: Drafts, place: Place = MINE) -> bytes | None:
    found = await store.find(place)
    return found.sealed if found else None


async def test_the_newest_is_kept_and_since_when_stays(store: Drafts) -> None:
    first = await store.keep(MINE, TICKET, b"one")
    again = await store.keep(MINE, OTHER, b"two")
    assert await sealed(store) == b"two"
    assert (again.began, again.saved > first.saved, again.until) == (first.began, True, again.saved + KEPT)
    assert await store.of("almere", "c-17") == [again]


async def test_ones_own_are_counted_as_long_as_they_are_there(store: Drafts, clock: Clock) -> None:
    for place in (MINE, MINE._replace(command="record_triage"), MINE._replace(person="c-18"), MINE._replace(agency="urk")):
        await store.keep(place, TICKET, b"one")
    assert await store.count("almere", "c-17") == 2
    clock.now += KEPT
    assert await store.count("almere", "c-17") == 0


async def test_each_person_agency_file_and_command_has_its_own(store: Drafts) -> None:
    others = [
        MINE._replace(person="c-18"),
        MINE._replace(agency="urk"),
        MINE._replace(file=f"case-{new_reference()}"),
        MINE._replace(command="record_triage"),
    ]
    await store.keep(MINE, TICKET, b"mine")
    for number, place in enumerate(others):
        assert await sealed(store, place) is None
        await store.keep(place, TICKET, b"%d" % number)
    assert await sealed(store) == b"mine"
    assert [draft.place for draft in await store.of("almere", "c-17")] == [others[3], others[2], MINE]
    assert {draft.place for draft in await store.about("almere", [CASE])} == {MINE, others[0], others[3]}
    assert await store.about("almere", []) == []
    await store.throw_away(MINE)
    await store.throw_away(MINE)
    assert [await sealed(store, place) for place in (MINE, *others)] == [None, b"0", b"1", b"2", b"3"]


async def test_it_goes_with_the_ticket_of_the_form_as_which_it_was_kept_last(store: Drafts) -> None:
    await store.keep(MINE, TICKET, b"one")
    await store.sent(MINE, OTHER)
    await store.sent(MINE._replace(person="c-18"), TICKET)
    assert await sealed(store) == b"one"
    await store.keep(MINE, OTHER, b"two")
    await store.sent(MINE, TICKET)
    assert await sealed(store) == b"two"
    await store.sent(MINE, OTHER)
    assert await sealed(store) is None


async def test_one_person_has_so_many(store: Drafts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "MOST", 3)
    places = [MINE._replace(command=f"command_{number}") for number in range(4)]
    for place in places[:3]:
        await store.keep(place, TICKET, b"x")
    with pytest.raises(TooMany):
        await store.keep(places[3], TICKET, b"x")
    assert len(await store.of("almere", "c-17")) == 3
    await store.keep(places[0], TICKET, b"kept again")
    await store.keep(places[3]._replace(agency="urk"), TICKET, b"x")
    await store.keep(places[3]._replace(person="c-18"), TICKET, b"x")
    await store.throw_away(places[1])
    await store.keep(places[3], TICKET, b"x")


async def test_what_is_old_is_not_there_whoever_sweeps_and_when(store: Drafts, clock: Clock, url: str) -> None:
    await store.keep(MINE, TICKET, b"old")
    clock.now += KEPT - timedelta(seconds=1)
    assert await sealed(store) == b"old"
    clock.now += timedelta(seconds=2)
    assert (await sealed(store), await store.of("almere", "c-17"), await store.about("almere", [CASE])) == (None, [], [])
    begun = await store.keep(MINE, TICKET, b"new")
    assert begun.began == begun.saved, "it is another one"
    clock.now += KEPT
    assert await store.sweep() == 1
    with open_database(url).connect() as connection:
        assert connection.execute(DRAFT.select()).all() == []


def test_the_bounds_are_as_they_are_said() -> None:
    assert (drafts.MOST, timedelta(days=30)) == (100, KEPT)
