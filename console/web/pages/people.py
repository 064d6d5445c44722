"""Who works here, with which rights and which key, and who has worked here."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from console.web.asked import Asked, asked
from console.web.books_ports import Desk, Listed
from console.web.rights import rights_said

MOST = 200
"""People who left, of whom a page speaks."""
GROUP = 4
"""Digits of a fingerprint that stand together, to be read aloud."""


@dataclass(frozen=True)
class PersonShown:
    """Somebody in the list."""

    name: str
    rights: str
    since: str
    until: str
    key: int
    fingerprint: str
    me: bool


@dataclass(frozen=True)
class Shown:
    """What the page shows.

    Attributes:
        here: Who works here, by name.
        gone: Who has worked here, who left last first.
        left_out: How many more that were.
        rights: Each right, and what it lets somebody do.
        agency: How the command line names this agency.
    """

    here: tuple[PersonShown, ...]
    gone: tuple[PersonShown, ...]
    left_out: int
    rights: tuple[tuple[str, str], ...]
    agency: str


def routes(desk: Desk) -> APIRouter:
    """The page."""
    router = APIRouter()

    @router.get("/people")
    async def people(request: Request) -> Response:
        who = await asked(desk, request, None)
        return desk.page(request, who.visit, "people.html", shown=_shown(who, desk.books(who.visit).people()))

    return router


def _shown(who: Asked, people: Sequence[Listed]) -> Shown:
    here = sorted((person for person in people if person.until is None), key=lambda person: person.name)
    gone = sorted((person for person in people if person.until), key=lambda person: (person.until, person.name), reverse=True)
    return Shown(
        here=tuple(_person(who, person) for person in here),
        gone=tuple(_person(who, person) for person in gone[:MOST]),
        left_out=len(gone[MOST:]),
        rights=tuple(rights_said(who.words).values()),
        agency=who.visit.agency.slug,
    )


def _person(who: Asked, person: Listed) -> PersonShown:
    clock, names, digits = who.showing.clock, rights_said(who.words), person.fingerprint
    return PersonShown(
        name=person.name,
        rights=", ".join(name for right, (name, _) in names.items() if right in person.rights),
        since=clock.moment(person.since),
        until=clock.moment(person.until) if person.until else "",
        key=person.number,
        fingerprint=" ".join(digits[at : at + GROUP] for at in range(0, len(digits), GROUP)),
        me=person.name == who.visit.person and person.until is None,
    )
