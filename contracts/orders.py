"""Who may have a case erased: two persons of an agency, or one where another agency asked that has a part in the case."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple


class Ordering(NamedTuple):
    """A person who signed an order.

    Attributes:
        key: The public key with which they signed: somebody with two names has one, or is taken for two.
        since: When they came onto the list of people with it.
        at: When they signed.
    """

    name: str
    key: str
    since: datetime
    at: datetime


def erasure_of(case: str) -> dict[str, str]:
    """What a person signs to have a case erased."""
    return {"do": "erase", "case": case}


def objection_to_order(persons: Sequence[Ordering], *, partner_asked: bool, asked_at: datetime | None) -> str | None:
    """Why these persons cannot have a case erased, in words; None: they can.

    Args:
        persons: Who signed, the first and the second.
        partner_asked: Whether an agency asked that has a part in the case.
        asked_at: When it was asked; None: when the first person signed.
    """
    needed = 1 if partner_asked else 2
    if min(len({person.name for person in persons}), len({person.key for person in persons})) < needed:
        return f"an erasure needs {needed} person{'s' * (needed > 1)} of this agency, each with a key of their own"
    asked = asked_at or min(person.at for person in persons)
    if late := [person.name for person in persons if person.since >= asked]:
        return f"{late[0]} came onto the list of people after it was asked: somebody who stood there before confirms"
    return None
