"""One case: where it stands, and its story."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from console.content_text import content_table
from console.file_names import is_reference
from console.files import Files, Looked
from console.installation import Installation
from console.moment_asked import read_moment
from console.options import JSON, REFERENCE, safe
from console.picture import draw_case
from console.screen import run, screen
from contracts.views import Content

if TYPE_CHECKING:
    from console.accounts import Accounts

FRESH = timedelta(seconds=5)
ON_ITS_WAY = 3.0
"""Seconds in which an event that was acknowledged is in its file, unless something is wrong."""
AGAIN = 0.2

DELIVERIES = Annotated[bool, typer.Option("--deliveries", help="how far each message came, where one hangs, and why")]
CONSENT = Annotated[
    bool, typer.Option("--consent", help="for what consent was given, what was shared on it, what stopped when it was taken back")
]
KNEW_AT = Annotated[
    str | None, typer.Option("--knew-at", help="who could know what at this moment, in Amsterdam: '2026-01-31 14:05'")
]
CONTENT = Annotated[bool, typer.Option("--content", help="also what the files hold inside; that is written down by itself")]


def case(
    reference: REFERENCE,
    *,
    as_json: JSON = False,
    content: CONTENT = False,
    deliveries: DELIVERIES = False,
    consent: CONSENT = False,
    knew_at: KNEW_AT = None,
) -> None:
    """One case: whose turn, since when, until when, what happens then, and the story over all agencies."""
    run(_case(reference, Asked(deliveries, consent, knew_at), as_json=as_json, inside=content))


class Asked(NamedTuple):
    """What is asked beside the files, as it was typed."""

    deliveries: bool
    consent: bool
    knew_at: str | None


async def _case(reference: str, asked: Asked, *, as_json: bool, inside: bool) -> None:
    at = read_moment(asked.knew_at, datetime.now(UTC)) if asked.knew_at is not None else None
    installation = Installation.reach()
    files = Files(installation)
    looked = await seen(files, reference)
    contents = [await files.content(file) for file in looked.found] if inside else None
    told = await _accounts(installation, looked, reference, asked, at) if any(asked) else None
    if as_json:
        screen.print_as_json({**_as_json(reference, looked, contents), **(told.as_json if told else {})})
        return
    draw_case(looked.found, looked.silent)
    for part in told.drawn if told else ():
        screen.print(part)
    for file, held in zip(looked.found, contents or [], strict=contents is not None):
        if held.parts:
            screen.print(content_table(file, held))


async def _accounts(installation: Installation, looked: Looked, reference: str, asked: Asked, at: datetime | None) -> "Accounts":
    """What is said beside the files; whoever does not ask for it does not wait for what it needs."""
    from console.accounts import Wanted, accounts
    from console.logbook import Logbook

    wanted = Wanted(asked.deliveries, asked.consent, at)
    return await accounts(Logbook(installation), looked, reference, wanted, installation.directory)


def _as_json(reference: str, looked: Looked, contents: list[Content] | None) -> dict[str, Any]:
    found = [
        {**file.view.model_dump(mode="json"), "troubles": [one.model_dump() for one in file.troubles]} for file in looked.found
    ]
    for file, held in zip(found, contents or [], strict=contents is not None):
        file["content"] = held.model_dump(mode="json")["parts"]
    silent = [
        {"agency": file.agency.slug, "kind": file.kind, "why": file.why, "troubles": [one.model_dump() for one in file.troubles]}
        for file in looked.silent
    ]
    return {"case": reference, "files": found, "silent": silent}


def something(looked: Looked) -> bool:
    """Whether there is any file."""
    return bool(looked.found or looked.silent)


def is_fresh(looked: Looked) -> bool:
    """Whether something has just happened there, from which more may follow at once."""
    newest = max((line.at for file in looked.found for line in file.view.story[-1:]), default=None)
    return newest is not None and datetime.now(UTC) - newest < FRESH


async def seen(files: Files, reference: str, enough: Callable[[Looked], bool] = something) -> Looked:
    """What is there about a case. What was published this moment is on its way to its file: it is waited for, not for long.

    Args:
        files: Where to look.
        reference: Of the case.
        enough: Whether nothing needs to be waited for.

    Raises:
        LookupError: Nothing is there.
    """
    looked, ends = await files.look(safe(reference)), time.monotonic() + ON_ITS_WAY
    while is_reference(reference) and not enough(looked) and time.monotonic() < ends:
        await asyncio.sleep(AGAIN)
        looked = await files.look(reference)
    if not (looked.found or looked.silent):
        raise LookupError(f"no case {reference} at the agencies of this installation; `keten cases --closed` lists them")
    return looked
