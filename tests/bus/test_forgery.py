"""On lanes that are open, too, nobody passes for another: every agency forges at every other, with everything that it holds."""

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest

from contracts.catalogue import lanes as all_lanes
from contracts.envelope import CloudEvent, source
from contracts.events.deliveries import DeliveryRefused
from contracts.events.signals import SignalReported
from post_office.ports import Stage
from runtime.bus import Delivery
from runtime.bus.connection import jetstream
from runtime.bus.seal import SEALED, SIGNATURES, SIGNED, read_outside
from tests.bus_server import DESK, POLICE, BusServer, eventually
from tests.post_office.at_work import at_work, signal, until

EVENT = DeliveryRefused.short_name()
"""An event that may go between any two agencies with a lane, and to which no inbox answers."""

TOLD = {"event_id": "0123456789abcdef", "event_type": "any", "system": "test", "code": "data_invalid", "reason": "invented"}


class Forged(NamedTuple):
    """A message that one agency puts on its own lane to another."""

    way: str
    forger: str
    to: str
    raw: bytes


class Forger:
    """One agency, which takes another's name."""

    def __init__(self, bus: BusServer, me: str, other: str) -> None:
        self._bus = bus
        self._me = me
        self._other = other

    def forge(self, to: str, written: CloudEvent | None = None) -> Iterator[Forged]:
        """Every way to be somebody else.

        Args:
            to: Slug of who shall believe it.
            written: What the other agency has really written; None: something invented.
        """
        true = written or self._event(self._other)
        captured = self._bus.seal(self._other).closed(true, to)
        ways = {
            "in another's name": self._bus.seal(self._me).closed(true, to),
            "with the name of another's key": self._sealed(true, to, self._signed(true, to)),
            "another's message again": captured,
            "another's message as its own": json.dumps(json.loads(captured) | {"source": self._event(self._me).source}).encode(),
            "sent on": self._sealed(true, to, self._received(true)),
            "sent on as its own": self._sealed(self._event(self._me), to, self._received(true)),
            "not sealed": true.to_json(),
        }
        for way, raw in ways.items():
            yield Forged(way, self._me, to, raw)

    def own(self, to: str) -> bytes:
        """What it may send."""
        return self._bus.seal(self._me).closed(self._event(self._me), to)

    def _event(self, slug: str) -> CloudEvent:
        return self._bus.event(slug, DeliveryRefused, TOLD, source=source(self._bus.agency(slug).oin, "test"))

    def _signed(self, message: CloudEvent, to: str) -> str:
        from joserfc import jws  # noqa: PLC0415 - what a forger would use

        keys = self._bus.event_keys
        header = {"alg": SIGNED, "kid": keys.to_sign(self._other).kid, "typ": "cloudevent", "for": to}
        return jws.serialize_compact(header, message.to_json(), keys.to_sign(self._me), registry=SIGNATURES)

    def _received(self, message: CloudEvent) -> str:
        """The signature under what the other agency once wrote to the forger itself."""
        now = datetime.now(UTC)
        raw = self._bus.seal(self._other).closed(message, self._me)
        return self._bus.seal(self._me).opened(read_outside(raw, now), self._bus.agency(self._other), now).proof

    def _sealed(self, message: CloudEvent, to: str, signed: str) -> bytes:
        from joserfc import jwe  # noqa: PLC0415 - what a forger would use

        key = self._bus.event_keys.to_seal(to)
        header = {"alg": SEALED[0], "enc": SEALED[1], "kid": key.kid, "cty": "cloudevent+jws"}
        data = jwe.encrypt_compact(header, signed.encode(), key, algorithms=list(SEALED))
        return json.dumps({**message.outside, "datacontenttype": "application/jose", "data": data}).encode()


