"""Which lines of a processing log a person who asks for access is told of."""

from collections.abc import Iterable

from contracts.catalogue import CATALOGUE
from contracts.event import File
from contracts.processing import Processing, Status

DECIDED_UNSEEN = frozenset({File.PRIVACY, File.DOSSIER})
"""Kinds of file of which a person is not told how far they came."""


def disclosed(lines: Iterable[Processing]) -> tuple[Processing, ...]:
    """The exchanges with other agencies, in their order; without what the catalogue shields.

    A request to erase, or a refusal, says that something was shared: it is told where that is told of. What one part of an agency
    tells another is left out.
    """
    told = [line for line in lines if line.event_type in CATALOGUE and _is_told(line)]
    known = {line.counterparty for line in told if not CATALOGUE[line.event_type].rule.partners}
    return tuple(line for line in told if line.counterparty in known)


def stands(kind: File, phase: str) -> str:
    """How far a file came, as a person is told: of some kinds it would say what an officer or the RIEC decided."""
    return "held" if kind in DECIDED_UNSEEN else phase


def _is_told(line: Processing) -> bool:
    rule = CATALOGUE[line.event_type].rule
    return rule.shielded is None and not rule.itself and line.status_code is not Status.ERROR
