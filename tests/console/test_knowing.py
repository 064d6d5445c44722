"""Who could know what: at many moments of whole lives, the same as the logs of all agencies together say."""

from datetime import datetime, timedelta
from random import Random

import pytest

from console.knowing import Knew, Told, knew
from console.rungs import CaseLog
from contracts.catalogue import CATALOGUE
from contracts.processing import Direction, Processing
from contracts.standing import Outcome, Standing
from tests.console.lives import NAMES, Life, life
from tests.console.lives.lines import AT, OTHER, sent_line, taken_line

MOMENTS = 35
"""Of each life; there are six."""

EVER = datetime.fromisoformat("9999-01-01T00:00:00+00:00")
MINUTE = timedelta(minutes=1)

every_life = pytest.mark.parametrize("name", NAMES)


def moments(lived: Life) -> list[datetime]:
    """Some by chance, and the ends of some lines to the microsecond."""
    random = Random(lived.name)
    times = sorted(line.start_time for kept in lived.agencies.values() for line in kept.lines)
    span = (times[-1] - times[0] + MINUTE).total_seconds()
    chance = [times[0] + timedelta(seconds=random.uniform(-1, span)) for _ in range(MOMENTS)]
    return [*chance, *random.sample(times, 5), times[0], times[-1], EVER]


def lines(lived: Life, slug: str, direction: Direction, other: str, at: datetime) -> set[str]:
    """Ids of what an agency sent to, or took from, another one by then."""
    kept = lived.agencies.get(slug)
    return {
        line.event_id
        for line in (kept.lines if kept else ())
        if (line.direction, line.counterparty) == (direction, other) and line.start_time <= at
    }


def itself(line: Processing) -> bool:
    return line.event_type in CATALOGUE and CATALOGUE[line.event_type].rule.itself


def ids(told: tuple[Told, ...]) -> set[str]:
    return {one.event_id for one in told}


@every_life
def test_told_is_what_we_sent_by_then_and_had_is_never_more_than_the_other_had_taken(name: str) -> None:
    lived, looked = life(name), 0
    for slug, kept in lived.agencies.items():
        own = {line.event_id for line in kept.lines if itself(line)}
        for at in moments(lived):
            found = knew(kept.log, at)
            assert {*found.others} <= {line.counterparty for line in kept.lines if line.direction is Direction.SENT}
            for other in {line.counterparty for line in kept.lines if line.direction is Direction.SENT}:
                told = found.others.get(other, ())
                assert ids(told) == lines(lived, slug, Direction.SENT, other, at) - own
                had = {one.event_id for one in told if one.had}
                assert had <= lines(lived, other, Direction.TAKEN, slug, at), "only what it had taken"
                assert all(one.told <= one.had <= at for one in told if one.had)
                looked += len(had)
    assert looked, "somebody had something"


@every_life
def test_in_the_end_all_that_another_took_is_had_but_what_it_once_said_not_to_know(name: str) -> None:
    lived = life(name)
    for slug, kept in lived.agencies.items():
        denied = {one.event_id for one in kept.standings if one.outcome and not one.outcome.arrived}
        own = {line.event_id for line in kept.lines if itself(line)}
        for other, told in knew(kept.log, EVER).others.items():
            had = {one.event_id for one in told if one.had}
            assert had == lines(lived, other, Direction.TAKEN, slug, EVER) - denied - own


@every_life
def test_that_it_was_read_is_said_only_after_the_other_said_so(name: str) -> None:
    lived = life(name)
    for slug, kept in lived.agencies.items():
        for at in moments(lived):
            for other, told in knew(kept.log, at).others.items():
                read = [one for one in told if one.read]
                theirs = [
                    line
                    for line in lived.agencies[other].lines
                    if line.direction is Direction.SENT and line.counterparty == slug and line.start_time <= at
                    if line.event_type == "nl.keten.referrals.seen.v1"
                ]
                assert len(read) <= len(theirs)
                assert all(one.event == "referral_offered" for one in read)


@every_life
def test_our_own_part_is_what_we_had_taken_and_decided_by_then(name: str) -> None:
    lived = life(name)
    for kept in lived.agencies.values():
        for at in moments(lived):
            own = knew(kept.log, at).own
            wanted = [line for line in kept.lines if line.direction is not Direction.SENT and line.start_time <= at]
            refused = {line.event_id for line in kept.lines if line.status_code}
            assert [one.at for one in own] == sorted(line.start_time for line in wanted if line.event_id not in refused)
            assert all(one.at <= at for one in own)


def one(found: Knew) -> Told:
    [told] = found.others[OTHER]
    return told


def log_of(*lines: Processing, **standing: object) -> CaseLog:
    standings = [Standing(lines[0].event_id, OTHER, left_at=AT, **standing)] if standing else []  # type: ignore[arg-type]
    return CaseLog(lines, standings, ())


def test_what_was_confirmed_later_was_not_had_before() -> None:
    log = log_of(sent_line(1), outcome=Outcome(AT + MINUTE, arrived=True))
    assert knew(log, AT - MINUTE).others == {}
    assert one(knew(log, AT)).had is None
    assert one(knew(log, AT + MINUTE)).had == AT + MINUTE


def test_what_was_refused_was_not_had_and_that_is_said_since_we_heard_it() -> None:
    log = log_of(sent_line(1), outcome=Outcome(AT + MINUTE, arrived=True, code="no_ground"))
    assert not one(knew(log, AT)).refused
    assert one(knew(log, AT + MINUTE)).refused
    assert one(knew(log, EVER)).had is None


def test_who_answers_had_it_at_the_latest_then_whatever_was_noted() -> None:
    log = log_of(sent_line(1), taken_line(2, after=5 * MINUTE))
    assert one(knew(log, AT + MINUTE)).had is None
    assert one(knew(log, EVER)).had == AT + 5 * MINUTE


def test_what_was_refused_here_and_then_taken_was_had_from_then_on() -> None:
    first = taken_line(3)
    log = log_of(first, first.refused(AT + MINUTE), taken_line(3, after=2 * MINUTE))
    assert knew(log, AT + MINUTE).own == ()
    assert [had.at for had in knew(log, EVER).own] == [AT + 2 * MINUTE]
