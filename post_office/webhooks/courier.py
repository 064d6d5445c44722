"""Delivers to one endpoint: in order per case, cases side by side, until each event is taken or set aside."""

import asyncio
from datetime import datetime, timedelta

import structlog

from post_office.ports import Heard
from post_office.webhooks.endpoint import NO_CASE, Attempt, Endpoint, Form, Place
from post_office.webhooks.means import Means
from post_office.webhooks.outcomes import Outcome
from post_office.webhooks.parcels import Parcel, heartbeat, of_event
from post_office.webhooks.schedule import delay
from post_office.webhooks.secrets import Altered
from post_office.webhooks.sending import AT_A_TIME, Answer
from post_office.webhooks.telling import tell

log = structlog.get_logger()

AGAIN_AT_A_TIME = AT_A_TIME // 2
"""Of these at most are given to what has failed before: what hangs leaves room for what is new."""

PAGE = 200
"""Events of the feed that are read at a time."""

LONGEST_WAIT = 30.0
FAULT_PAUSE = 5.0
"""Seconds after a fault of our own, as a full disk."""


class Courier:
    """One endpoint's."""

    def __init__(self, endpoint: str, means: Means) -> None:
        self._id = endpoint
        self._means = means
        self._busy: dict[str, tuple[asyncio.Task[None], bool]] = {}
        self._moving = asyncio.Lock()
        self._woken = asyncio.Event()
        self._read_to = 0
        self._rests = False
        self._beats: int | None = 0
        """As it was set last; at first nobody knows."""

    def wake(self) -> None:
        """Look again now: something was changed."""
        self._woken.set()

    async def run(self) -> None:
        """Deliver until the endpoint is removed."""
        try:
            while True:
                self._woken.clear()
                try:
                    seconds = await self.look()
                except Exception as error:  # whatever it is, it passes or a person sees it; nothing is given up
                    log.warning("webhook_delayed", error=type(error).__name__)
                    seconds = FAULT_PAUSE
                if seconds is None:
                    return
                await self._wait(seconds)
        finally:
            tasks = [task for task, _ in self._busy.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def look(self) -> float | None:
        """Read on, begin every try that is due, and tell a person if it fails.

        Returns:
            Seconds until the next look; None: the endpoint was removed.
        """
        endpoint = await self._means.store.find(self._id)
        if endpoint is None:
            return None
        self._rests = endpoint.rested_at is not None
        moments: list[datetime | None] = [await tell(endpoint, self._means)]
        if not self._rests:
            await self._read_on(endpoint)
            await self._signs_of_life(endpoint)
            moments.append(await self._begin(endpoint))
        now = self._means.clock()
        return max(0.0, min(((moment - now).total_seconds() for moment in moments if moment), default=LONGEST_WAIT))

    async def settle(self) -> bool:
        """Wait until no try is under way; whether one was."""
        were = bool(self._busy)
        while self._busy:
            await asyncio.gather(*(task for task, _ in self._busy.values()), return_exceptions=True)
        return were

    async def set_aside(self, position: int) -> bool:
        """Go on after an event that the endpoint does not take; whether it waited there."""
        async with self._moving:
            place = await self._means.places.at(self._id, position)
            endpoint = await self._means.store.find(self._id)
            if place is None or endpoint is None:
                return False
            heard = await self._at(position)
            attempt = Attempt(position, heard.id if heard else "", self._means.clock(), Outcome.SET_ASIDE)
            moved = await self._done(endpoint, place, attempt)
        self.wake()
        return moved

    async def _wait(self, seconds: float) -> None:
        """Until something was heard, a try has ended, something was changed, or it is time."""
        seconds = min(seconds, LONGEST_WAIT)
        waits: list[asyncio.Task[bool]] = [asyncio.create_task(self._woken.wait())]
        if not self._rests:
            waits.append(asyncio.create_task(self._more(seconds)))
        try:
            await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waits:
                one.cancel()
            await asyncio.gather(*waits, return_exceptions=True)

    async def _more(self, seconds: float) -> bool:
        try:
            return await self._means.feed.more(self._read_to, seconds)
        except Exception as error:  # as in ``run``
            log.warning("webhook_delayed", error=type(error).__name__)
            await asyncio.sleep(FAULT_PAUSE)
            return False

    async def _read_on(self, endpoint: Endpoint) -> None:
        """Give places to what was heard since."""
        async with self._moving:
            read_to = endpoint.read_to
            while True:
                newest = await self._means.feed.newest()
                heard = await self._means.feed.feed(read_to, PAGE, endpoint.types)
                last = heard[-1].position if heard else read_to
                up_to = last if len(heard) == PAGE else max(newest, last)
                if up_to <= read_to:
                    break
                firsts: dict[str, int] = {}
                for one in heard:
                    firsts.setdefault(one.caseref, one.position)
                if not await self._means.places.read_on(self._id, (read_to, up_to), firsts, self._means.clock()):
                    self.wake()  # it was set elsewhere meanwhile
                    break
                read_to = up_to
            self._read_to = read_to
            await self._means.feed.handed(f"webhook {endpoint.name}", read_to, ())

    async def _signs_of_life(self, endpoint: Endpoint) -> None:
        wanted = endpoint.heartbeat
        if wanted != self._beats:
            due = self._means.clock() + timedelta(seconds=wanted) if wanted else None
            await self._means.places.beat(self._id, due)
            self._beats = wanted

    async def _begin(self, endpoint: Endpoint) -> datetime | None:
        """Begin what is due, as far as there are hands; when something is due next."""
        now = self._means.clock()
        if endpoint.paused_until and endpoint.paused_until > now:
            return endpoint.paused_until
        for place in await self._means.places.due(self._id, now, 2 * AT_A_TIME):
            again = place.tries > 0
            full = len(self._busy) >= AT_A_TIME or (again and self._again >= AGAIN_AT_A_TIME)
            if not full and place.caseref not in self._busy:
                self._busy[place.caseref] = asyncio.create_task(self._handle(endpoint, place)), again
        return await self._means.places.next_due(self._id, now)

    @property
    def _again(self) -> int:
        return sum(again for _, again in self._busy.values())

    async def _handle(self, endpoint: Endpoint, place: Place) -> None:
        try:
            await self._try(endpoint, place)
        except Exception as error:  # as in ``run``: what was sent and not written down is sent again
            log.warning("webhook_delayed", error=type(error).__name__)
            await asyncio.sleep(FAULT_PAUSE)
        finally:
            self._busy.pop(place.caseref, None)
            self.wake()

    async def _try(self, endpoint: Endpoint, place: Place) -> None:
        parcel = await self._parcel(endpoint, place)
        began = self._means.clock()
        if isinstance(parcel, Attempt):
            if parcel.outcome is Outcome.UNREADABLE:
                await self._failed(place, Answer(parcel.outcome), parcel)
                return
            async with self._moving:
                await self._done(endpoint, place, parcel)
            return
        try:
            to = await self._means.store.to(self._id, began)
        except Altered:
            answer = Answer(Outcome.UNREADABLE)
        else:
            if to is None:
                return
            answer = await self._means.sender.send(to, parcel)
        attempt = Attempt(parcel.position or 0, parcel.id, began, answer.outcome, answer.status, answer.milliseconds)
        if answer.outcome is Outcome.TAKEN:
            async with self._moving:
                await self._done(endpoint, place, attempt)
        else:
            await self._failed(place, answer, attempt)

    async def _parcel(self, endpoint: Endpoint, place: Place) -> Parcel | Attempt:
        """What is sent; or that there is nothing to send any more."""
        now = self._means.clock()
        if place.caseref == NO_CASE:
            return heartbeat(self._id, place.position, self._means.source, now, endpoint.read_to)
        heard = await self._at(place.position)
        if heard and heard.unreadable:
            return Attempt(place.position, heard.id, now, Outcome.UNREADABLE)
        if heard is None or heard.event is None:
            return Attempt(place.position, heard.id if heard else "", now, Outcome.ERASED)
        if endpoint.form is Form.FULL:
            await self._means.feed.handed(f"webhook {endpoint.name}", place.position - 1, (heard,))
        return of_event(heard, heard.event, endpoint.form)

    async def _at(self, position: int) -> Heard | None:
        found = await self._means.feed.feed(position - 1, 1)
        return found[0] if found and found[0].position == position else None

    async def _done(self, endpoint: Endpoint, place: Place, attempt: Attempt) -> bool:
        """Go on within the case; nobody reads on in the feed meanwhile, or the next event would be overlooked."""
        now = self._means.clock()
        if place.caseref == NO_CASE:
            due = now + timedelta(seconds=endpoint.heartbeat or LONGEST_WAIT)
            following = max(place.position + 1, int(due.timestamp()))
        else:
            following, due = await self._next(place), now
        return await self._means.places.done(self._id, place, (following, due), attempt)

    async def _next(self, place: Place) -> int | None:
        """The position of the next event of a case that the endpoint wants and that the feed was read up to."""
        endpoint = await self._means.store.find(self._id)
        seen = await self._means.feed.case(place.caseref)
        if endpoint is None or seen is None:
            return None
        for position in seen.heard:
            if place.position < position <= endpoint.read_to:
                heard = await self._at(position) if endpoint.types else None
                if not endpoint.types or (heard and heard.type in endpoint.types):
                    return position
        return None

    async def _failed(self, place: Place, answer: Answer, attempt: Attempt) -> None:
        now = self._means.clock()
        due = now + (answer.retry_after or delay(place.tries + 1, self._means.chance()))
        await self._means.places.failed(self._id, place, due, attempt)
        if answer.outcome is Outcome.GONE:
            await self._means.store.set(self._id, rested_at=now, alarmed_at=None)
        elif answer.retry_after and answer.status in {429, 503}:
            await self._means.store.set(self._id, paused_until=due)
