"""What follows from an age: who counts as under 18, and which ages a birth year allows."""

from datetime import date

from contracts.profile import AgeBand

UNDER_16 = frozenset({AgeBand.UNDER_12, AgeBand.FROM_12, AgeBand.UNDER_16})
UNDER_18 = UNDER_16 | {AgeBand.FROM_16, AgeBand.PERHAPS_UNDER_18}
"""Who may be under 18 counts as under 18 until the age is known (LAW: directive 2011/36/EU, art. 13, paragraph 2)."""

_FROM = {
    65: AgeBand.FROM_65,
    40: AgeBand.FROM_40,
    23: AgeBand.FROM_23,
    18: AgeBand.FROM_18,
    16: AgeBand.FROM_16,
    12: AgeBand.FROM_12,
}
"""The bands that a birth year can lead to, by the age at which each begins, the oldest first."""


def age_of(birth_year: int | None, on: date) -> AgeBand:
    """The band of the youngest that somebody born in a year can be on a day."""
    if birth_year is None:
        return AgeBand.UNKNOWN
    youngest = on.year - birth_year - 1
    return next((band for begins, band in _FROM.items() if youngest >= begins), AgeBand.UNDER_12)
