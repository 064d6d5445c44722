"""Who could know what of a case at a moment: told, had it, said that it was read.

Of our own agency it says what it had taken and decided by then. Of another one it says what we had told it, and what it has
confirmed or told us itself. What agencies told each other without us is not here: nobody told us.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from console.following import note_of
from console.ladder import ladders
from console.rungs import CaseLog, Ladder, Mark, Rung
from contracts.catalogue import CATALOGUE
from contracts.processing import Direction, Processing, Status


@dataclass(frozen=True)
class Own:
    """Something that our agency had.

    Attributes:
        what: The event, or the decision, as a file notes it.
        other: Slug of the agency that told it; empty: a person here decided it.
        at: When.
    """

    what: str
    other: str
    at: datetime


@dataclass(frozen=True)
class Told:
    """Something that another agency had been told.

    Attributes:
        event: As a file notes it.
        event_id: Its id.
        told: When we published it.
        had: When it confirmed it, or at the latest when it spoke of it; None: it had not by then.
        read: When a person there said that they had read it; None: nobody had by then.
        refused: It said by then that it does not take it.
    """

    event: str
    event_id: str
    told: datetime
    had: datetime | None
    read: datetime | None
    refused: bool


@dataclass(frozen=True)
class Knew:
    """Who could know what at a moment.

    Attributes:
        own: What our agency had, in the order of time.
        others: What each other agency had been told, by its slug.
    """

    own: tuple[Own, ...]
    others: dict[str, tuple[Told, ...]]


def knew(log: CaseLog, at: datetime) -> Knew:
    """Who could know what at a moment, that moment included."""
    own = sorted((_own(line) for line in _had(log.lines) if line.start_time <= at), key=lambda one: one.at)
    others: dict[str, list[Told]] = {}
    for ladder in sorted(ladders(log), key=lambda one: (one.to, one.published or at)):
        if ladder.published is not None and ladder.published <= at:
            others.setdefault(ladder.to, []).append(_told(ladder, ladder.published, at))
    return Knew(tuple(own), {slug: tuple(told) for slug, told in others.items()})


def _had(lines: Sequence[Processing]) -> list[Processing]:
    """What was taken and decided here: each by the line that no refusal followed."""
    found: dict[tuple[str, str], Processing] = {}
    for line in lines:
        ours = line.direction in {Direction.SENT, Direction.HANDED}
        if ours or (line.direction is Direction.TAKEN and line.event_type not in CATALOGUE):
            continue
        event = (line.event_id, line.direction)
        if line.status_code is Status.ERROR:
            found.pop(event, None)
        else:
            found.setdefault(event, line)
    return [*found.values()]


def _own(line: Processing) -> Own:
    if line.direction is Direction.DECIDED:
        return Own(line.event_type, "", line.start_time)
    return Own(note_of(CATALOGUE[line.event_type]), line.counterparty, line.start_time)


def _told(ladder: Ladder, told: datetime, at: datetime) -> Told:
    delivered, read = ladder.step(Rung.DELIVERED), ladder.step(Rung.READ)
    spoken = [step.at for step in (ladder.step(Rung.READ), ladder.step(Rung.ANSWERED)) if step.at and _is_reached(step.mark)]
    had = [*([delivered.at] if delivered.at and _is_reached(delivered.mark) else []), *spoken]
    by_then = min((moment for moment in had if moment <= at), default=None)
    return Told(
        event=ladder.event,
        event_id=ladder.event_id,
        told=told,
        had=by_then,
        read=read.at if read.mark is Mark.DONE and read.at and read.at <= at else None,
        refused=bool(ladder.code and delivered.at and delivered.at <= at),
    )


def _is_reached(mark: Mark) -> bool:
    return mark in {Mark.DONE, Mark.AT_LATEST}
