"""What a person who asks for access may be told of a case: which files are kept, and what was told to whom."""

from datetime import datetime
from typing import Protocol

from temporalio import activity

from activities.erasing import Question
from contracts.agencies import Directory, Party
from contracts.disclosed import disclosed
from contracts.events.disclosures import ANSWERING, Exchanged, HeldFile
from contracts.processing import Direction, Processing
from contracts.text import Model, Slug

NEWEST = 1000
"""How many exchanges an answer lists; of older ones it says how many there are."""


class Kept(Model):
    """What an agency keeps of a case, and told of it.

    Attributes:
        files: Its files about the case.
        exchanged: What was sent and taken, without what the law shields, in the order of time.
        partners: Other agencies that may be asked what they hold.
        erased_on: When what was held was erased.
        left_out: How many exchanges are older than those that are listed.
    """

    files: tuple[HeldFile, ...]
    exchanged: tuple[Exchanged, ...]
    partners: tuple[Party, ...]
    erased_on: datetime | None = None
    left_out: int = 0


class KeptFiles(Protocol):
    """The port to the files of an agency."""

    async def about(self, case: str) -> tuple[HeldFile, ...]:
        """The files about a case, open and ended; not those about keeping it."""
        ...


class Lines(Protocol):
    """The port to what was told to whom."""

    async def about(self, case: str) -> tuple[Processing, ...]:
        """Every line about a case, in the order of time."""
        ...


class Keys(Protocol):
    """The port to the keys of cases."""

    async def held(self, case: str) -> tuple[bool, datetime | None]:
        """Whether there is a key of the case, and when it was destroyed."""
        ...


class Disclosing:
    """Looks, for one agency; changes nothing."""

    def __init__(self, me: Slug, directory: Directory, files: KeptFiles, lines: Lines, keys: Keys) -> None:
        self._me = me
        self._directory = directory
        self._files = files
        self._lines = lines
        self._keys = keys

    @activity.defn
    async def what_is_kept(self, question: Question) -> Kept:
        """What is kept here of a case, what was told to whom, and who may be asked besides."""
        lines = disclosed(await self._lines.about(question.reference))
        _, erased = await self._keys.held(question.reference)
        return Kept(
            files=() if erased else await self._files.about(question.reference),
            exchanged=tuple(map(_exchanged, lines[-NEWEST:])),
            partners=tuple(self._partners(lines)),
            erased_on=erased,
            left_out=max(len(lines) - NEWEST, 0),
        )

    def _partners(self, lines: tuple[Processing, ...]) -> list[Party]:
        slugs = sorted({line.counterparty for line in lines} - {self._me})
        known = [self._directory.by_slug[slug] for slug in slugs if slug in self._directory.by_slug]
        return [agency.party for agency in known if agency.kind in ANSWERING]


def _exchanged(line: Processing) -> Exchanged:
    return Exchanged(
        on=line.start_time,
        type=line.event_type,
        way="sent" if line.direction is Direction.SENT else "taken",
        other=line.counterparty,
        ground=line.ground,
    )
