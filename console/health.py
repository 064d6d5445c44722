"""How the parts of an installation do for one agency: all are looked at side by side, and nobody waits for one that is away."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from console import agency_checks as of_agency
from console.checks import disk
from console.finding import Check, Trouble, Well, looked_at
from console.installation import Installation
from contracts.agencies import Agency

PATIENCE = 2.0
"""Seconds for all parts together."""

PARTS: dict[str, Check] = {
    "office": of_agency.offices,
    "queue": of_agency.backlogs,
    "temporal": of_agency.door_of_temporal,
    "bus": of_agency.inboxes,
    "case_keys": of_agency.case_keys,
    "event_keys": of_agency.event_keys,
    "certificates": of_agency.certificates,
    "audit": of_agency.audit_logs,
    "settings": of_agency.settings,
    "files": of_agency.standing_still,
    "disk": disk,
}
"""What is looked at, by a code word, in the order in which it is shown."""

NO_ANSWER = "did not answer within two seconds"
LOOK = "look whether it runs, and into its log; `keten doctor` waits longer"


class Line(NamedTuple):
    """How a part does.

    Attributes:
        part: Its code word.
        where: Which one.
        what: How it does.
        do: What a person does about it; empty: it is well.
        since: Since when that is so: as the part says, else as it was seen here, without a break, whenever somebody looked.
    """

    part: str
    where: str
    what: str
    do: str = ""
    since: datetime | None = None

    @property
    def so(self) -> tuple[str, str, bool]:
        """What stays the same as long as it does well, or does not."""
        return self.part, self.where, not self.do


class Health:
    """Looks at parts. One that is still being looked at is not looked at again, however often somebody asks.

    Args:
        parts: What is looked at.
        patience: Seconds for all of it.
    """

    def __init__(self, parts: Mapping[str, Check] = PARTS, patience: float = PATIENCE) -> None:
        self._parts = parts
        self._patience = patience
        self._looking: dict[tuple[str, str], asyncio.Task[list[Trouble | Well]]] = {}
        self._seen: dict[str, dict[tuple[str, str, bool], datetime]] = {}

    async def of(self, installation: Installation, agency: Agency) -> tuple[Line, ...]:
        """How each part does for an agency.

        Args:
            installation: As somebody of that agency sees it.
            agency: Which one.
        """
        looks = {part: self._look(part, installation, agency) for part in self._parts}
        await asyncio.wait(looks.values(), timeout=self._patience)
        lines = [line for part, look in looks.items() for line in _lines(part, look)]
        before, now = self._seen.get(agency.slug, {}), datetime.now(UTC)
        seen = self._seen[agency.slug] = {line.so: before.get(line.so, now) for line in lines}
        return tuple(line if line.since else line._replace(since=seen[line.so]) for line in lines)

    def _look(self, part: str, installation: Installation, agency: Agency) -> "asyncio.Task[list[Trouble | Well]]":
        key = (agency.slug, part)
        if key not in self._looking:
            self._looking[key] = asyncio.create_task(looked_at(self._parts[part], installation))
            self._looking[key].add_done_callback(lambda _: self._looking.pop(key, None))
        return self._looking[key]


def _lines(part: str, look: "asyncio.Task[list[Trouble | Well]]") -> list[Line]:
    if not look.done() or look.cancelled():
        return [Line(part, "", NO_ANSWER, LOOK)]
    return [Line(part, one.where, one.what, one.do if isinstance(one, Trouble) else "", one.since) for one in look.result()]
