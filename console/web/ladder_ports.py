"""What the pages about deliveries and consents need of others."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from console.rungs import CaseLog
from contracts.agencies import Agency
from contracts.standing import Hanging
from contracts.views import FileView


class Late(Protocol):
    """What hangs at an agency."""

    @property
    def letters(self) -> Sequence[Hanging]:
        """The oldest first, and not more than a page holds."""
        ...

    @property
    def counts(self) -> Mapping[str, int]:
        """How many there are, by recipient."""
        ...

    @property
    def minutes(self) -> int:
        """How long a letter may take."""
        ...


class Logbook(Protocol):
    """What an agency wrote down of what it sent and took. That somebody looks is written down first."""

    async def of_case(
        self, agency: Agency, reference: str, what: str, views: Sequence[FileView], *, whole: bool = True
    ) -> CaseLog:
        """What it wrote down of a case."""
        ...

    async def late(self, agency: Agency, now: datetime) -> Late:
        """What it sent that nobody has confirmed for long."""
        ...
