from datetime import UTC, datetime, timedelta

import pytest

from console.moment_asked import NoMoment, Wrong, read_moment, written

NOW = datetime(2026, 11, 5, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("2026-01-31 14:05", datetime(2026, 1, 31, 13, 6, tzinfo=UTC)),
        ("31-01-2026 14:05", datetime(2026, 1, 31, 13, 6, tzinfo=UTC)),
        ("1-7-2026 14:05", datetime(2026, 7, 1, 12, 6, tzinfo=UTC)),
        ("2026-01-31T14:05", datetime(2026, 1, 31, 13, 6, tzinfo=UTC)),
        ("2026-01-31 14:05:07", datetime(2026, 1, 31, 13, 5, 8, tzinfo=UTC)),
        ("2026-01-31T14:05Z", datetime(2026, 1, 31, 14, 6, tzinfo=UTC)),
        ("2026-01-31T14:05+02:00", datetime(2026, 1, 31, 12, 6, tzinfo=UTC)),
        ("2026-10-25 02:30", datetime(2026, 10, 25, 0, 31, tzinfo=UTC)),
        ("2026-10-25T02:30+01:00", datetime(2026, 10, 25, 1, 31, tzinfo=UTC)),
    ],
)
def test_a_moment_lasts_as_long_as_it_was_written(text: str, until: datetime) -> None:
    assert read_moment(f" {text} ", NOW) == until - timedelta(microseconds=1)


def test_this_minute_is_not_longer_than_now() -> None:
    assert read_moment("2026-11-05 13:00", NOW) == NOW


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", Wrong.NOT_READ),
        ("now", Wrong.NOT_READ),
        ("14:05", Wrong.NOT_READ),
        ("2026-01-31", Wrong.NOT_READ),
        ("31-01-2026", Wrong.NOT_READ),
        ("2026-13-01 10:00", Wrong.NOT_READ),
        ("32-01-2026 10:00", Wrong.NOT_READ),
        ("2026-01-31 25:00", Wrong.NOT_READ),
        ("1999-01-31 10:00", Wrong.NOT_READ),
        ("0001-01-01T00:00+14:00", Wrong.NOT_READ),
        ("9999-12-31T23:59-14:00", Wrong.TO_COME),
        ("\u0662026-01-31 10:00", Wrong.NOT_READ),
        ("2026-01-31 10:00" + " " * 50 + "x", Wrong.NOT_READ),
        ("2026-03-29 02:30", Wrong.NO_SUCH_TIME),
        ("2026-11-05 13:01", Wrong.TO_COME),
    ],
)
def test_what_is_no_moment_that_has_been_says_why(text: str, wrong: Wrong) -> None:
    with pytest.raises(NoMoment) as raised:
        read_moment(text, NOW)
    assert raised.value.wrong is wrong


def test_what_is_written_is_read_again() -> None:
    assert written(NOW) == "2026-11-05 13:00"
    assert read_moment(written(NOW), NOW) == NOW
