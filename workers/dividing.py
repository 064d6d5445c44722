"""Which offices share a process, and how much of its memory each of them gets: by how much their kind has to do."""

from collections.abc import Sequence

from contracts.agencies import Agency
from contracts.words import AgencyKind

WORK = {
    AgencyKind.DESK: 8,
    AgencyKind.REGISTRY: 8,
    AgencyKind.CARE_COORDINATOR: 6,
    AgencyKind.REPORTER: 4,
    AgencyKind.MUNICIPALITY: 2,
    AgencyKind.AID_ORGANISATION: 2,
    AgencyKind.RIEC: 2,
    AgencyKind.OVERSIGHT: 1,
    AgencyKind.INVESTIGATION: 1,
    AgencyKind.CHILD_PROTECTION: 1,
}
"""What an office of a kind has to do beside the others: lines in the histories of its files, after the five stories."""
USUAL = 2
"""Of a kind that was not counted yet."""

CACHED, SHARED = 1_000, 400
"""Workflows that a process keeps in memory, of one office or of several; another is read anew from its history when something
happens in it. Each takes a tenth of a megabyte."""
AT_LEAST = 30
"""So many of each office, however many share a process."""


def divided(agencies: Sequence[Agency], processes: int) -> list[list[Agency]]:
    """The agencies of each process: whoever has most to do is placed first, where there is least to do so far.

    Args:
        agencies: Of the directory.
        processes: How many there may be; never more than agencies.
    """
    shares: list[list[Agency]] = [[] for _ in range(min(processes, len(agencies)))]
    for agency in sorted(agencies, key=lambda agency: -_work(agency)):
        min(shares, key=work_of).append(agency)
    return shares


def serving(agencies: Sequence[Agency], cores: int) -> int:
    """How many processes serve: one for two cores, until the busiest office would have one for itself.

    The servers use as much of a core as the offices do (``docs/decisions/0033``).
    """
    return max(1, min(cores // 2, work_of(agencies) // max(map(_work, agencies))))


def cached(agency: Agency, beside: Sequence[Agency]) -> int:
    """How many workflows of an agency stay in memory.

    Args:
        agency: One of those that share a process.
        beside: All of those.
    """
    return max(AT_LEAST, SHARED * _work(agency) // work_of(beside)) if len(beside) > 1 else CACHED


def work_of(agencies: Sequence[Agency]) -> int:
    """What several offices have to do."""
    return sum(map(_work, agencies))


def _work(agency: Agency) -> int:
    return WORK.get(agency.kind, USUAL)
