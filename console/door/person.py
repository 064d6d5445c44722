"""Who asks, and what they may read: what a verified token says."""

import re
from http import HTTPStatus
from typing import Any, NamedTuple

from pydantic import ConfigDict, TypeAdapter, ValidationError

from console.door.problems import Problem, Refusal

NAME = re.compile(r"[a-z][a-z0-9-]{1,39}")
"""What can stand in an audit log as a person's name."""

WORDS = TypeAdapter(list[str], config=ConfigDict(strict=True))

NOT_YOURS = Refusal(HTTPStatus.FORBIDDEN, "not_entitled", "this token does not entitle you to read all of this")
"""The same words for every reason: who may not read learns nothing, not even what there is."""


class Person(NamedTuple):
    """A person with a valid token.

    Attributes:
        name: The token's ``sub``.
        agencies: Slugs of the agencies, which are also the names of their namespaces.
        cases: References of the only cases that they may read, perhaps none. None: every case of these agencies.
    """

    name: str
    agencies: frozenset[str]
    cases: frozenset[str] | None

    def must_be_at(self, agency: str) -> None:
        """Refuse whoever does not work for an agency.

        Raises:
            Problem: 403.
        """
        if agency not in self.agencies:
            raise Problem(NOT_YOURS)

    def must_have(self, case: str) -> None:
        """Refuse whoever may not read a case of their agencies.

        Raises:
            Problem: 403.
        """
        if self.cases is not None and case not in self.cases:
            raise Problem(NOT_YOURS)


def person_of(claims: dict[str, Any]) -> Person:
    """Who a verified token is about.

    ``keten_agencies`` is a list of slugs and must be there. ``keten_cases`` is a list of references: absent, every case of
    these agencies; an empty list, no case; anything else, null too, is refused, because nobody can tell what was meant.

    Raises:
        Problem: 403.
    """
    name = claims.get("sub")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise Problem(NOT_YOURS)
    return Person(name, _words(claims.get("keten_agencies")), _words(claims["keten_cases"]) if "keten_cases" in claims else None)


def _words(claim: Any) -> frozenset[str]:
    try:
        return frozenset(WORDS.validate_python(claim))
    except ValidationError:
        raise Problem(NOT_YOURS) from None
