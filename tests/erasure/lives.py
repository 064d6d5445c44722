"""Cases that are lived, saved in a backup, and erased in part: everything that the proof then looks at."""

import asyncio
import subprocess
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from console.installation import Installation
from contracts.agencies import Agency, read_directory
from contracts.events.signals import SignalReported
from contracts.orders import erasure_of
from contracts.processing import Processing
from runtime.bus import broker
from runtime.drafts.drafts import Drafts
from runtime.drafts.sealing import Place, Typed, seal
from runtime.keys.files import Role
from runtime.migrations import Tables, upgrade
from runtime.office.tending import tend
from runtime.register.register import Counts, SqlRegister
from runtime.servers.embedded import embedded
from runtime.settings import Settings
from runtime.waiting import until
from tests.closed_cases import COORDINATOR, DESK, KEEPERS, REGISTRY, REPORTER, Content, decided, reported
from tests.faults.town import Town, town
from tests.installed import PATIENCE, Here

T = TypeVar("T")
AT_ONCE = 8
STORED = ("temporal.db", "temporal.db-wal", "temporal.db-shm", "nats")
"""What a backup of the servers holds."""

CONSOLE = ("console.db", "console.db-wal", "console.db-shm")
"""What a backup of the web console holds."""

KEYS = ("keys", "public-keys", "case-keys")
"""What has backups of its own, kept for a short time."""

FIRST, SECOND = "e-1", "e-2"
"""Two persons."""


class Life(NamedTuple):
    """A case, and the word about a person that is nowhere but in it."""

    case: str
    content: Content
    erased: bool

    @property
    def mark(self) -> str:
        """The word."""
        return self.content.account

    @property
    def registered(self) -> bool:
        """Whether CoMensha knows who it is."""
        return self.content.registrant is not None

    @property
    def keepers(self) -> frozenset[str]:
        """Who holds something of it."""
        return KEEPERS | {REGISTRY} if self.registered else KEEPERS


class Trail(NamedTuple):
    """What must outlive an erasure."""

    logged: dict[tuple[str, str], tuple[Processing, ...]]
    counts: Counts


class Lived(NamedTuple):
    """Where it runs, what was lived, what was saved before the erasure, and what the trail was then."""

    town: Town
    lives: tuple[Life, ...]
    saved: Path
    before: Trail

    @property
    def erased(self) -> set[str]:
        """Marks of the cases that were erased."""
        return {life.mark for life in self.lives if life.erased}

    @property
    def kept(self) -> set[str]:
        """Marks of all others."""
        return {life.mark for life in self.lives if not life.erased}


@asynccontextmanager
async def lived(home: Path, count: int) -> AsyncGenerator[Lived]:
    """So many cases, of which a tenth was erased; the servers and the offices still run."""
    async with town(home / "home") as there:
        offices = await there.open_offices()
        lives = tuple(await together(_begin(there.here, number) for number in range(count)))
        await together(decided(there.here, life.case, life.content) for life in lives)
        await begun(there.here.installation, lives)
        await _all_kept(there.here, lives)
        await together(_late_letter(there.here, life) for life in lives)
        await _taken(there.here, count)
        offices.terminate()
        await asyncio.to_thread(offices.wait)
        await together(_late_letter(there.here, life) for life in lives)
        await _save(there, home / "saved")
        before = await trail(there.here, lives)
        await there.open_offices()
        await _taken(there.here, count)
        await together(_erase(there.here, life) for life in lives if life.erased)
        await _renew_keys(there, count)
        yield Lived(there, lives, home / "saved", before)


@asynccontextmanager
async def restored(saved: Path, keys: Path, home: Path, stored: tuple[str, ...] = STORED) -> AsyncGenerator[Installation]:
    """The servers on what was saved, with keys from somewhere else; no office works."""
    for source, names in ((saved, stored), (keys, KEYS)):
        _copy(source, names, home)
    settings = Settings(home=home)
    async with embedded(settings, read_directory()) as running:
        yield Installation.of(settings, running)


def at_rest(saved: Path, keys: Path, home: Path) -> Installation:
    """The web console's database as it was saved, with keys from somewhere else; no server runs."""
    for source, names in ((saved, CONSOLE), (keys, KEYS)):
        _copy(source, names, home)
    return Installation(Settings(home=home), "", "", None)


async def trail(here: Here, lives: tuple[Life, ...]) -> Trail:
    """The lines of the processing logs about every case, and the figures of the register."""
    installation = here.installation
    places = [(slug, life.case) for life in lives for slug in sorted(life.keepers)]
    logged = {place: await installation.processing_log(place[0]).about(place[1]) for place in places}
    register = SqlRegister(installation.settings.registry)
    try:
        return Trail(logged, await register.counts())
    finally:
        await register.close()


async def begun(installation: Installation, lives: tuple[Life, ...]) -> None:
    """Somebody at the coordinator has a half-done form about every case."""
    url = installation.settings.console
    upgrade(url, Tables.SESSIONS)
    for life in lives:
        place = half_done(life)
        sealed = await seal(installation.case_keys(COORDINATOR), place, Typed([("needs", life.mark)], ""))
        await Drafts(url).keep(place, "t", sealed)


def half_done(life: Life) -> Place:
    """Where that lies."""
    return Place(COORDINATOR, FIRST, f"case-{life.case}", "record_intake")


