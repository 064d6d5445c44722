"""A book in memory: what was heard, in order, as ``post_office.ports.Book`` says; nothing else of a book is here."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from post_office.ports import CaseSeen, Heard
from runtime.processing.log import NotLogged

TYPE = "nl.keten.signals.reported.v1"
OTHER = "nl.keten.referrals.offered.v1"
PERSONAL = "Hemlock"
"""Stands in the content of every event, and nowhere else."""


class HeardBook:
    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._heard: list[Heard] = []
        self._erased: dict[str, datetime] = {}
        self._bell = asyncio.Event()
        self._unaltered: Mapping[str, Any] | None = None
        self.unlogged = False
        self.handed_ = list[tuple[str, str]]()

    def hear(self, case: str, kind: str = TYPE, subject: str | None = None) -> Heard:
        """One more event about a case."""
        position = len(self._heard) + 1
        event_id = f"{position:08x}-5eed"
        event: dict[str, Any] = {
            "specversion": "1.0",
            "id": event_id,
            "source": "urn:nld:oin:00000099000000000001:systeem:case",
            "type": kind,
            "time": self._clock().isoformat(),
            "caseref": case,
            "sequence": "1",
            "datacontenttype": "application/json",
            "ground": "consent",
            "data": {"person": {"name": PERSONAL}},
        }
        heard = Heard(position, event_id, kind, "almere", case, subject, self._clock(), event)
        self._heard.append(heard)
        self._bell.set()
        self._bell = asyncio.Event()
        return heard

    def erase(self, case: str) -> None:
        self._heard = [one._replace(event=None) if one.caseref == case else one for one in self._heard]

    def alter(self, position: int, *, altered: bool = True) -> None:
        """What it is on a disk that was altered; or as it was before."""
        one = self._heard[position - 1]
        event, self._unaltered = (None, one.event) if altered else (self._unaltered, None)
        self._heard[position - 1] = one._replace(event=event, unreadable=altered)

    async def feed(self, after: int, most: int, types: frozenset[str] = frozenset()) -> list[Heard]:
        return [one for one in self._heard[after:] if not types or one.type in types][:most]

    async def handed(self, to: str, after: int, found: Sequence[Heard]) -> None:
        del after
        if self.unlogged and found:
            raise NotLogged
        self.handed_ += [(to, heard.id) for heard in found]

    async def more(self, after: int, seconds: float) -> bool:
        bell = self._bell
        if len(self._heard) <= after:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(bell.wait(), seconds)
        return len(self._heard) > after

    async def newest(self) -> int:
        return len(self._heard)

    async def position_of(self, event_id: str) -> int | None:
        return next((one.position for one in self._heard if one.id == event_id), None)

    async def position_at(self, moment: datetime) -> int:
        return max((one.position for one in self._heard if one.at < moment), default=0)

    async def case(self, caseref: str) -> CaseSeen | None:
        heard = tuple(one.position for one in self._heard if one.caseref == caseref)
        return CaseSeen(caseref, None, (), heard, None) if heard else None