async def test_nobody_passes_for_another(bus: BusServer) -> None:
    slugs = [agency.slug for agency in bus.directory.agencies]
    forgers = [Forger(bus, me, slugs[number - 1]) for number, me in enumerate(slugs)]
    lanes = {(lane.sender.slug, lane.recipient.slug) for lane in all_lanes(bus.directory) if lane.sender != lane.recipient}
    pairs = [(forger, me, to) for forger, me in zip(forgers, slugs, strict=True) for to in slugs if (me, to) in lanes]
    forged = [one for forger, _, to in pairs for one in forger.forge(to)]
    own = [Forged("own", me, to, forger.own(to)) for forger, me, to in pairs]
    taken: list[Delivery] = []
    await _send(bus, [*forged, *own], EVENT)
    await _empty(bus, slugs, taken)
    expected = Counter(one.forger for one in own)
    assert Counter(delivery.sender.slug for delivery in taken) == expected, f"of {len(forged)} forged messages some were taken"
    letters = [(slug, letter) for slug in slugs for letter in await _letters(bus, slug)]
    codes = [letter.code for _, letter in letters]
    assert len(codes) == len(forged)
    assert set(codes) == {"sender_mismatch", "signature_invalid", "not_sealed"}
    lanes_forged = {(slug, letter.sender, letter.code) for slug, letter in letters if letter.code != "not_sealed"}
    assert len(bus.alarms) == len(lanes_forged), "somebody who plays another is an alarm, once for each code"


@pytest.mark.long
async def test_nobody_passes_for_an_agency_with_a_post_office_at_another(bus: BusServer) -> None:
    """What the one has really sent is forged at the other by all who have the same lane to it."""
    lane = SignalReported.short_name()
    forgers = [one.sender.slug for one in all_lanes(bus.directory) if (one.recipient.slug, one.event) == (DESK, SignalReported)]
    forgers = [slug for slug in forgers if slug not in {POLICE, DESK}]  # who forges at itself only refuses itself
    async with at_work(bus, POLICE) as police:
        await police.book.keep([signal(1)])
        [ready] = await police.book.outbox.ready(DESK, (), 1)
        await until(police, "signal-1", Stage.SENT)
    forged = [one for me in forgers for one in Forger(bus, me, POLICE).forge(DESK, ready.message)]
    grounded = {"ground": "legal_task", "sequence": "1"}
    mine = [(me, bus.signal(source=source(bus.agency(me).oin, "post"), **grounded)) for me in forgers]
    own = [Forged("own", me, DESK, bus.seal(me).closed(message, DESK)) for me, message in mine]
    await _send(bus, [*forged, *own], lane)
    async with at_work(bus, DESK) as desk:

        async def empty() -> bool:
            return not await bus.waiting(DESK)

        await eventually(empty)
        feed = await desk.book.feed(0, 100)
    assert Counter(event.sender for event in feed) == Counter([POLICE, *forgers])
    [police_s] = [event.event for event in feed if event.sender == POLICE]
    assert police_s == ready.message.model_dump(mode="json", exclude_none=True)
    letters = await _letters(bus, DESK)
    assert len(letters) == len(forged)
    assert {letter.code for letter in letters} == {"sender_mismatch", "signature_invalid", "not_sealed"}


async def _send(bus: BusServer, messages: list[Forged], event: str) -> None:
    async def by(slug: str) -> None:
        async with bus.client(slug) as client:
            stream = jetstream(client)
            mine = [one for one in messages if one.forger == slug]
            await asyncio.gather(*(stream.publish(f"to.{one.to}.{event}", one.raw, timeout=20) for one in mine))

    await asyncio.gather(*(by(slug) for slug in {one.forger for one in messages}))


async def _empty(bus: BusServer, slugs: list[str], taken: list[Delivery]) -> None:
    async def take(delivery: Delivery) -> None:
        taken.append(delivery)

    async with AsyncExitStack() as stack:
        for slug in slugs:
            await stack.enter_async_context(bus.inbox(slug, take))

        async def empty() -> bool:
            return not any(await asyncio.gather(*(bus.waiting(slug) for slug in slugs)))

        await eventually(empty)


async def _letters(bus: BusServer, slug: str) -> Any:
    async with await bus.letters(slug) as letters:
        return await letters.list()
