"""One message of each version of an event, as an agency may have stored it: to copy, and readable for ever.

None is ever edited; ``golden.sha256`` holds the checksum of each. Those of new events are written by
``python -m tests.contracts.write_golden``.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def names() -> tuple[str, ...]:
    """Of which events there is one, by short name: ``referrals.offered.v1``."""
    found = (file.name for file in files(__name__).iterdir())
    return tuple(sorted(name.removesuffix(".json") for name in found if name.endswith(".json")))


def text_of(name: str) -> str:
    """An example as it stands in its file: a CloudEvent in JSON, before it is sealed.

    Args:
        name: Short name of the event.

    Raises:
        LookupError: There is none of that event.
    """
    if name not in names():
        raise LookupError("there is no example of this event; `keten events` lists all events")
    return (files(__name__) / f"{name}.json").read_text(encoding="utf-8")


def example_of(name: str) -> dict[str, Any]:
    """The same, read.

    Args:
        name: Short name of the event.

    Raises:
        LookupError: There is none of that event.
    """
    return json.loads(text_of(name))
