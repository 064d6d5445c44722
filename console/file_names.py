"""Under which names an agency may keep files about a case: what is known by name needs no search, and a search lags behind."""

import re
from typing import NamedTuple

from contracts.agencies import Agency
from contracts.catalogue import CATALOGUE
from contracts.event import File
from contracts.reference import ALPHABET

OFFERS = 5
"""How many offers of one case an organisation is asked for by name; further ones are found by search, a moment later."""

_KINDS = frozenset(File)
_MORE = re.compile(r"[0-9]{1,20}")
"""The number of an offer, and of the agency that opened a file beside another's."""

_REFERENCE = re.compile(rf"k[{ALPHABET}]{{24}}")


def is_reference(text: str) -> bool:
    """Whether a text can be the reference of a case."""
    return _REFERENCE.fullmatch(text) is not None


class Named(NamedTuple):
    """What the name of a file says."""

    kind: File
    reference: str


def read_name(name: str) -> Named | None:
    """The kind and the case of a file, by its name; None where no file can have that name."""
    system, _, reference = name.rpartition("-")
    kind, *more = system.split("-")
    if kind not in _KINDS or not is_reference(reference) or not all(_MORE.fullmatch(one) for one in more) or len(more) > 2:
        return None
    return Named(File(kind), reference)


def kinds_at(agency: Agency) -> list[File]:
    """The kinds of file that events of the catalogue may open at an agency."""
    opened = {event.rule.file for event in CATALOGUE.values() if event.rule.opens and agency.kind in event.rule.recipients}
    return sorted(kind for kind in opened if kind)


def names_at(agency: Agency, reference: str) -> list[str]:
    """The names that files about a case may have there."""
    return [f"{system}-{reference}" for kind in kinds_at(agency) for system in _systems(kind)]


def _systems(kind: File) -> list[str]:
    return [f"{kind}-{number}" for number in range(1, OFFERS + 1)] if kind is File.PLACEMENT else [kind]
