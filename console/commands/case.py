"""One case: where it stands, and its story."""

from typing import Any

from console.files import Files, Looked
from console.installation import Installation
from console.options import JSON, REFERENCE, safe
from console.picture import draw_case
from console.screen import run, screen


def case(reference: REFERENCE, as_json: JSON = False) -> None:
    """One case: whose turn, since when, until when, what happens then, and the story over all agencies."""
    run(_case(reference, as_json=as_json))


async def _case(reference: str, *, as_json: bool) -> None:
    looked = await seen(Files(Installation.reach()), reference)
    if as_json:
        screen.print_as_json(_as_json(reference, looked))
    else:
        draw_case(looked.found, looked.silent)


def _as_json(reference: str, looked: Looked) -> dict[str, Any]:
    found = [
        {**file.view.model_dump(mode="json"), "troubles": [one.model_dump() for one in file.troubles]} for file in looked.found
    ]
    silent = [
        {"agency": file.agency.slug, "kind": file.kind, "why": file.why, "troubles": [one.model_dump() for one in file.troubles]}
        for file in looked.silent
    ]
    return {"case": reference, "files": found, "silent": silent}


async def seen(files: Files, reference: str) -> Looked:
    """What is there about a case.

    Raises:
        LookupError: Nothing.
    """
    looked = await files.look(safe(reference))
    if not (looked.found or looked.silent):
        raise LookupError(f"no case {reference} at the agencies of this installation; `keten cases --closed` lists them")
    return looked
