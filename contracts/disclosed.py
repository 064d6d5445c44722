"""Which lines of a processing log a person who asks for access is told of."""

from collections.abc import Iterable

from contracts.catalogue import CATALOGUE
from contracts.processing import Processing, Status


def disclosed(lines: Iterable[Processing]) -> tuple[Processing, ...]:
    """The exchanges with other agencies, in their order; without what the catalogue shields, and what one part told another."""
    return tuple(line for line in lines if line.event_type in CATALOGUE and _is_told(line))


def _is_told(line: Processing) -> bool:
    rule = CATALOGUE[line.event_type].rule
    return rule.shielded is None and not rule.itself and line.status_code is not Status.ERROR
