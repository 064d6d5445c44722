"""Who may ask what is kept of a case, or to erase it: whoever has a part in it. To all others it is a case that never was."""

from typing import Protocol

from contracts.events.disclosures import DisclosureMade, DisclosureRefused, DisclosureRequested
from contracts.events.erasures import ErasureCompleted, ErasureDeclined, ErasureRequested
from contracts.refusals import RefusalCode, Refused
from runtime.bus import Delivery

ABOUT_KEEPING = (
    DisclosureRequested,
    DisclosureMade,
    DisclosureRefused,
    ErasureRequested,
    ErasureCompleted,
    ErasureDeclined,
)


class Exchanges(Protocol):
    """The port to what was told to whom."""

    async def partners(self, case: str) -> tuple[str, ...]:
        """Slugs of the agencies that have a part in a case."""
        ...


async def check_part(delivery: Delivery, exchanges: Exchanges) -> None:
    """Let only those ask who told something of the case or were told: nothing in the answer may say that there is one.

    Raises:
        Refused: The sender has no part in it, or nobody here knows it; the words are the same.
    """
    if not isinstance(delivery.event, ABOUT_KEEPING):
        return
    if delivery.sender.slug not in await exchanges.partners(delivery.message.caseref):
        raise Refused(RefusalCode.CASE_UNKNOWN, "no file with this case reference is kept here")
