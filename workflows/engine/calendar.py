"""From a term to a moment, by the Dutch calendar and an agency's opening hours.

Holidays: the library ``holidays`` (public holidays of the Netherlands). A moment once reckoned is kept in the file, so a later
edition of the calendar never moves a clock that runs.
"""

from calendar import monthrange
from datetime import date, datetime, timedelta

from holidays import country_holidays

from contracts.clocks import Duration
from contracts.hours import AMSTERDAM, OpeningHours

HOLIDAYS = frozenset(country_holidays("NL", years=range(2020, 2071)))
"""Reckoned once, when the module is loaded: the library reads files, which a workflow may not do."""


def due(after: datetime, term: Duration, hours: OpeningHours) -> datetime:
    """When a term ends.

    Args:
        after: Start of the term, with a time zone.
        term: Seconds to days run on; working days count open days of the agency; months keep the day of the month.
        hours: Opening hours of whoever must act. An agency that is always open has no days off.

    Returns:
        The end, in UTC.
    """
    if term.exact is not None:
        return after + term.exact
    local = after.astimezone(AMSTERDAM)
    moment = _months(local, term.amount) if term.unit == "month" else _working_days(local, term.amount, hours)
    return moment.astimezone(after.tzinfo)


def is_open(moment: datetime, hours: OpeningHours) -> bool:
    """Whether somebody is there."""
    local = moment.astimezone(AMSTERDAM)
    return hours.always or (_works(local.date(), hours) and hours.opens <= local.time() < hours.closes)


def _working_days(local: datetime, amount: int, hours: OpeningHours) -> datetime:
    if hours.always:
        return local + timedelta(days=amount)
    moment = _next_open(local, hours)
    for _ in range(amount):
        moment += timedelta(days=1)
        while not _works(moment.date(), hours):
            moment += timedelta(days=1)
    return moment


def _next_open(local: datetime, hours: OpeningHours) -> datetime:
    if _works(local.date(), hours) and local.time() < hours.closes:
        return max(local, _at(local, hours))
    moment = _at(local + timedelta(days=1), hours)
    while not _works(moment.date(), hours):
        moment += timedelta(days=1)
    return moment


def _at(local: datetime, hours: OpeningHours) -> datetime:
    return local.replace(hour=hours.opens.hour, minute=hours.opens.minute, second=0, microsecond=0)


def _works(day: date, hours: OpeningHours) -> bool:
    return hours.works(day, HOLIDAYS)


def _months(local: datetime, amount: int) -> datetime:
    year, month = divmod(local.month - 1 + amount, 12)
    year, month = local.year + year, month + 1
    return local.replace(year=year, month=month, day=min(local.day, monthrange(year, month)[1]))
