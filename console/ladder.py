"""How far each letter of a case came: published, stored, delivered, read, answered; where it hangs, and why.

Everything here is reckoned from what one agency wrote down itself: its processing log, what became of what it sent, and its own
files. Of another agency it says only what that one confirmed, or told us.
"""

from datetime import datetime

from console.following import ANSWERED_BY, READ_BY, Following, note_of
from console.rungs import CaseLog, Ladder, Mark, Rung, Step, Why
from contracts.catalogue import CATALOGUE
from contracts.disclosed import taken_or_sent
from contracts.processing import Direction, Processing
from contracts.standing import Outcome, Standing
from contracts.views import LetterView


def ladders(log: CaseLog) -> tuple[Ladder, ...]:
    """Every letter of a case to another agency; those not published yet first, then the newest first."""
    lines = taken_or_sent(log.lines)
    sent = [line for line in lines if line.direction is Direction.SENT and not CATALOGUE[line.event_type].rule.itself]
    standings = {(standing.event_id, standing.other): standing for standing in log.standings}
    in_files = [letter for view in log.views for letter in view.letters]
    climbing = _Climbing(log, Following(lines, log.views))
    found: list[Ladder] = []
    for line in sent:
        standing = standings.get((line.event_id, line.counterparty))
        found.append(climbing.ladder(line, standing, waits=_taken_out(in_files, line, standing)))
    newest_first = sorted(found, key=lambda one: (one.published, one.event_id), reverse=True)
    return (*map(_unpublished, in_files), *newest_first)


def _taken_out(in_files: list[LetterView], line: Processing, standing: Standing | None) -> bool:
    """Whether a file still holds the letter of this line; no other line is about it then."""
    if standing is not None and standing.outcome is not None:
        return False
    about = (line.counterparty, note_of(CATALOGUE[line.event_type]))
    letter = next((one for one in in_files if (one.to, one.event) == about and one.since <= line.start_time), None)
    if letter is not None:
        in_files.remove(letter)
    return letter is not None


def _unpublished(letter: LetterView) -> Ladder:
    way = (Step(rung, Mark.WAITS, since=letter.since, why=Why.LEAVING) for rung in (Rung.PUBLISHED, Rung.STORED, Rung.DELIVERED))
    return Ladder(letter.to, letter.event, "", None, (*way, _no(Rung.READ), _no(Rung.ANSWERED)))


def _no(rung: Rung, why: Why | None = None, at: datetime | None = None) -> Step:
    return Step(rung, Mark.NONE, at=at, why=why)


