"""The one name of an event that is shown, and every other by which it is known."""

import re

from console.faults import guess
from contracts.catalogue import CATALOGUE
from contracts.event import Event

_VERSION = re.compile(r"\.v[1-9][0-9]*$")


def name_of(event: type[Event]) -> str:
    """``referrals.seen``: as people say it."""
    return _VERSION.sub("", event.short_name())


def _names() -> dict[str, type[Event]]:
    """Every name, in small letters; a name without a version means the newest."""
    known: dict[str, type[Event]] = {}
    for event in CATALOGUE.values():
        short, bare = event.short_name(), name_of(event)
        for name in (event.rule.type, short, bare, f"nl.keten.{bare}", event.__name__, snake(event.__name__)):
            known[name.lower()] = event
    return known


def snake(name: str) -> str:
    """``signal_reported``, as a file notes it, out of the name of a class."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


BY_ANY_NAME: dict[str, type[Event]] = _names()
BY_NOTE: dict[str, str] = {snake(event.__name__): name_of(event) for event in CATALOGUE.values()}
"""What is shown of an event by what a file notes of it."""


def event_class(name: str) -> type[Event]:
    """An event by any of its names.

    Raises:
        LookupError: The catalogue does not have it.
    """
    found = BY_ANY_NAME.get(name.strip().lower())
    if found is None:
        near = guess(name, sorted({name_of(event) for event in CATALOGUE.values()})).split(" (known")[0].split("; known")[0]
        raise LookupError(f"no event {name!r} in the catalogue{near}; `keten events` lists them")
    return found


def shown(name: str) -> str:
    """The one name for whichever name was met; what the catalogue does not know stays as it is."""
    found = BY_ANY_NAME.get(name.lower())
    return name_of(found) if found else name
