"""Fetching what waits in an inbox: a few at a time of each sender, so that nobody takes the places of another.

One subscription serves all senders; a request that waits costs next to nothing, on either side.
"""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import NamedTuple, Self

import structlog
from faststream.nats import NatsBroker
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from runtime.bus.connection import headers_of
from runtime.bus.shares import sender_of

log = structlog.get_logger()

NAMES = "$JS.API.CONSUMER.NAMES.INBOX"
NEXT = "$JS.API.CONSUMER.MSG.NEXT.INBOX"
EXPIRES = 60
"""Seconds that a request waits at the server. After a lost connection everything is asked for anew at once."""
LOST = 10
"""Seconds beyond that after which a request without an answer is taken to be lost."""
TICK = 0.25
GRACE = 5.0
"""Seconds that what is under way has to come to its end."""
EXPIRED = "408"
KEEP_ALIVE = 10.0
"""Seconds between signs of life while an event is handled or waits for a place; the server delivers again after 30 without."""

PAGE = 1024


class Pace(NamedTuple):
    """How fast an office takes what comes, and how much of it is one sender's.

    Attributes:
        of_one: Events of one sender at a time.
        of_all: Events of all senders at a time.
        rate: Events of one sender in a second, in the long run.
        burst: How many of one sender may come at once before that counts.
        opening_rate: As ``rate``, of events that open a file: each is work for many, and is sent on.
        opening_burst: As ``burst``, of such events.
        patience: Seconds for which a sender may send more than that before a person hears of it.
        tries: How often an event is tried that raises what nobody foresaw.
    """

    of_one: int = 4
    of_all: int = 128
    rate: float = 50.0
    burst: float = 200.0
    opening_rate: float = 0.5
    opening_burst: float = 20.0
    patience: float = 60.0
    tries: int = 5

    @classmethod
    def opening(cls, rate: float, *, of_one: int) -> Self:
        """With as many openings in a second; what may come at once is as much as comes in 40 seconds then."""
        return cls(of_one=of_one, opening_rate=rate, opening_burst=rate * cls().opening_burst / cls().opening_rate)


class Line:
    """What was asked for and is being handled of one sender."""

    def __init__(self, consumer: str, pace: Pace) -> None:
        self._pace = pace
        self.consumer = consumer
        self.sender = sender_of(consumer) or consumer
        self.asked = 0
        self.in_hand = 0
        self.left = pace.burst
        self.openings = pace.opening_burst
        self.asks_from = 0.0
        self.answered_by = 0.0
        self.slowed_since: float | None = None
        self.told = False

    @property
    def used_up(self) -> bool:
        """Whether the sender has had what is taken of one sender for now."""
        return min(self.left, self.openings) < 1

    @property
    def recovered(self) -> float:
        """How much of its share is there again: 1 is all of it."""
        return min(self.left / self._pace.burst, self.openings / self._pace.opening_burst)

    @property
    def places(self) -> int:
        """How many events may be asked for now."""
        return min(self._pace.of_one - self.in_hand, int(self.left), int(self.openings))

    def refill(self, seconds: float) -> None:
        """What comes again as time passes."""
        self.left = min(self._pace.burst, self.left + seconds * self._pace.rate)
        self.openings = min(self._pace.opening_burst, self.openings + seconds * self._pace.opening_rate)

    def count(self, *, opens: bool) -> None:
        """One has come."""
        self.asked = max(0, self.asked - 1)
        self.in_hand += 1
        self.left -= 1
        self.openings -= opens


