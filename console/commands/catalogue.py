"""The catalogue as pages."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from console.catalogue.site import of_today, site
from console.catalogue.spoken import Spoken
from console.catalogue.writing import open_folder, write_pages
from console.commands.events import events
from console.screen import screen, stop, words_of
from contracts.counted import counted
from contracts.texts.reading import LANGUAGES, Language

Wanted = Literal["nl", "en", "both"]
Html = Annotated[Path | None, typer.Option(metavar="DIR", help="a folder for the pages: a new or empty one, or one of ours")]


def catalogue(
    html: Html = None,
    language: Annotated[Wanted, typer.Option(help="of the pages")] = "both",
) -> None:
    """The same as `keten events`; with --html DIR as pages in Dutch and English, which open from a file."""
    if html is None:
        events()
        return
    languages: tuple[Language, ...] = LANGUAGES if language == "both" else (language,)
    try:
        open_folder(html)  # before the work of some seconds
        found = site(of_today(), {one: Spoken(one) for one in languages})
        write_pages(html, found)
    except (OSError, ValueError) as error:
        stop(words_of(error) or "the pages could not be written")
    screen.print(f"{counted(len(found), 'file')}; begin at {html / 'index.html'}", soft_wrap=True)
