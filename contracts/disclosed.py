"""Which lines of a processing log a person who asks for access is told of."""

from collections.abc import Iterable

from contracts.catalogue import CATALOGUE
from contracts.event import File
from contracts.processing import Direction, Processing, Status

DECIDED_UNSEEN = frozenset({File.OBSERVATION, File.PRIVACY, File.DOSSIER})
"""Kinds of file of which a person is not told how far they came."""


def disclosed(lines: Iterable[Processing]) -> tuple[Processing, ...]:
    """The exchanges with other agencies, in their order; without what the catalogue shields.

    A request to erase, or a refusal, says that something was shared: it is told where that is told of. What one part of an agency
    tells another is left out.
    """
    told = [line for line in taken_or_sent(lines) if _is_told(line)]
    known = {line.counterparty for line in told if not CATALOGUE[line.event_type].rule.partners}
    return tuple(line for line in told if line.counterparty in known)


def taken_or_sent(lines: Iterable[Processing]) -> list[Processing]:
    """One line for each event that was sent or taken and not refused in the end, in their order."""
    last: dict[tuple[str, str, str], Processing] = {}
    first: dict[tuple[str, str, str], Processing] = {}
    for line in lines:
        if line.direction is Direction.HANDED:
            continue
        event = (line.event_id, line.direction, line.counterparty)
        first.setdefault(event, line)
        last[event] = line
    whole = (first[event] for event, line in last.items() if line.status_code is not Status.ERROR)
    return [line for line in whole if line.event_type in CATALOGUE]


def parties(lines: Iterable[Processing]) -> frozenset[str]:
    """Slugs of the agencies that have a part in a case: they told something of it that was taken, or were told.

    Who only asked what is kept of it, or to erase it, or spoke of deliveries, has none: everybody may send that.
    """
    told = (line for line in taken_or_sent(lines) if not CATALOGUE[line.event_type].rule.partners)
    return frozenset(line.counterparty for line in told)


def stands(kind: File, phase: str) -> str:
    """How far a file came, as a person is told: of some kinds it would say what an officer or the RIEC decided."""
    return "held" if kind in DECIDED_UNSEEN else phase


def _is_told(line: Processing) -> bool:
    rule = CATALOGUE[line.event_type].rule
    return rule.shielded is None and not rule.itself
