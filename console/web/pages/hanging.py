"""What hangs of all that my agency sent: by recipient, the oldest first."""

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from console.following import note_of
from console.web.asked import asked
from console.web.ports import HANDLE, Desk
from console.web.shown import Showing, capital
from contracts.catalogue import CATALOGUE
from contracts.standing import Hanging

OPERATE = "operate"
"""The right of whoever looks after the software of an agency."""

MOST_OF_ONE = 25
"""Letters to one recipient that are shown."""


@dataclass(frozen=True)
class LetterShown:
    """A letter that hangs.

    Attributes:
        reference: Of its case.
        href: Where its case says more; empty: who looks may not open it.
        event: What it is.
        where: Where it hangs.
        since: Since when.
    """

    reference: str
    href: str
    event: str
    where: str
    since: str


@dataclass(frozen=True)
class RecipientShown:
    """What hangs at one recipient.

    Attributes:
        name: The recipient.
        number: How much hangs there.
        letters: The oldest of it.
    """

    name: str
    number: int
    letters: tuple[LetterShown, ...]


@dataclass(frozen=True)
class Shown:
    """What the page shows.

    Attributes:
        recipients: Whose oldest letter hangs longest stands first.
        total: How much hangs in all.
        minutes: How long a letter may take before it stands here.
        several: Whether letters cannot leave to more than one recipient.
    """

    recipients: tuple[RecipientShown, ...]
    total: int
    minutes: int
    several: bool


def routes(desk: Desk) -> APIRouter:
    """The page."""
    router = APIRouter()

    @router.get("/deliveries")
    async def hanging(request: Request) -> Response:
        who = await asked(desk, request, OPERATE)
        late = await desk.logbook(who.visit).late(who.visit.agency, who.now)
        groups: dict[str, list[Hanging]] = {}
        for letter in late.letters:
            groups.setdefault(letter.standing.other, []).append(letter)
        handles = HANDLE in who.visit.rights
        others = [slug for slug in sorted(late.counts, key=who.showing.name) if slug not in groups]
        recipients = tuple(
            RecipientShown(
                name=who.showing.name(slug),
                number=late.counts.get(slug, len(groups.get(slug, ()))),
                letters=tuple(_letter(who.showing, one, handles=handles) for one in groups.get(slug, [])[:MOST_OF_ONE]),
            )
            for slug in [*groups, *others]
        )
        held = {one.standing.other for one in late.letters if one.standing.held_at}
        shown = Shown(recipients, sum(late.counts.values()), late.minutes, several=len(held) > 1)
        return desk.page(request, who.visit, "hanging.html", shown=shown)

    return router


def _letter(showing: Showing, one: Hanging, *, handles: bool) -> LetterShown:
    known = CATALOGUE.get(one.event_type)
    return LetterShown(
        reference=one.reference,
        href=f"/cases/{one.reference}/deliveries" if handles else "",
        event=capital(showing.words.part(note_of(known))) if known else showing.words.page("hanging.unknown"),
        where=showing.words.page(_where(one)),
        since=showing.clock.moment(one.since) if one.since else "",
    )


def _where(one: Hanging) -> str:
    if one.standing.held_at:
        return "hanging.not_left"
    return "hanging.not_confirmed" if one.standing.asked_at else "hanging.not_asked"
