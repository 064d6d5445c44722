"""Who may be under 18 counts as under 18; a birth year says no more than the youngest that it allows."""

from datetime import date

import pytest

from contracts.ages import UNDER_16, UNDER_18, age_of
from contracts.commands import RecordIntake
from contracts.profile import AgeBand

DAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("born", "band"),
    [
        (None, AgeBand.UNKNOWN),
        (2026, AgeBand.UNDER_12),
        (2014, AgeBand.UNDER_12),
        (2013, AgeBand.FROM_12),
        (2010, AgeBand.FROM_12),
        (2009, AgeBand.FROM_16),
        (2008, AgeBand.FROM_16),
        (2007, AgeBand.FROM_18),
        (2002, AgeBand.FROM_23),
        (1985, AgeBand.FROM_40),
        (1960, AgeBand.FROM_65),
    ],
)
def test_a_birth_year_allows_the_youngest(born: int | None, band: AgeBand) -> None:
    assert age_of(born, DAY) is band


def test_every_band_is_under_18_or_begins_at_18_or_is_unknown() -> None:
    adults = {AgeBand.FROM_18, AgeBand.FROM_23, AgeBand.FROM_40, AgeBand.FROM_65}
    assert UNDER_16 < UNDER_18
    assert set(AgeBand) == UNDER_18 | adults | {AgeBand.UNKNOWN}
    assert not UNDER_18 & adults


def test_an_intake_of_before_says_no_more_than_it_did() -> None:
    assert RecordIntake.model_validate({"needs": "an example", "under_16": True}).told_age is AgeBand.UNDER_16
    assert RecordIntake.model_validate({"needs": "an example"}).told_age is AgeBand.UNKNOWN
    assert RecordIntake(needs="an example", age=AgeBand.FROM_12, under_16=True).told_age is AgeBand.FROM_12
