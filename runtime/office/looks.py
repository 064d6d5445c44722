"""What an agency's process looks at, each as one question to a server or a store."""

import shutil
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from contracts.agencies import Agency
from contracts.alarms import AlarmCode
from contracts.words import AgencyKind
from runtime.bus.standing import Standing, standing
from runtime.office.drivers import Drivers
from runtime.office.watching import Finding, Look
from runtime.private_files import KeyFileError
from runtime.stores.stores import Stores

TWICE = 2
"""A task can fail once by a fault that passes; what is found again at the next look is no such thing."""

FULL = 0.8
"""The part of a stream's room from which on a person hears of it."""

ROOM = 512 * 1024 * 1024
"""Bytes that must be free on the disk; the bus and the databases stop when there is none left."""

NOT_MOVED = timedelta(minutes=3)
"""After so long without anything settled an inbox in which something waits does not move."""


def looks_beside(agency: Agency, drivers: Drivers) -> list[Look]:
    """What every process of an agency looks at; at its inbox only where the key lies with which one may ask how it stands."""
    looks = [removed(drivers.stores, agency)]
    try:
        access = drivers.operator(agency)
    except KeyFileError:
        return looks
    return [*looks, inbox(agency, lambda: standing(access, agency.slug))]


def inbox(agency: Agency, ask: Callable[[], Awaitable[Standing]]) -> Look:
    """Whether the agency's inbox moves, and whether there is room in it."""

    async def look() -> Sequence[Finding]:
        return list(inbox_findings(await ask(), datetime.now(UTC)))

    return Look(f"inbox_of_{agency.slug}", look, TWICE, every=3)


def inbox_findings(found: Standing, now: datetime) -> Iterable[Finding]:
    """What a person must know of how an inbox stands."""
    for sender in found.unmoved(now - NOT_MOVED):
        yield Finding(
            AlarmCode.INBOX_STUCK, sender, f"what {sender} sent waits in the inbox, and nothing of it was taken for minutes"
        )
    for sender in found.throttled:
        yield Finding(
            AlarmCode.SENDER_THROTTLED, sender, f"{sender} has filled its share of the inbox: it can send no more for now"
        )
    for stream in found.streams:
        if stream.part_full >= FULL:
            words = f"{stream.name} is {stream.part_full:.0%} full, with {stream.messages} messages"
            yield Finding(AlarmCode.STREAM_FULL, stream.name, words)


def removed(stores: Stores, agency: Agency) -> Look:
    """Stores of an agency that were removed or exchanged while this process has them open."""

    def ours(name: str) -> bool:
        kind, _, slug = name.partition("/")
        return slug == agency.slug or (kind == "registry" and agency.kind is AgencyKind.REGISTRY)

    async def look() -> Sequence[Finding]:
        words = "{} was removed or exchanged while it is in use"
        return [Finding(AlarmCode.STORE_GONE, name, words.format(name)) for name in stores.gone() if ours(name)]

    return Look("stores", look)


def disk(home: Path, free: Callable[[Path], int] = lambda home: shutil.disk_usage(home).free) -> Look:
    """Whether there is room where the stores lie."""

    async def look() -> Sequence[Finding]:
        left = free(home)
        if left >= ROOM:
            return []
        return [Finding(AlarmCode.DISK_FULL, "home", f"{left // 1024**2} MB are left on the disk of the home directory")]

    return Look("disk", look)
