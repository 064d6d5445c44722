"""Sends every event of the catalogue at its upper bounds, over one connection per agency."""

import hashlib
from contextlib import AsyncExitStack
from itertools import count
from typing import Any, NamedTuple, Self

from contracts.catalogue import Lane, lanes
from contracts.envelope import CloudEvent, source
from contracts.event import Event
from contracts.events.deliveries import DeliveriesMissed
from contracts.refusals import RefusalCode, Refused
from contracts.words import Ground
from runtime.bus.connection import connect, jetstream
from runtime.bus.publisher import send
from tests.contracts.upper import at_upper_bound
from tests.installed import Here, eventually

POLICE, DESK, OWNER, SHELTER = "police-midden-nederland", "signal-desk", "coordinator-almere", "womens-shelter"
OFFICER, RIEC, REGISTRY, PROVINCE = "lelystad", "riec-midden-nederland", "comensha", "flevoland"
PARTIES = (OWNER, DESK, POLICE, SHELTER, OFFICER, RIEC, REGISTRY, PROVINCE)
"""Where the case is; the others take part where an event goes to nobody of these."""


class Sent(NamedTuple):
    """An event that was sent, or refused where it was written."""

    name: str
    id: str
    code: RefusalCode | None


class Wires:
    """A connection of each agency."""

    def __init__(self, here: Here) -> None:
        self._here, self._numbers, self._stack = here, count(1), AsyncExitStack()
        self._streams: dict[str, Any] = {}
        self._lanes = lanes(here.installation.directory)
        self.lanes = {lane.event: lane for lane in sorted(self._lanes, key=_rank, reverse=True)}

    async def __aenter__(self) -> Self:
        for agency in self._here.installation.directory.agencies:
            client = await connect(*self._here.installation.operator(agency))
            self._stack.push_async_callback(client.close)
            self._streams[agency.slug] = jetstream(client)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    def lane(self, sender: str, recipient: str, event: type[Event]) -> Lane:
        """The one between two agencies."""
        wanted = (sender, recipient, event)
        return next(lane for lane in self._lanes if (lane.sender.slug, lane.recipient.slug, lane.event) == wanted)

    async def send(self, lane: Lane, case: str, system: str = "", sequence: int = 1, data: dict[str, Any] | None = None) -> Sent:
        """At its upper bounds, unless something else is given; each on a line of its own, unless one is named."""
        system, data = system or f"{'z' * 36}{next(self._numbers):04}", data or data_of(lane.event)
        fields: dict[str, Any] = {
            "id": hashlib.sha256(f"{case} {system} {sequence}".encode()).hexdigest(),
            "source": source(lane.sender.oin, system),
            "caseref": case,
            "sequence": str(sequence),
            "ground": Ground.CONSENT if data.get("consented") else max(lane.event.rule.grounds, key=len),
            "traceparent": f"00-{'f' * 32}-{'f' * 16}-01",
            "causationid": "f" * 64,
        } | ({"previous": "f" * 64} if sequence > 1 else {})
        event = CloudEvent.model_validate(self._here.event(lane.sender.slug, lane.event, data, **fields))
        name = lane.event.short_name()
        try:
            body = self._here.installation.seal(lane.sender).closed(event, lane.recipient.slug)
        except Refused as refused:
            return Sent(name, event.id, refused.code)
        await send(self._streams[lane.sender.slug], lane.as_sent, body, event.id)
        return Sent(name, event.id, None)

    async def all_taken(self) -> None:
        """Wait until no inbox has anything waiting, twice: what was taken is answered."""
        for _ in range(2):
            await eventually(self._empty)

    async def _empty(self) -> bool:
        standing = [(await stream.stream_info("INBOX")).state.messages for stream in self._streams.values()]
        return not any(standing)


def _rank(lane: Lane) -> tuple[bool, int, int]:
    """From one agency to another rather than to itself, and to where the case is."""
    sender, recipient = lane.sender.slug, lane.recipient.slug
    return sender == recipient, _place(recipient), _place(sender)


def _place(slug: str) -> int:
    return PARTIES.index(slug) if slug in PARTIES else len(PARTIES)


def data_of(event: type[Event]) -> dict[str, Any]:
    """What its schema cannot bound: a region that is one of a table, and a list that is bounded where it is read."""
    if event is not DeliveriesMissed:
        data = at_upper_bound(event)
        return data | {"care_region": "Almere"} if "care_region" in data else data
    return {"system": "z" * 40, "numbers": list(range(1, 1_001)), "spans": [{"first": 1, "last": 999_999_999}] * 500}
