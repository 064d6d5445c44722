"""One case: where it stands, and its story."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from console.content_text import content_table
from console.file_names import is_reference
from console.files import Files, Looked
from console.installation import Installation
from console.options import JSON, REFERENCE, safe
from console.picture import draw_case
from console.screen import run, screen
from contracts.views import Content

FRESH = timedelta(seconds=5)
ON_ITS_WAY = 3.0
"""Seconds in which an event that was acknowledged is in its file, unless something is wrong."""
AGAIN = 0.2

CONTENT = Annotated[bool, typer.Option("--content", help="also what the files hold inside; that is written down by itself")]


def case(reference: REFERENCE, as_json: JSON = False, content: CONTENT = False) -> None:
    """One case: whose turn, since when, until when, what happens then, and the story over all agencies."""
    run(_case(reference, as_json=as_json, inside=content))


async def _case(reference: str, *, as_json: bool, inside: bool) -> None:
    files = Files(Installation.reach())
    looked = await seen(files, reference)
    contents = [await files.content(file) for file in looked.found] if inside else None
    if as_json:
        screen.print_as_json(_as_json(reference, looked, contents))
        return
    draw_case(looked.found, looked.silent)
    for file, held in zip(looked.found, contents or [], strict=contents is not None):
        if held.parts:
            screen.print(content_table(file, held))


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
