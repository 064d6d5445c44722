"""What several pages about a case begin with: who asks, which files there are, and what their agency wrote down of it."""

from collections.abc import Sequence
from typing import NamedTuple

from fastapi import Request

from console.file_names import is_reference
from console.rungs import CaseLog
from console.web.asked import Asked, asked, not_here
from console.web.looking import Looked, look
from console.web.ports import HANDLE, Desk
from contracts.views import FileView

AUDIT = "audit"
"""The right of whoever looks at what was done."""


class OfCase(NamedTuple):
    """A case, for one who asks.

    Attributes:
        who: They.
        looked: Its files.
        log: What their agency wrote down of it.
    """

    who: Asked
    looked: Looked
    log: CaseLog

    @property
    def views(self) -> Sequence[FileView]:
        """The files that answered."""
        return self.log.views

    @property
    def whole(self) -> bool:
        """Whether all of them did."""
        return not self.looked.silent and not self.looked.unlisted


async def of_case(desk: Desk, request: Request, reference: str, what: str, rights: Sequence[str] = (HANDLE,)) -> OfCase:
    """A case of the agency of whoever asks.

    Args:
        desk: What pages are given.
        request: Which asks.
        reference: Of the case.
        what: What is looked at, as a coded word for the audit log.
        rights: One of these is needed.

    Raises:
        HTTPException: There is nothing of theirs, or they may not look.
    """
    who = await asked(desk, request, rights[0] if len(rights) == 1 else None)
    if not {*rights} & {*who.visit.rights} or not is_reference(reference):
        raise not_here()
    looked = await look(desk.files(who.visit), desk.lists(who.visit), who.visit.agency, reference)
    if not looked.seen and not looked.silent:
        raise not_here()
    views, whole = [seen.view for seen in looked.seen], not looked.silent and not looked.unlisted
    log = await desk.logbook(who.visit).of_case(who.visit.agency, reference, what, views, whole=whole)
    return OfCase(who, looked, log)
