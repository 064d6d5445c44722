"""What agencies wrote down of what they sent and took, for a person who looks; that they look is written down first."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from console.installation import Installation
from console.rungs import CaseLog
from console.witness import Witness
from contracts.agencies import Agency
from contracts.standing import Hanging
from contracts.views import FileView
from runtime.processing.settling import Settling

MOST = 200
"""Letters of a list."""


class Late(NamedTuple):
    """What hangs at an agency.

    Attributes:
        letters: The oldest first, at most so many as a list has.
        counts: How many there are, by recipient.
        minutes: How long a letter may take before it stands here.
    """

    letters: Sequence[Hanging]
    counts: dict[str, int]
    minutes: int


class Logbook:
    """Reads processing logs, and what became of what was sent."""

    def __init__(self, installation: Installation, witness: Witness | None = None) -> None:
        self._installation = installation
        self._witness = witness or installation.witness

    async def of_case(
        self, agency: Agency, reference: str, what: str, views: Sequence[FileView], *, whole: bool = True
    ) -> CaseLog:
        """What an agency wrote down of a case.

        Args:
            agency: Which.
            reference: Of the case.
            what: What is looked at, as a coded word for the audit log.
            views: Its files of the case.
            whole: Whether all of its files answered.
        """
        await self._witness.read(agency, what, reference)
        log = self._installation.processing_log(agency.slug)
        settling = Settling(log)
        lines, standings, held_to = await log.about(reference), await settling.of_case(reference), await settling.held_to()
        return CaseLog(lines, standings, views, whole=whole, held_to=held_to)

    async def late(self, agency: Agency, now: datetime) -> Late:
        """What an agency sent that nobody has confirmed for so long that a person should look."""
        await self._witness.read(agency, "deliveries")
        patience = timedelta(seconds=self._installation.settings.silence_patience)
        settling = Settling(self._installation.processing_log(agency.slug))
        counts = await settling.counted(now - patience)
        return Late(await settling.hanging_letters(now - patience, MOST), counts, int(patience.total_seconds() // 60))
