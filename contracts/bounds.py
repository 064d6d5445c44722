"""How far numbers and dates go: nothing that an agency can mean lies beyond, and everything here can be reckoned with."""

from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 1, 1)
FIRST, LAST = (datetime(day.year, day.month, day.day, tzinfo=UTC) for day in (FIRST_DAY, LAST_DAY))


def _lived(moment: datetime) -> datetime:
    if not FIRST <= moment <= LAST:
        raise ValueError("write a moment of this century, from 2000-01-01 to 2100-01-01 in UTC")
    return moment


def _of_this_century(day: date) -> date:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError("write a day of this century, from 2000-01-01 to 2100-01-01")
    return day


Moment = Annotated[
    AwareDatetime,
    AfterValidator(_lived),
    Field(json_schema_extra={"formatMinimum": f"{FIRST_DAY}T00:00:00Z", "formatMaximum": f"{LAST_DAY}T00:00:00Z"}),
]
"""A moment with its offset."""

Day = Annotated[
    date,
    AfterValidator(_of_this_century),
    Field(json_schema_extra={"formatMinimum": str(FIRST_DAY), "formatMaximum": str(LAST_DAY)}),
]

Number = Annotated[int, Field(ge=1, le=9_999)]
"""The number of an offer within a case."""

AlarmNumber = Annotated[int, Field(ge=1, le=2**31)]
"""The number of an alarm within a file; others may raise thousands."""

Count = Annotated[int, Field(ge=0, le=9_999)]
"""How often something happened in a case."""
