"""The terminal, and how a command ends when something is wrong."""

import asyncio
import sys
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any, NoReturn, TypeVar

import typer
from nats.errors import Error as NatsError
from pydantic import ValidationError
from rich.console import Console
from sqlalchemy.exc import SQLAlchemyError
from temporalio.service import RPCError

from runtime.settings import Settings, load_settings

T = TypeVar("T")
screen = Console(highlight=False, width=None if sys.stdout.isatty() else 160)
errors = Console(stderr=True, highlight=False)
SERVER = {"nats": "the bus", "temporalio": "Temporal"}


def stop(words: str) -> NoReturn:
    """End the command with words that say what to do."""
    errors.print(words, style="red", markup=False)
    raise typer.Exit(1)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a command's work; what is known to go wrong is said in one sentence."""
    try:
        return asyncio.run(work)
    except ValidationError as error:
        stop(explain(error))
    except (NatsError, RPCError) as error:
        stop(f"{SERVER[type(error).__module__.split('.')[0]]} did not answer ({type(error).__name__}): look with `keten doctor`")
    except SQLAlchemyError as error:
        stop(f"a database cannot be used now ({type(error).__name__}): `keten doctor` says which")
    except OSError as error:
        stop(f"{error.filename}: {error.strerror}" if error.filename else str(error) or type(error).__name__)
    except (LookupError, ValueError, RuntimeError) as error:
        stop(str(error))


def settings() -> Settings:
    """The settings of this process, or words that say which one is wrong."""
    try:
        return load_settings()
    except ValidationError as error:
        stop(f"the settings, from variables that begin with KETEN_: {explain(error)}")
    except ValueError as error:
        stop(str(error))


def explain(error: ValidationError) -> str:
    """Validation errors as one sentence: which field, and what it must be."""
    faults = error.errors(include_url=False, include_input=False)
    return "; ".join(f"{'.'.join(str(part) for part in f['loc']) or 'content'}: {f['msg']}" for f in faults)


def when(moment: datetime) -> str:
    """A moment in local time, short."""
    return moment.astimezone().strftime("%a %d %b %H:%M:%S")


def left(until: datetime) -> str:
    """How long until a clock ends."""
    seconds = (until - datetime.now(UTC)).total_seconds()
    if seconds < 0:
        return "[red]overdue[/red]"
    days, hours, minutes = int(seconds // 86400), int(seconds // 3600), int(seconds // 60)
    return f"{days} d" if days else f"{hours} h" if hours else f"{minutes} min" if minutes else f"{int(seconds)} s"
