"""The terminal, and how a command ends when something is wrong.

Everything is written through ``Screen``: no text is ever markup, and nothing in it is an order to the terminal. Colours are
given with ``styled`` only.
"""

import asyncio
import sys
from collections.abc import Coroutine, Iterable
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import typer
from pydantic import ValidationError
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from console.faults import explain
from console.plain import as_json, plain, without_orders

if TYPE_CHECKING:
    from rich.status import Status

    from runtime.settings import Settings

T = TypeVar("T")
LIBRARIES = {
    ("nats", "Error"): "the bus did not answer ({}): look with `keten doctor`",
    ("temporalio", "RPCError"): "Temporal did not answer ({}): look with `keten doctor`",
    ("temporalio", "WorkflowQueryFailedError"): "a file does not say where it stands: `keten case` says which, and why",
    ("sqlalchemy", "SQLAlchemyError"): "a database cannot be used now ({}): `keten doctor` says which",
}
"""What a person is told of a library's error, known by its name: no command waits for a library that it does not need."""
WIDTH = 160
"""How wide it is drawn where no terminal says how wide it is."""


class Screen(Console):
    """A console on which text is text."""

    def __init__(self, *, stderr: bool = False, width: int | None = None, **more: Any) -> None:
        super().__init__(stderr=stderr, width=width, markup=False, emoji=False, highlight=False, **more)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """What will be written, in pieces; those that people wrote are rid of everything that a terminal would obey."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=without_orders(segment.text))

    def waiting(self, words: str) -> "Status":
        """A sign of life while something is done."""
        return self.status(Text(plain(words)))

    def print_as_json(self, value: Any) -> None:
        """For programs: never broken into lines of the terminal's width, and nothing else beside it."""
        self.print(as_json(value), soft_wrap=True)


screen = Screen(width=None if sys.stdout.isatty() else WIDTH)
errors = Screen(stderr=True)


def styled(*parts: str | tuple[str, str]) -> Text:
    """Words of ours, some of them with a style: ``styled(("done", "green"), ": the case is closed")``."""
    return Text.assemble(*parts)


def good(word: str, rest: str = "") -> Text:
    """That something went well."""
    return styled((word, "green"), rest)


def stop(words: str) -> NoReturn:
    """End the command with words that say what to do; where no terminal shows them, on one line, so that no path is broken."""
    errors.print(words, style="red", soft_wrap=not errors.is_terminal)
    raise typer.Exit(1)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a command's work; what is known to go wrong is said in one sentence."""
    try:
        return asyncio.run(work)
    except typer.Exit:
        raise
    except Exception as error:
        words = words_of(error)
        if words is None:
            raise
        stop(words)


def words_of(error: Exception) -> str | None:
    """What went wrong, in one sentence; None where nobody foresaw it."""
    if isinstance(error, ValidationError):
        return explain(error)
    kinds = ((kind.__module__.split(".")[0], kind.__name__) for kind in type(error).__mro__)
    if said := next((LIBRARIES[kind] for kind in kinds if kind in LIBRARIES), None):
        return said.format(type(error).__name__)
    if isinstance(error, OSError):
        return f"{error.filename}: {error.strerror}" if error.filename else str(error) or type(error).__name__
    return str(error) if isinstance(error, (LookupError, ValueError, RuntimeError)) else None


def settings() -> "Settings":
    """The settings of this process, or words that say which one is wrong."""
    from runtime.settings import load_settings

    try:
        return load_settings()
    except ValidationError as error:
        stop(f"the settings, from variables that begin with KETEN_: {explain(error)}")
    except ValueError as error:
        stop(str(error))
