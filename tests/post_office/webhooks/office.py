"""Webhooks as a post office has them, with a clock that is given, and a book in memory."""

import os
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

from contracts.alarms import AlarmCode
from post_office.webhooks.allowed import Allowed
from post_office.webhooks.delivering import Delivering
from post_office.webhooks.desk import Desk
from post_office.webhooks.endpoint import Form, Wanted
from post_office.webhooks.means import Means
from post_office.webhooks.places import Places
from post_office.webhooks.secrets import Sealing
from post_office.webhooks.sending import Sender, resolve
from post_office.webhooks.store import Store
from post_office.webhooks.trust import Tls
from tests.post_office.webhooks.heard_book import HeardBook

SOURCE = "urn:nld:oin:00000099000000000002:systeem:post"
START = datetime(2026, 3, 2, 11, tzinfo=UTC)

ENOUGH = 2
"""Looks that find nothing to do, one after the other."""


class Clock:
    """Stands still until it is moved."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def real() -> datetime:
    return datetime.now(UTC)


class MemoryKeys:
    def __init__(self) -> None:
        self._keys: dict[str, bytes] = {}

    async def make_or_get(self, case: str) -> bytes:
        return self._keys.setdefault(case, os.urandom(32))


class Office:
    def __init__(
        self,
        url: str,
        clock: Callable[[], datetime] = real,
        *,
        hosts: str = "",
        development: bool = True,
        tls: Tls | None = None,
        resolving: Callable[[str, int], Awaitable[Sequence[str]]] = resolve,
        seconds: float = 10.0,
        sender: Sender | None = None,
        keys: MemoryKeys | None = None,
    ) -> None:
        self.book = HeardBook(clock)
        self.clock = clock
        self.alarms: list[tuple[datetime, AlarmCode, str]] = []
        self.store = Store(url, Sealing(keys or MemoryKeys()))
        self.places = Places(self.store)
        allowed = Allowed.read(hosts, development=development)
        self.sender = sender or Sender(allowed, clock, origin="almere", tls=tls, resolving=resolving, seconds=seconds)
        self.means = Means(self.book, self.store, self.places, self.sender, clock, lambda: 0.5, self.alarm, SOURCE)
        self.delivering = Delivering(self.means)
        self.desk = Desk(self.means, self.book, allowed, self.delivering)

    async def alarm(self, code: AlarmCode, words: str) -> None:
        self.alarms.append((self.clock(), code, words))

    async def make(
        self,
        url: str,
        form: Form = Form.FULL,
        types: frozenset[str] = frozenset(),
        heartbeat: int | None = None,
        name: str = "case-system",
    ) -> tuple[str, str]:
        """An endpoint: its id and its secret."""
        seen, secret = await self.desk.make(Wanted(name, url, form, types, heartbeat))
        return seen.endpoint.id, secret

    async def turn(self, endpoint: str) -> float:
        """Do all that is due now; seconds until something is due again.

        A try may end while it is looked what is due, and what follows it is seen by the next look.
        """
        courier = self.delivering.courier(endpoint)
        seconds, idle = None, 0
        while idle < ENOUGH:
            seconds = await courier.look()
            idle = 0 if await courier.settle() else idle + 1
        return seconds or 0.0

    async def live(self, endpoint: str, seconds: float) -> None:
        """Let simulated time pass, with all that is due in it."""
        assert isinstance(self.clock, Clock)
        until = self.clock.now + timedelta(seconds=seconds)
        while True:
            pause = max(0.001, await self.turn(endpoint))
            if self.clock.now + timedelta(seconds=pause) > until:
                self.clock.now = until
                return
            self.clock.move(pause)
