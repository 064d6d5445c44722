"""A moment as a person writes it: in Amsterdam, to the minute; a whole minute counts, as screens show no less."""

import re
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from contracts.hours import AMSTERDAM

LONGEST = 40
"""Characters; no moment is longer."""

_DUTCH = re.compile(r"([0-9]{1,2})-([0-9]{1,2})-([0-9]{4})(.*)", re.DOTALL)
_LEAST = timedelta(microseconds=1)
_OLDEST = datetime(2000, 1, 1, tzinfo=UTC)


class Wrong(StrEnum):
    """What is wrong with what was written."""

    NOT_READ = "not_read"
    NO_SUCH_TIME = "no_such_time"
    TO_COME = "to_come"


class NoMoment(ValueError):  # noqa: N818 - named as what is the case
    """It cannot be taken as a moment that has been.

    Attributes:
        wrong: Why.
    """

    def __init__(self, wrong: Wrong) -> None:
        super().__init__(WORDS[wrong])
        self.wrong = wrong


WORDS = {
    Wrong.NOT_READ: "write a date and a time, as 2026-01-31 14:05",
    Wrong.NO_SUCH_TIME: "there is no such time: the clock was put forward that night",
    Wrong.TO_COME: "this moment is still to come",
}


def read_moment(text: str, now: datetime) -> datetime:
    """The last instant of what was written: ``2026-01-31 14:05``, ``31-01-2026 14:05``, or with seconds or an offset.

    Of an hour that a night has twice it is the first, unless an offset says otherwise.

    Raises:
        NoMoment: It cannot be read, never was, or is still to come.
    """
    moment = _read(text)
    if moment.tzinfo is None:
        there = moment.replace(tzinfo=AMSTERDAM)
        if there.astimezone(UTC).astimezone(AMSTERDAM).replace(tzinfo=None) != moment:
            raise NoMoment(Wrong.NO_SUCH_TIME)
        moment = there
    moment = moment.astimezone(UTC)
    if moment > now:
        raise NoMoment(Wrong.TO_COME)
    return min(moment + _length(text) - _LEAST, now)


def written(moment: datetime) -> str:
    """A moment as it can be written."""
    return f"{moment.astimezone(AMSTERDAM):%Y-%m-%d %H:%M}"


def _read(text: str) -> datetime:
    text = text.strip()
    if len(text) > LONGEST or not text.isascii() or ":" not in text:
        raise NoMoment(Wrong.NOT_READ)
    dutch = _DUTCH.fullmatch(text)
    try:
        moment = datetime.fromisoformat(f"{dutch[3]}-{int(dutch[2]):02}-{int(dutch[1]):02}{dutch[4]}" if dutch else text)
        too_old = moment.replace(tzinfo=moment.tzinfo or UTC) < _OLDEST
    except (ValueError, OverflowError):
        raise NoMoment(Wrong.NOT_READ) from None
    if too_old or moment.year > 9000:
        raise NoMoment(Wrong.NOT_READ if too_old else Wrong.TO_COME)
    return moment


def _length(text: str) -> timedelta:
    """How long what was written lasts: a second where it has seconds, else a minute."""
    time = re.split(r"[T ]", text.strip(), maxsplit=1)[-1]
    return timedelta(seconds=1) if re.match(r"[0-9]{2}:[0-9]{2}:[0-9]{2}", time) else timedelta(minutes=1)
