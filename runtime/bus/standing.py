"""How an agency's inbox stands: what waits since when, whose share is full, and how much room is left."""

from collections import Counter
from datetime import datetime
from typing import Any, cast

from nats.js import JetStreamContext
from nats.js.api import ConsumerInfo
from nats.js.errors import NotFoundError

from contracts.text import Model
from runtime.bus.connection import Access, connect, jetstream
from runtime.bus.shares import sender_of

STREAMS = ("INBOX", "DEAD", "ANSWERS")
PAGE = 256
"""How many consumers the server lists at a time."""


class StreamStanding(Model):
    """One stream, or that it is missing.

    Attributes:
        name: INBOX, DEAD (what could not be taken) or ANSWERS (refusals that were not sent yet).
        there: Whether it exists.
        most_bytes: How much fits; None: there is no limit.
        full_lanes: Subjects without their part of this stream that hold as many messages as they may.
    """

    name: str
    there: bool = True
    messages: int = 0
    bytes: int = 0
    most_bytes: int | None = None
    full_lanes: tuple[str, ...] = ()

    @property
    def part_full(self) -> float:
        """Which part of its room is taken, from 0 to 1."""
        return self.bytes / self.most_bytes if self.most_bytes else 0.0


class SenderStanding(Model):
    """What waits of one sender.

    Attributes:
        waiting: Events that were not handed out yet.
        under_way: Events that were handed out and are not settled: being taken, or they wait for another try.
        most_under_way: How many of those there may be.
        oldest: When the oldest event that is still there arrived; None: none is.
        last_settled: When an event of this sender was settled last; None: never.
        full_lanes: Events (short names) of which this sender can send no more before some were taken.
    """

    sender: str
    waiting: int
    under_way: int
    most_under_way: int
    oldest: datetime | None = None
    last_settled: datetime | None = None
    full_lanes: tuple[str, ...] = ()

    @property
    def throttled(self) -> bool:
        """Something of this sender waits only because its own share is full."""
        return bool(self.full_lanes) or (self.waiting > 0 and self.under_way >= self.most_under_way)


class Standing(Model):
    """One agency's inbox, dead letters and answers."""

    agency: str
    streams: tuple[StreamStanding, ...]
    senders: tuple[SenderStanding, ...]

    @property
    def throttled(self) -> tuple[str, ...]:
        """Senders whose own share is full."""
        return tuple(one.sender for one in self.senders if one.throttled)

    def unmoved(self, since: datetime) -> tuple[str, ...]:
        """Senders of whom something has waited since before a moment, while nothing of theirs was settled after it."""
        return tuple(
            one.sender
            for one in self.senders
            if one.oldest and one.oldest < since and (one.last_settled is None or one.last_settled < since)
        )


async def standing(access: Access, agency: str) -> Standing:
    """Ask the bus, as the agency's operator.

    Raises:
        BusUnreachable: There is no connection.
        NatsError: The bus refuses.
    """
    client = await connect(*access)
    try:
        stream = jetstream(client)
        streams = tuple([await _stream(stream, name) for name in STREAMS])
        full = streams[0].full_lanes
        senders = tuple([await _sender(stream, info, full) for info in await consumers(stream)]) if streams[0].there else ()
        return Standing(agency=agency, streams=streams, senders=senders)
    finally:
        await client.close()


async def consumers(stream: JetStreamContext) -> list[ConsumerInfo]:
    """All consumers of the inbox; the server lists some at a time."""
    found: list[ConsumerInfo] = []
    while True:
        page = await stream.consumers_info("INBOX", offset=len(found))
        found += page
        if len(page) < PAGE:
            return found


async def _stream(stream: JetStreamContext, name: str) -> StreamStanding:
    try:
        info = await stream.stream_info(name, subjects_filter=">")
    except NotFoundError:
        return StreamStanding(name=name, there=False)
    config, state = info.config, info.state
    most = config.max_msgs_per_subject
    counts: Counter[str] = Counter(cast("dict[str, int] | None", cast("Any", state).subjects) or {})
    return StreamStanding(
        name=name,
        messages=state.messages,
        bytes=state.bytes,
        most_bytes=config.max_bytes if config.max_bytes and config.max_bytes > 0 else None,
        full_lanes=tuple(sorted(subject.partition(".")[2] for subject, count in counts.items() if 0 < most <= count)),
    )


async def _sender(stream: JetStreamContext, info: ConsumerInfo, full: tuple[str, ...]) -> SenderStanding:
    sender = sender_of(info.name) or info.name
    waiting, under_way = info.num_pending or 0, info.num_ack_pending or 0
    settled: Any = info.ack_floor
    return SenderStanding(
        sender=sender,
        waiting=waiting,
        under_way=under_way,
        most_under_way=info.config.max_ack_pending or 0,
        oldest=await _oldest(stream, info) if waiting or under_way else None,
        last_settled=getattr(settled, "last_active", None),
        full_lanes=tuple(lane.partition(".")[2] for lane in full if lane.startswith(f"{sender}.")),
    )


async def _oldest(stream: JetStreamContext, info: ConsumerInfo) -> datetime | None:
    """What was taken is removed, so the first that is there has waited longest."""
    try:
        first = await stream.get_msg("INBOX", 1, subject=info.config.filter_subject or "from.>", next=True)
    except NotFoundError:
        return None
    return first.time