class _Climbing:
    """Puts a letter on its ladder."""

    def __init__(self, log: CaseLog, following: Following) -> None:
        self._log = log
        self._following = following

    def ladder(self, line: Processing, standing: Standing | None, *, waits: bool) -> Ladder:
        """A letter that was published.

        Args:
            line: Of the processing log.
            standing: What was noted of it; None: nothing was.
            waits: Whether its file still holds it.
        """
        answer, read = self._following.answer(line), self._following.read(line)
        outcome = standing.outcome if standing else None
        spoken = min((one.start_time for one in (answer, read) if one), default=None)
        stored = self._stored(line, standing, waits=waits)
        delivered = _by_what_followed(_delivered(line, standing, stored), spoken)
        steps = (
            Step(Rung.PUBLISHED, Mark.DONE, at=line.start_time),
            _by_what_followed(stored, spoken),
            delivered,
            self._read(line, delivered, read, answer),
            self._answered(line, delivered, answer),
        )
        return Ladder(
            to=line.counterparty,
            event=note_of(CATALOGUE[line.event_type]),
            event_id=line.event_id,
            published=line.start_time,
            steps=steps,
            answer=note_of(CATALOGUE[answer.event_type]) if answer else "",
            code=(outcome.code or "") if outcome else standing.code if standing else "",
        )

    def _stored(self, line: Processing, standing: Standing | None, *, waits: bool) -> Step:
        leaving = Step(Rung.STORED, Mark.WAITS, since=line.start_time, why=Why.LEAVING)
        if standing is None:
            return leaving if waits else Step(Rung.STORED, Mark.UNKNOWN, why=Why.NOT_NOTED)
        if standing.left_at is not None:
            return leaving if waits else Step(Rung.STORED, Mark.DONE, at=standing.left_at)
        if standing.never_at is not None:
            why = Why.UNSENDABLE if standing.code else Why.WITHHELD
            return Step(Rung.STORED, Mark.FAILED, at=standing.never_at, since=standing.held_at, why=why)
        if not waits and self._log.whole:
            return Step(Rung.STORED, Mark.FAILED, since=standing.held_at, why=Why.WITHHELD)
        why = Why.NOBODY_REACHED if self._log.held_to > 1 else Why.NOT_REACHED
        return Step(Rung.STORED, Mark.WAITS, since=standing.held_at, why=why)

    def _read(self, line: Processing, delivered: Step, read: Processing | None, answer: Processing | None) -> Step:
        if read is not None:
            return Step(Rung.READ, Mark.DONE, at=read.start_time)
        if CATALOGUE[line.event_type] not in READ_BY:
            return _no(Rung.READ)
        if answer is not None:
            return Step(Rung.READ, Mark.AT_LATEST, at=answer.start_time)
        return self._awaited(Rung.READ, line, delivered, Why.NOT_READ)

    def _answered(self, line: Processing, delivered: Step, answer: Processing | None) -> Step:
        if answer is not None:
            return Step(Rung.ANSWERED, Mark.DONE, at=answer.start_time)
        if CATALOGUE[line.event_type] not in ANSWERED_BY:
            return _no(Rung.ANSWERED)
        return self._awaited(Rung.ANSWERED, line, delivered, Why.NOT_ANSWERED)

    def _awaited(self, rung: Rung, line: Processing, delivered: Step, why: Why) -> Step:
        """A rung that nobody has reached; nor must anybody, where the letter was taken back or is not there."""
        taken_back = self._following.taken_back(line)
        if taken_back is not None:
            return _no(rung, Why.TAKEN_BACK, taken_back.start_time)
        if delivered.mark in {Mark.FAILED, Mark.NONE}:
            return _no(rung, delivered.why)
        return Step(rung, Mark.WAITS, since=delivered.at or delivered.since or line.start_time, why=why)


def _delivered(line: Processing, standing: Standing | None, stored: Step) -> Step:
    if standing is not None and standing.outcome is not None:
        return _said(standing.outcome)
    if stored.mark is Mark.DONE and standing is not None:
        why = Why.NOT_CONFIRMED if standing.asked_at else Why.NOT_ASKED
        return Step(Rung.DELIVERED, Mark.WAITS, since=standing.left_at, why=why)
    if stored.mark is Mark.UNKNOWN:
        return Step(Rung.DELIVERED, Mark.UNKNOWN, why=Why.NOT_NOTED)
    if stored.mark is Mark.FAILED:
        return _no(Rung.DELIVERED, stored.why)
    return Step(Rung.DELIVERED, Mark.WAITS, since=line.start_time, why=stored.why)


def _said(outcome: Outcome) -> Step:
    """What its recipient said of it."""
    if outcome.code:
        return Step(Rung.DELIVERED, Mark.FAILED, at=outcome.at, why=Why.REFUSED)
    mark, why = (Mark.DONE, None) if outcome.arrived else (Mark.FAILED, Why.LOST)
    return Step(Rung.DELIVERED, mark, at=outcome.at, why=why)


def _by_what_followed(step: Step, spoken: datetime | None) -> Step:
    """Who spoke of a letter has it, whatever was noted."""
    if spoken is None or step.mark in {Mark.DONE, Mark.FAILED}:
        return step
    return Step(step.rung, Mark.AT_LATEST, at=spoken)
