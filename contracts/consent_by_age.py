"""Who may consent to what, by age: data, with its source. Of whom no rule speaks, the person consents."""

from collections.abc import Sequence
from typing import NamedTuple

from contracts.ages import UNDER_16
from contracts.profile import AgeBand
from contracts.words import ConsentBy, ConsentTo


class ConsentRule(NamedTuple):
    """One row.

    Attributes:
        ages: Of whom it speaks.
        purposes: Of consent to what.
        by: Who may give it.
        alone: Whether the person alone may, too, where that is needed against serious harm or after a considered refusal.
        source: Where that stands.
    """

    ages: frozenset[AgeBand]
    purposes: frozenset[ConsentTo]
    by: frozenset[ConsentBy]
    alone: bool
    source: str


_HELP = frozenset({ConsentTo.HELP})
_FOR_THE_CHILD = frozenset({ConsentBy.GUARDIAN, ConsentBy.BOTH, ConsentBy.AUTHORITY})
_TOGETHER = frozenset({ConsentBy.BOTH, ConsentBy.AUTHORITY})
_THE_PERSON = frozenset({ConsentBy.PERSON, ConsentBy.BOTH})

CONSENT_RULES: Sequence[ConsentRule] = (
    ConsentRule(frozenset({AgeBand.UNDER_12}), _HELP, _FOR_THE_CHILD, False, "LAW: Jeugdwet art. 7.3.4"),
    ConsentRule(frozenset({AgeBand.FROM_12}), _HELP, _TOGETHER, True, "LAW: Jeugdwet art. 7.3.4"),
    ConsentRule(frozenset({AgeBand.UNDER_16}), _HELP, _FOR_THE_CHILD, False, "LAW: Jeugdwet art. 7.3.4, as of a child under 12"),
    ConsentRule(UNDER_16, frozenset({ConsentTo.REGISTRATION}), _FOR_THE_CHILD, False, "AGREEMENT: CoMensha's registration"),
    ConsentRule(UNDER_16, frozenset({ConsentTo.RIEC}), _FOR_THE_CHILD, False, "DEFAULT: as for registration"),
    ConsentRule(
        frozenset({AgeBand.FROM_16, AgeBand.PERHAPS_UNDER_18}),
        frozenset(ConsentTo),
        _THE_PERSON,
        False,
        "LAW: Jeugdwet art. 7.3.5",
    ),
)


def rule_for(age: AgeBand, purpose: ConsentTo) -> ConsentRule | None:
    """The rule that speaks of an age and a purpose; None: the person consents."""
    return next((rule for rule in CONSENT_RULES if age in rule.ages and purpose in rule.purposes), None)