class Pull:
    """Hands every message to a handler, within the limits of a pace."""

    def __init__(  # noqa: PLR0913, PLR0917 - what is fetched, for whom, how fast, and what is done with it
        self,
        broker: NatsBroker,
        agency: str,
        pace: Pace,
        handle: Callable[[Msg], Awaitable[None]],
        slowed: Callable[[str], Awaitable[None]],
        paused: Callable[[], bool],
        opens: Callable[[str], bool],
    ) -> None:
        self._broker = broker
        self._agency = agency
        self._pace = pace
        self._handle = handle
        self._slowed = slowed
        self._paused = paused
        self._opens = opens
        self._lines: dict[str, Line] = {}
        self._places = asyncio.Semaphore(pace.of_all)
        self._tasks: set[asyncio.Task[None]] = set()
        self._refilled = time.monotonic()

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[None]:
        """Take while inside; what is under way at the end is finished, or comes again.

        Raises:
            NatsError: There is no inbox here.
        """
        client: Client = self._broker.config.connection_state.connection
        for consumer in await _consumers(client):
            self._lines[consumer] = Line(consumer, self._pace)
        self._client, self._inbox = client, client.new_inbox()
        heard = await client.subscribe(f"{self._inbox}.*", cb=self._arrived, pending_bytes_limit=-1)  # pyright: ignore[reportUnknownMemberType]
        asking = asyncio.create_task(self._keep_asking())
        try:
            yield
        finally:
            asking.cancel()
            with suppress(NatsError, OSError):  # without a connection nothing comes any more
                await asyncio.wait_for(heard.drain(), GRACE / 2)
            await self._finished()

    async def _keep_asking(self) -> None:
        """What could not be asked for at once; after a new connection everything, as the server forgot what it was asked."""
        connections = -1
        while True:
            if self._client.is_connected:
                anew = self._client.stats["reconnects"] != connections
                connections = self._client.stats["reconnects"]
                await self._look_after_lines(anew=anew)
            await asyncio.sleep(TICK)

    async def _look_after_lines(self, *, anew: bool) -> None:
        now = time.monotonic()
        passed, self._refilled = now - self._refilled, now
        for line in self._lines.values():
            line.refill(passed)
            if anew or now > line.answered_by:
                line.asked = 0
            await self._ask(line)
            await self._tell(line, now)

    async def _ask(self, line: Line) -> None:
        """One request at a time for each sender, for as many as there are places for."""
        now = time.monotonic()
        count = line.places
        if self._paused() or line.asked or count < 1 or now < line.asks_from:
            return
        line.asked, line.answered_by = count, now + EXPIRES + LOST
        wanted = json.dumps({"batch": count, "expires": EXPIRES * 1_000_000_000}).encode()
        with suppress(NatsError, OSError):  # asked again when it is taken to be lost, or after a new connection
            await self._client.publish(f"{NEXT}.{line.consumer}", wanted, reply=f"{self._inbox}.{line.consumer}")

    async def _arrived(self, message: Msg) -> None:
        if not message.reply.startswith("$JS.ACK."):
            await self._said(message)
            return
        line = self._lines.get(message.metadata.consumer)
        if line is None:
            return
        line.count(opens=message.metadata.num_delivered == 1 and self._opens(message.subject))
        self._note_pace(line, message.metadata.num_pending)
        task = asyncio.create_task(self._work(line, message))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _said(self, message: Msg) -> None:
        """A word of the server: the request has ended."""
        line = self._lines.get(message.subject.rpartition(".")[2])
        if line is None:
            return
        line.asked = 0
        if headers_of(message).get("Status") != EXPIRED:
            line.asks_from = time.monotonic() + 1
        await self._ask(line)

    async def _work(self, line: Line, message: Msg) -> None:
        try:
            async with _kept_alive(message), self._places:
                await self._handle(message)
        finally:
            line.in_hand -= 1
        await self._ask(line)

    def _note_pace(self, line: Line, waiting: int) -> None:
        if line.used_up and waiting and line.slowed_since is None:
            line.slowed_since = time.monotonic()
            log.warning("sender_slowed", agency=self._agency, sender=line.sender)
        elif line.slowed_since is not None and line.recovered >= 0.5:
            line.slowed_since, line.told = None, False

    async def _tell(self, line: Line, now: float) -> None:
        """A person hears once of a sender who goes on; an ordinary backlog is over before."""
        if line.slowed_since is not None and line.recovered >= 1:
            line.slowed_since, line.told = None, False
        if line.slowed_since is not None and not line.told and now - line.slowed_since > self._pace.patience:
            line.told = True
            await self._slowed(line.sender)

    async def _finished(self) -> None:
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=GRACE)
            for task in late:
                task.cancel()


async def _consumers(client: Client) -> list[str]:
    """Names of all consumers of the inbox: of those who may send, and of those who once could."""
    found: list[str] = []
    while True:
        answer = await client.request(NAMES, json.dumps({"offset": len(found)}).encode(), timeout=5)
        said = json.loads(answer.data)
        if "error" in said:
            raise NatsError(f"the inbox could not be opened: {said['error'].get('description')}; `keten provision` makes it")
        page: list[str] = said["consumers"] or []
        found += page
        if len(page) < PAGE or len(found) >= said["total"]:
            return [name for name in found if sender_of(name)]


@asynccontextmanager
async def _kept_alive(message: Msg) -> AsyncGenerator[None]:
    task = asyncio.create_task(_show_life(message))
    try:
        yield
    finally:
        task.cancel()


async def _show_life(message: Msg) -> None:
    while True:
        await asyncio.sleep(KEEP_ALIVE)
        with suppress(Exception):  # the next sign of life may be heard again
            await message.in_progress()
