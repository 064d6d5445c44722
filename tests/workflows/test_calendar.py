"""From a term to a moment: the Dutch calendar, opening hours, and the two days a year that are not 24 hours long."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.clocks import UNITS, Duration
from contracts.hours import ALWAYS, AMSTERDAM, OFFICE, OpeningHours
from workflows.engine.calendar import HOLIDAYS, due, is_open


def working_days(amount: int) -> Duration:
    return Duration(amount=amount, unit="working day")


def months(amount: int) -> Duration:
    return Duration(amount=amount, unit="month")


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)


@pytest.mark.parametrize(
    ("after", "amount", "end", "why"),
    [
        ("2026-03-03 10:00", 1, "2026-03-04 10:00", "an ordinary day"),
        ("2026-03-03 10:00", 5, "2026-03-10 10:00", "over a weekend"),
        ("2026-03-06 16:59", 1, "2026-03-09 16:59", "Friday afternoon"),
        ("2026-03-06 17:00", 1, "2026-03-10 09:00", "closed: counts from when it opens again"),
        ("2026-03-07 12:00", 1, "2026-03-10 09:00", "Saturday"),
        ("2026-03-03 07:00", 1, "2026-03-04 09:00", "before it opens"),
        ("2026-04-24 10:00", 1, "2026-04-28 10:00", "King's Day is on Monday 27 April 2026"),
        ("2025-04-25 10:00", 1, "2025-04-28 10:00", "King's Day on Saturday 26 April 2025, as the 27th is a Sunday"),
        ("2026-04-02 10:00", 1, "2026-04-07 10:00", "Good Friday, which counts as a holiday for terms, and Easter Monday"),
        ("2026-05-13 10:00", 1, "2026-05-15 10:00", "Ascension Day"),
        ("2026-05-22 10:00", 1, "2026-05-26 10:00", "Whit Monday"),
        ("2026-05-04 10:00", 1, "2026-05-05 10:00", "Liberation Day in an ordinary year"),
        ("2025-05-02 10:00", 1, "2025-05-06 10:00", "Liberation Day in a fifth year, on a Monday"),
        ("2026-12-24 10:00", 1, "2026-12-28 10:00", "two days of Christmas and a weekend"),
        ("2026-12-31 10:00", 1, "2027-01-04 10:00", "New Year's Day and a weekend"),
        ("2026-03-27 10:00", 1, "2026-03-30 10:00", "the clock goes forward in between; ten o'clock stays ten o'clock"),
        ("2026-10-23 10:00", 1, "2026-10-26 10:00", "the clock goes back in between"),
        ("2026-03-03 10:00", 0, "2026-03-03 10:00", "no days at all"),
    ],
)
def test_working_days(after: str, amount: int, end: str, why: str) -> None:
    assert due(local(after), working_days(amount), OFFICE) == local(end), why


@pytest.mark.parametrize("year", range(2020, 2041))
def test_liberation_day_is_a_public_holiday_every_fifth_year(year: int) -> None:
    assert (date(year, 5, 5) in HOLIDAYS) == (year % 5 == 0)


def test_the_calendar_reaches_far_enough_for_any_term() -> None:
    assert date(2070, 12, 25) in HOLIDAYS
    assert date(2020, 1, 1) in HOLIDAYS


@pytest.mark.parametrize("after", ["2026-04-26 03:00", "2026-12-25 23:59", "2026-03-07 12:00"])
def test_who_is_always_open_has_no_days_off(after: str) -> None:
    assert due(local(after), working_days(2), ALWAYS) == local(after) + timedelta(days=2)
    assert is_open(local(after), ALWAYS)


def test_the_hours_of_a_day_are_real_ones_where_a_term_is_in_hours() -> None:
    before = datetime(2026, 3, 28, 22, tzinfo=UTC)
    assert due(before, Duration(amount=72, unit="hour"), OFFICE) - before == timedelta(hours=72)
    assert due(before, Duration(amount=14, unit="day"), OFFICE) - before == timedelta(days=14)


@pytest.mark.parametrize(
    ("after", "amount", "end"),
    [
        ("2026-01-31 10:00", 1, "2026-02-28 10:00"),
        ("2028-01-31 10:00", 1, "2028-02-29 10:00"),
        ("2026-11-30 10:00", 3, "2027-02-28 10:00"),
        ("2026-03-31 10:00", 6, "2026-09-30 10:00"),
        ("2026-12-15 10:00", 12, "2027-12-15 10:00"),
        ("2026-01-15 10:00", 3, "2026-04-15 10:00"),
    ],
)
def test_months_keep_the_day_or_take_the_last_one(after: str, amount: int, end: str) -> None:
    assert due(local(after), months(amount), OFFICE) == local(end)


@pytest.mark.parametrize(
    ("moment", "there"),
    [
        ("2026-03-03 09:00", True),
        ("2026-03-03 16:59", True),
        ("2026-03-03 17:00", False),
        ("2026-03-03 08:59", False),
        ("2026-03-07 12:00", False),
        ("2026-04-27 12:00", False),
    ],
)
def test_is_open(moment: str, there: bool) -> None:
    assert is_open(local(moment), OFFICE) is there


BEGIN = datetime(2021, 1, 1, tzinfo=UTC).replace(tzinfo=None)
MOMENTS = st.datetimes(BEGIN, BEGIN.replace(year=2060), timezones=st.just(UTC))
AMOUNTS = st.integers(1, 30)


@st.composite
def opening_hours(draw: st.DrawFn) -> OpeningHours:
    first = draw(st.integers(0, 4))
    opens = draw(st.integers(0, 22))
    return OpeningHours(
        first_day=first,
        last_day=draw(st.integers(first, 6)),
        opens=time(opens),
        closes=time(draw(st.integers(opens + 1, 23))),
    )


@given(MOMENTS, AMOUNTS, st.sampled_from(UNITS), opening_hours() | st.just(ALWAYS))
def test_a_term_ends_after_it_begins_and_never_earlier_than_a_shorter_one(
    after: datetime, amount: int, unit: str, hours: OpeningHours
) -> None:
    end = due(after, Duration(amount=amount, unit=unit), hours)
    assert end > after
    assert end >= due(after, Duration(amount=amount - 1, unit=unit), hours)
    assert end.utcoffset() == timedelta()


@given(MOMENTS, AMOUNTS, opening_hours())
def test_working_days_end_while_somebody_is_there(after: datetime, amount: int, hours: OpeningHours) -> None:
    end = due(after, working_days(amount), hours).astimezone(AMSTERDAM)
    assert hours.first_day <= end.weekday() <= hours.last_day
    assert end.date() not in HOLIDAYS
    assert hours.opens <= end.time() <= hours.closes


@given(MOMENTS, st.timedeltas(timedelta(), timedelta(days=30)), AMOUNTS, opening_hours())
def test_what_begins_later_does_not_end_earlier(after: datetime, later: timedelta, amount: int, hours: OpeningHours) -> None:
    assert due(after + later, working_days(amount), hours) >= due(after, working_days(amount), hours)


@given(MOMENTS, AMOUNTS, opening_hours())
def test_as_many_days_pass_as_were_asked_for(after: datetime, amount: int, hours: OpeningHours) -> None:
    start = due(after, working_days(0), hours).astimezone(AMSTERDAM)
    end = due(after, working_days(amount), hours).astimezone(AMSTERDAM)
    days = (start.date() + timedelta(days=n) for n in range(1, (end.date() - start.date()).days + 1))
    assert sum(hours.first_day <= day.weekday() <= hours.last_day and day not in HOLIDAYS for day in days) == amount
