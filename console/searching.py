"""A search for the files that somebody wants, from search attributes alone: for the command line and for pages."""

from datetime import UTC, datetime, timedelta

from console import filters
from console.cutting import Asked
from console.order import BY_DEADLINE, BY_DELAY, BY_TURN
from console.wanted import NOWHERE, Wanted
from contracts.hours import AMSTERDAM
from runtime.temporal.failing_files import FAILING


def search_for(wanted: Wanted, now: datetime | None = None) -> Asked:
    """The search, and its order: what is overdue for longest first, else what is due first.

    Raises:
        ValueError: A value would end the quotes around it.
    """
    now = now or _lately()
    names = {"KetenRegion": wanted.region, "KetenPhase": wanted.phase, "KetenOwner": wanted.owner, "KetenKind": wanted.kind}
    conditions = [_is(name, value) for name, value in names.items() if value]
    conditions += ["ExecutionStatus != 'ContinuedAsNew'" if wanted.closed else filters.RUNNING]
    conditions += [] if wanted.closed or wanted.phase else [filters.NOT_KEPT]
    conditions += [filters.whose_turn(_safe(wanted.turn))] if wanted.turn else []
    conditions += [filters.not_whose_turn(_safe(wanted.not_turn))] if wanted.not_turn else []
    conditions += [filters.WITH_ALARM] if wanted.alarm else []
    conditions += [filters.overdue(now)] if wanted.overdue else []
    conditions += [FAILING] if wanted.failing else []
    conditions += [filters.due_between(now, end_of_week(now))] if wanted.week else []
    by_turn = wanted.turn or wanted.not_turn or wanted.week
    return Asked(tuple(conditions), BY_DELAY if wanted.overdue else BY_TURN if by_turn else BY_DEADLINE, wanted)


def end_of_week(now: datetime) -> datetime:
    """The beginning of next Monday, in Amsterdam."""
    here = now.astimezone(AMSTERDAM)
    monday = here.date() + timedelta(days=7 - here.weekday())
    return datetime(monday.year, monday.month, monday.day, tzinfo=AMSTERDAM)


def _lately() -> datetime:
    """The last ten seconds that were full: whoever asks for the same within them asks the same question."""
    now = datetime.now(UTC)
    return now.replace(second=now.second // 10 * 10, microsecond=0)


def _is(name: str, value: str) -> str:
    return f"{name} IS NULL" if value == NOWHERE else f"{name} = '{_safe(value)}'"


def _safe(value: str) -> str:
    if "'" in value or "\\" in value:
        raise ValueError("a quote or backslash is in no name here")
    return value
