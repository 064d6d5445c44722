"""Looking at files that may not answer: nobody waits long, one that is silent hides no other, and no other fault is silence."""

import asyncio
from collections.abc import Awaitable, Iterable, Sequence
from typing import Any, NamedTuple, TypeVar

from console.file_names import names_at
from console.web.ports import Files, Lists, Row
from contracts.agencies import Agency
from contracts.views import FileView

PATIENCE = 2.0
"""Seconds; whoever is asked goes on with what it does, and ends by itself."""

TO_DECIDE = 8.0
"""Seconds for a decision; it goes on as well, and the same ticket asks for its answer."""

T = TypeVar("T")


class NoAnswer(Exception):  # noqa: N818 - named as what is the case
    """It was asked, and it takes long, or there is nobody to answer."""


class Seen(NamedTuple):
    """A file, by its name."""

    name: str
    file: Any

    @property
    def troubles(self) -> tuple[str, ...]:
        """What fails in it."""
        return tuple(trouble.words for trouble in self.file.troubles)

    @property
    def view(self) -> FileView:
        """The file as a person sees it."""
        return self.file.view


class Looked(NamedTuple):
    """What was found about a case.

    Attributes:
        seen: Files that answered, oldest first.
        silent: Those that did not, as the list knows them.
        unlisted: How many did not that the list does not know; there may be such files, or not.
    """

    seen: list[Seen]
    silent: list[Row]
    unlisted: int = 0


async def within_patience(answer: Awaitable[T], seconds: float | None = None) -> T:
    """What was asked.

    Args:
        answer: Which is waited for.
        seconds: How long; None: as long as for a look.

    Raises:
        NoAnswer: It takes long. It goes on: a call that has left cannot be taken back.
    """
    task = asyncio.ensure_future(answer)
    done, _ = await asyncio.wait([task], timeout=PATIENCE if seconds is None else seconds)
    if not done:
        task.add_done_callback(_forget)
        raise NoAnswer
    return task.result()


async def look(files: Files, lists: Lists, agency: Agency, reference: str) -> Looked:
    """Every file about a case at an agency.

    Raises:
        NoAnswer: Nothing is known of it, and not all that was asked has answered.
    """
    rows = {row.name: row for row in (await lists.of_case(reference)).rows}
    names = sorted({*names_at(agency, reference), *rows})
    asked = await asyncio.gather(*(within_patience(_see(files, agency, name)) for name in names), return_exceptions=True)
    answers = dict(zip(names, asked, strict=True))
    seen = sorted((one for one in asked if isinstance(one, Seen)), key=_begun)
    faults = {name: one for name, one in answers.items() if isinstance(one, BaseException)}
    _raise_others(faults.values())
    silent = [rows[name] for name in faults if name in rows]
    if faults and not seen and not silent:
        raise NoAnswer
    return Looked(seen, silent, len(faults) - len(silent))


async def all_contents(files: Files, seen: Sequence[Seen]) -> list[Any]:
    """What is inside of each; None where it does not answer."""
    asked = await asyncio.gather(*(within_patience(files.content(one.file)) for one in seen), return_exceptions=True)
    _raise_others(one for one in asked if isinstance(one, BaseException))
    return [None if isinstance(one, BaseException) else one for one in asked]


async def _see(files: Files, agency: Agency, name: str) -> Seen | None:
    file = await files.one(agency, name)
    if file is None:
        return None
    return Seen(name, file)


def _begun(seen: Seen) -> Any:
    return seen.view.story[0].at if seen.view.story else seen.view.track.since


def _raise_others(faults: Iterable[BaseException]) -> None:
    """Only silence is silence: that a look cannot be written down is not."""
    for fault in faults:
        if not isinstance(fault, NoAnswer):
            raise fault


def _forget(task: "asyncio.Future[Any]") -> None:
    """Whatever came of it, nobody waits for it any more."""
    if not task.cancelled():
        task.exception()
