"""What a look finds: how a part does, and what a person does about it. A look that cannot be made is a finding, too."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from console.installation import Installation


class Trouble(NamedTuple):
    """Something that is not as it should be.

    Attributes:
        where: Which part.
        what: How it does.
        do: What a person does about it.
        since: Since when that is so, where it is known.
    """

    where: str
    what: str
    do: str
    since: datetime | None = None


class Well(NamedTuple):
    """Something that is as it should be."""

    where: str
    what: str
    since: datetime | None = None


Check = Callable[[Installation], AsyncIterator[Trouble | Well]]


async def found_by(checks: Sequence[Check], installation: Installation) -> list[Trouble]:
    """The troubles that the checks find, in their order."""
    looked = [await looked_at(check, installation) for check in checks]
    return [found for each in looked for found in each if isinstance(found, Trouble)]


async def looked_at(check: Check, installation: Installation) -> list[Trouble | Well]:
    """What a check finds; one that fails says so, and of a fault that nobody foresaw only its type is told."""
    found: list[Trouble | Well] = []
    try:
        async for one in check(installation):
            found.append(one)  # noqa: PERF401 - what was found before a fault stays
    except Exception as error:
        where = check.__name__.replace("_", " ").strip()
        found.append(Trouble(where, f"could not be looked at ({type(error).__name__})", "mend what else stands here, look again"))
    return found