async def together(work: Any) -> list[Any]:
    """A few at a time."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one(errand: Coroutine[Any, Any, T]) -> T:
        async with room:
            return await errand

    return await asyncio.gather(*(one(errand) for errand in work))


async def _begin(here: Here, number: int) -> Life:
    """Every tenth will be erased; every fifth is of a person who consents to be registered."""
    mark, registered = f"zzmark-{number}-zz", number % 5 == 0
    registrant = {"birth_year": 1990, "nationality": mark, "gender": "an example"} if registered else None
    content = Content(mark, registrant)
    return Life(await reported(here, content), content, number % 10 == 0)


async def _all_kept(here: Here, lives: tuple[Life, ...]) -> None:
    """Wait until nothing is left of any case but that it is kept."""
    installation = here.installation
    expected = {agency.slug: sum(agency.slug in life.keepers for life in lives) for agency in installation.directory.agencies}

    async def ended() -> bool:
        for slug, count in expected.items():
            client = await installation.client(installation.directory.get(slug))
            running = await client.count_workflows("ExecutionStatus = 'Running'")
            kept = [life for life in lives if await here.kept(slug, life.case)]
            if running.count or len(kept) != count:
                return False
        return True

    await until(ended, seconds=PATIENCE + len(lives), pause=0.3)


async def _late_letter(here: Here, life: Life) -> None:
    """The reporter says something once more: it waits in the desk's inbox while nobody works, and is then a dead letter."""
    data = {"signal": {"municipality": "GM0184", "account": life.mark}}
    await here.put(REPORTER, DESK, SignalReported, here.event(REPORTER, SignalReported, data, caseref=life.case, sequence="2"))


async def _taken(here: Here, count: int) -> None:
    """Wait until nothing waits for the desk any more."""

    async def empty() -> bool:
        return await here.waiting(DESK) == 0

    await until(empty, seconds=PATIENCE + count)


async def _save(there: Town, saved: Path) -> None:
    """Stopped at once, as a power cut does; everything that was acknowledged is on disk."""
    for server in ("nats-server", "temporal"):
        await there.kill(server)
    _copy(there.keten.home, (*STORED, *CONSOLE, *KEYS), saved)
    for server in ("nats-server", "temporal"):
        await there.revive(server)


def _copy(source: Path, names: tuple[str, ...], to: Path) -> None:
    """By another process: SQLite's locks end when a process that has a database open closes it in any other way."""
    to.mkdir(mode=0o700, parents=True, exist_ok=True)
    there = [source / name for name in names if (source / name).exists()]
    subprocess.run(["cp", "-a", *there, to], check=True)


async def _erase(here: Here, life: Life) -> None:
    """One person of the coordinator asks, another confirms; at every agency that was told a person confirms it too."""
    installation = here.installation
    people = {name: installation.played_by(name) for name in (FIRST, SECOND)}

    def order(name: str, slug: str) -> str:
        return people[name].sign(erasure_of(life.case), installation.directory.get(slug))

    await here.ask_about(COORDINATOR, life.case)
    await here.staff.decide(COORDINATOR, life.case, "ask_erasure", order=order(FIRST, COORDINATOR), reason="request")
    await here.staff.decide(COORDINATOR, life.case, "confirm_erasure", order=order(SECOND, COORDINATOR))
    for slug in [slug for slug in (DESK, REGISTRY, REPORTER) if slug in life.keepers]:
        await here.staff.sees(slug, life.case, "asked", "retention")
        await here.staff.decide(slug, life.case, "confirm_erasure", order=order(FIRST, slug))
    for slug in life.keepers:
        await here.staff.sees(slug, life.case, "erased", "retention")


async def _renew_keys(there: Town, count: int) -> None:
    """The tending of every office, when its keys are old; and again when the overlap has passed. The desk has dead letters."""
    directory, overlap = read_directory(), timedelta(seconds=5 + count / 10)
    for agency in sorted(directory.agencies, key=lambda agency: agency.slug != DESK):
        await _tend(agency, _tending(there, timedelta(microseconds=1), overlap))

    async def old_ones_are_gone() -> bool:
        for agency in directory.agencies:
            await _tend(agency, _tending(there, timedelta(days=365), overlap))
        return not any(f'"{agency.slug}.1.' in private_keys(there.keten.home, agency.slug) for agency in directory.agencies)

    await until(old_ones_are_gone, seconds=PATIENCE + 2 * overlap.total_seconds(), pause=1)


def private_keys(home: Path, slug: str) -> str:
    """The file with an agency's private keys for events."""
    return (home / "keys" / f"{slug}.events.jwks").read_text()


def _tending(there: Town, age: timedelta, overlap: timedelta) -> Installation:
    other = {"key_age": age / timedelta(days=1), "key_overlap": overlap / timedelta(days=1)}
    installation = there.here.installation
    settings = installation.settings.model_copy(update=other)
    return Installation(settings, installation.nats_url, installation.temporal_address, None)


async def _tend(agency: Agency, wiring: Installation) -> None:
    bus = broker(wiring.nats_url, wiring.keys.seed(agency.slug, Role.WORKER))
    await bus.connect()
    try:
        await tend(agency, wiring, bus)
    finally:
        await bus.stop()
