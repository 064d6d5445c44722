"""What was reported and written down about the person of a case: read only here, and written into the audit log first."""

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from console.file_names import is_reference
from console.web.asked import Asked, asked, not_here
from console.web.choosing import Choosing
from console.web.looking import all_contents, look
from console.web.ports import Desk
from console.web.shown import capital
from console.web.told import Item, Saying, told
from contracts.hours import AMSTERDAM
from contracts.views import ContentPart


@dataclass(frozen=True)
class PartShown:
    """Something that was told, or decided."""

    what: str
    who: str
    at: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class FileShown:
    """What a file holds; None: its office does not answer."""

    kind: str
    parts: tuple[PartShown, ...] | None


@dataclass(frozen=True)
class Shown:
    """What the page shows."""

    reference: str
    files: tuple[FileShown, ...]
    silent: int


def routes(desk: Desk) -> APIRouter:
    """The page."""
    router = APIRouter()
    choosing = Choosing(desk.directory)

    @router.get("/cases/{reference}/content")
    async def content(request: Request, reference: str) -> Response:
        who = await asked(desk, request)
        if not is_reference(reference):
            raise not_here()
        files = desk.files(who.visit)
        looked = await look(files, desk.lists(who.visit), who.visit.agency, reference)
        if not looked.seen and not looked.silent:
            raise not_here()
        saying = Saying(who.words, choosing.named(who.now.astimezone(AMSTERDAM).date()), who.showing.clock)
        contents = await all_contents(files, looked.seen)
        shown = tuple(
            FileShown(
                capital(who.words.kind(seen.view.kind)),
                tuple(_part(who, part, saying) for part in inside.parts) if inside else None,
            )
            for seen, inside in zip(looked.seen, contents, strict=True)
        )
        return desk.page(request, who.visit, "content.html", shown=Shown(reference, shown, len(looked.silent) + looked.unlisted))

    return router


def _part(who: Asked, part: ContentPart, saying: Saying) -> PartShown:
    return PartShown(
        what=capital(who.words.part(part.what)),
        who=who.showing.name(part.who),
        at=who.showing.clock.moment(part.at) if part.at else "",
        items=told(part.what, part.data, saying),
    )
