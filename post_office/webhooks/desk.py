"""What people and systems of the agency do with webhooks: the routes ask here."""

import secrets as random
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from post_office.ports import Refusal
from post_office.webhooks.allowed import Allowed, NotAllowed
from post_office.webhooks.delivering import Delivering
from post_office.webhooks.endpoint import Attempt, Endpoint, Place, SecretSeen, Wanted
from post_office.webhooks.means import Feed, Means
from post_office.webhooks.outcomes import Outcome
from post_office.webhooks.parcels import trial
from post_office.webhooks.secrets import Altered
from post_office.webhooks.sending import Answer

MOST_SHOWN = 100
"""Tries, or cases that wait, in one answer."""


class Book(Feed, Protocol):
    """What is needed of the book here, besides."""

    async def position_of(self, event_id: str) -> int | None: ...  # noqa: D102
    async def position_at(self, moment: datetime) -> int: ...  # noqa: D102


class Seen(NamedTuple):
    """An endpoint as it does.

    Attributes:
        endpoint: Itself.
        secrets: Those that sign.
        waiting: How many cases have an event that waits.
        failing_since: Since when that fails which has failed longest.
    """

    endpoint: Endpoint
    secrets: Sequence[SecretSeen]
    waiting: int
    failing_since: datetime | None


class Desk:
    """The webhooks of one agency.

    Args:
        means: What couriers work with.
        book: The same book.
        allowed: Which hosts may be called.
        delivering: The couriers.
    """

    def __init__(self, means: Means, book: Book, allowed: Allowed, delivering: Delivering) -> None:
        self._means = means
        self._book = book
        self._allowed = allowed
        self._delivering = delivering
        self._tested: set[str] = set()

    async def make(self, wanted: Wanted) -> tuple[Seen, str]:
        """A new endpoint and its secret; it gets what is heard from now on.

        Raises:
            Refusal: It may not be called, the name is taken, or there are too many.
        """
        self._check(wanted)
        endpoint, secret = await self._means.store.make(wanted, await self._book.newest(), self._means.clock())
        self._delivering.made(endpoint.id)
        return await self._seen(endpoint), secret

    async def change(self, endpoint_id: str, wanted: Wanted) -> Seen:
        """Set all of it anew; what waits is tried at once, also if it rested.

        Raises:
            Refusal: There is none, it may not be called, or the name is taken.
        """
        self._check(wanted)
        endpoint = await self._means.store.change(endpoint_id, wanted)
        if endpoint is None:
            raise none_such()
        await self._means.sender.forget(endpoint_id)
        await self._hurry(endpoint_id)
        return await self._seen(endpoint)

    async def remove(self, endpoint_id: str) -> None:
        """Forget an endpoint, and what waits for it; the feed has everything.

        Raises:
            Refusal: There is none.
        """
        if not await self._means.store.remove(endpoint_id):
            raise none_such()
        await self._delivering.removed(endpoint_id)

    async def all(self) -> list[Seen]:
        """Every endpoint, by name."""
        return [await self._seen(endpoint) for endpoint in await self._means.store.all()]

    async def one(self, endpoint_id: str) -> Seen:
        """An endpoint.

        Raises:
            Refusal: There is none.
        """
        return await self._seen(await self._there(endpoint_id))

    async def test(self, endpoint_id: str) -> Answer:
        """Send a test event now. If it is taken, all that failed is tried again at once.

        Raises:
            Refusal: There is no such endpoint, or a test is under way.
        """
        now = self._means.clock()
        try:
            to = await self._means.store.to(endpoint_id, now)
        except Altered:
            return Answer(Outcome.UNREADABLE)
        if to is None:
            raise none_such()
        if endpoint_id in self._tested:
            raise Refusal("too_busy", "a test of this endpoint is under way: wait for its answer")
        self._tested.add(endpoint_id)
        try:
            parcel = trial(f"test-{random.token_hex(8)}", self._means.source, now)
            answer = await self._means.sender.send(to, parcel)
        finally:
            self._tested.discard(endpoint_id)
        await self._means.places.note(endpoint_id, Attempt(0, parcel.id, now, answer.outcome, answer.status, answer.milliseconds))
        if answer.outcome is Outcome.TAKEN:
            await self._hurry(endpoint_id)
        return answer

    async def add_secret(self, endpoint_id: str) -> str:
        """A new secret; the one before signs for another day.

        Raises:
            Refusal: There is no such endpoint, or too many sign.
        """
        secret = await self._means.store.add_secret(endpoint_id, self._means.clock())
        if secret is None:
            raise none_such()
        return secret

    async def replay(self, endpoint_id: str, *, after: str | None = None, since: datetime | None = None) -> int:
        """Send again what was heard after an event, or from a moment on.

        Args:
            endpoint_id: Which.
            after: The id of an event.
            since: A moment; it counts where no event is named. Neither: everything.

        Returns:
            The position after which it begins.

        Raises:
            Refusal: There is no such endpoint or event.
        """
        endpoint = await self._there(endpoint_id)
        position = await self._book.position_of(after) if after else await self._book.position_at(since) if since else 0
        if position is None:
            raise Refusal("cursor_unknown", "no event with this id stands in the feed", ["/lastEventId"])
        await self._means.places.replay(endpoint_id, position)
        self._delivering.changed(endpoint_id)
        return min(position, endpoint.read_to)

    async def attempts(self, endpoint_id: str, before: int | None = None) -> Sequence[Attempt]:
        """What was tried, the newest first.

        Raises:
            Refusal: There is no such endpoint.
        """
        await self._there(endpoint_id)
        return await self._means.places.attempts(endpoint_id, before, MOST_SHOWN)

    async def waiting(self, endpoint_id: str) -> Sequence[Place]:
        """Cases with an event that waits; that which has failed longest first.

        Raises:
            Refusal: There is no such endpoint.
        """
        await self._there(endpoint_id)
        return await self._means.places.waiting(endpoint_id, MOST_SHOWN)

    async def set_aside(self, endpoint_id: str, position: int) -> None:
        """Go on in a case after an event that the endpoint does not take.

        Raises:
            Refusal: There is no such endpoint, or nothing waits at this position.
        """
        await self._there(endpoint_id)
        if not await self._delivering.courier(endpoint_id).set_aside(position):
            raise Refusal("not_found", "no event waits for this endpoint at this position; it may just have been taken")

    async def taken_to(self) -> int | None:
        """The position up to which every endpoint is done with everything: what stands after it must stay readable.

        Returns:
            None: there is no endpoint.
        """
        return await self._means.places.taken_to()

    def _check(self, wanted: Wanted) -> None:
        try:
            self._allowed.target(wanted.url)
        except NotAllowed as error:
            raise Refusal("url_not_allowed", str(error), ["/url"]) from None

    async def _hurry(self, endpoint_id: str) -> None:
        await self._means.places.hurry(endpoint_id, self._means.clock())
        self._delivering.changed(endpoint_id)

    async def _there(self, endpoint_id: str) -> Endpoint:
        found = await self._means.store.find(endpoint_id)
        if found is None:
            raise none_such()
        return found

    async def _seen(self, endpoint: Endpoint) -> Seen:
        places, secrets = self._means.places, await self._means.store.secrets(endpoint.id, self._means.clock())
        return Seen(endpoint, secrets, await places.count(endpoint.id), await places.failing_since(endpoint.id))


def none_such() -> Refusal:
    """What is said of an endpoint that is not there."""
    return Refusal("not_found", "there is no such endpoint: GET /v1/webhooks lists those that there are")
