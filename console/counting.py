"""How many files are where: by region, kind and phase, in a number of questions that does not grow with the files.

Temporal's search on a SQL database groups by nothing of ours. So halves are counted: of a group whose number is known one half is
asked for, the other half is what is left, and where there is nothing nobody asks on.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import NamedTuple

from console import filters
from console.file_names import kinds_at
from console.lists import Lists
from console.reading import together
from console.rows import Row
from console.searching import search_for
from console.wanted import NOWHERE, Wanted, phases_of
from contracts.agencies import Agency
from contracts.event import File
from contracts.places import CARE_REGIONS
from runtime.temporal.failing_files import FAILING

Count = Callable[..., Awaitable[int]]
"""How many open files fulfil further conditions."""

OPEN = (filters.RUNNING, filters.NOT_KEPT)


class Counted(NamedTuple):
    """Of how many open files something is true.

    Attributes:
        total: All of them.
        overdue: A clock ended and nobody acted.
        oldest: What is overdue for longest.
        alarms: With an alarm that nobody has acknowledged.
        failing: That stand still.
        regions: By care region; under ``NOWHERE`` those of none.
        kinds: By kind.
        phases: By kind and the phase of the file's own track.
    """

    total: int
    overdue: int
    oldest: Row | None
    alarms: int
    failing: int
    regions: Mapping[str, int]
    kinds: Mapping[str, int]
    phases: Mapping[tuple[str, str], int]


async def counted(lists: Lists, agency: Agency) -> Counted:
    """Count the open files of an agency; its own kinds first, so that others are asked for only where something is left."""

    async def count(*further: str) -> int:
        return await lists.count(*OPEN, *further)

    own = kinds_at(agency)
    late = await lists.page(search_for(Wanted(overdue=True)), most=1)
    total, alarms, failing = await together([count(), count(filters.WITH_ALARM), count(FAILING)])
    regions = await shares(count, "KetenRegion", sorted(CARE_REGIONS))
    kinds = await shares(count, "KetenKind", [*own, *(kind for kind in File if kind not in own)])
    phases = await together(_phases(count, kind) for kind in kinds)
    return Counted(
        total=total,
        overdue=late.total,
        oldest=late.rows[0] if late.rows else None,
        alarms=alarms,
        failing=failing,
        regions=_with_rest(regions, total),
        kinds=kinds,
        phases={(kind, phase): number for kind, rows in zip(kinds, phases, strict=True) for phase, number in rows.items()},
    )


async def _phases(count: Count, kind: str) -> dict[str, int]:
    async def of_kind(*further: str) -> int:
        return await count(f"KetenKind = '{kind}'", *further)

    return await shares(of_kind, "KetenPhase", [phase for phase in phases_of(kind) if phase != filters.KEPT])


async def shares(count: Count, name: str, values: Sequence[str], known: int | None = None) -> dict[str, int]:
    """How many files have each value of a search attribute; those that none has are left out.

    Args:
        count: Counts.
        name: Of the attribute.
        values: All that there may be, those that are likely first.
        known: How many files have one of them, where that was counted.
    """
    number = await count(_one_of(name, values)) if known is None else known
    if number <= 0:
        return {}
    if len(values) == 1:
        return {values[0]: number}
    half = (len(values) + 1) // 2
    first = min(await count(_one_of(name, values[:half])), number)
    return {**await shares(count, name, values[:half], first), **await shares(count, name, values[half:], number - first)}


def _one_of(name: str, values: Sequence[str]) -> str:
    listed = ", ".join(f"'{value}'" for value in values)
    return f"{name} IN ({listed})"


def _with_rest(regions: Mapping[str, int], total: int) -> dict[str, int]:
    rest = total - sum(regions.values())
    return {**regions, **({NOWHERE: rest} if rest > 0 else {})}
