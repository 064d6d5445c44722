"""Lines under whatever a bus can do with them: any order, twice, never, two lines at a time, and events that are no links.

Beside the module stands a model that keeps everything it ever took; the controls are receivers that leave one thing out.
"""

from collections.abc import Callable
from itertools import pairwise
from typing import Any, NamedTuple

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from contracts.lines import MOST_AHEAD, MOST_GAPS, Heard, Link, Objection, Said, Span, objection, objection_after_the_end, spans
from contracts.refusals import RefusalCode

LONG = 12
"""Events on a line: enough for gaps within gaps."""

TAKEN, EARLY = "taken", None
Answer = RefusalCode | str | None


def answered(found: Objection | None) -> Answer:
    return found.code if found else TAKEN


def chain(line: str, length: int) -> list[Link]:
    """The events of one line, as its sender numbers and chains them."""
    said, links = Said(), list[Link]()
    for number in range(1, length + 1):
        links.append(Link(said.next, f"{line}{number}", said.previous))
        said = said.then(f"{line}{number}")
    return links


# Beside a model that keeps everything


def modelled(taken: dict[int, Link], floor: int, link: Link, *, past_gap: bool = False, ended: bool = False) -> Answer:
    """What is answered where everything that was taken is known; the count begins after the floor."""
    last = max(taken, default=floor)
    before = "" if link.number != last + 1 or last not in taken or taken[last].by_hand else taken[last].fingerprint
    after = taken[link.number + 1].previous if link.number + 1 in taken else None
    if link.number > last + MOST_AHEAD and not ended:
        return RefusalCode.SEQUENCE_AHEAD
    if link.number > last + 1 and not past_gap and not ended:
        return EARLY
    if link.number in taken or link.number <= floor:
        return RefusalCode.SEQUENCE_REUSED
    broken = (before and link.fingerprint and before != link.previous) or (after and after != link.fingerprint)
    return RefusalCode.CHAIN_BROKEN if broken and not link.by_hand else TAKEN


TRUE = {link.number: link for link in chain("a", 2 * MOST_AHEAD)}
OTHERS = ({"previous": "other"}, {"previous": None}, {"fingerprint": "other"}, {"fingerprint": ""})


STEPS = (1, 1, 1, 1, 2, 3, 0, -1, -2, MOST_AHEAD, MOST_AHEAD + 1)


@st.composite
def events(draw: st.DrawFn) -> list[tuple[Link, bool]]:
    """Links of a line, mostly as its sender wrote them, near each other; and whether what is missing was waited for.

    Others have another predecessor, other content, no fingerprint, as those of an older version, or were put in by hand.
    """
    found, number = list[tuple[Link, bool]](), 0
    for step in draw(st.lists(st.sampled_from(STEPS), max_size=30)):
        number = min(max(number + step, 1), len(TRUE))
        changed: dict[str, Any] = draw(st.sampled_from(({}, {}, {}, {}, *OTHERS)))
        link = TRUE[number]._replace(**changed, by_hand=draw(st.sampled_from([False, False, True])))
        found.append((link, draw(st.booleans())))
        number = number - step if step >= MOST_AHEAD else number
    return found


@settings(max_examples=150, deadline=None)
@given(events(), st.booleans())
def test_a_line_answers_as_one_that_keeps_everything(events: list[tuple[Link, bool]], opens: bool) -> None:
    heard, taken, floor = None, dict[int, Link](), 0
    for link, past_gap in events:
        floor = link.number - 1 if heard is None and opens else floor
        found = answered(objection(heard, link, opens=opens, past_gap=past_gap))
        assert found == modelled(taken, floor, link, past_gap=past_gap)
        if heard is not None or not opens:
            assert answered(objection_after_the_end(heard, link)) == modelled(taken, floor, link, ended=True)
        if found != TAKEN:
            continue
        last = max(taken, default=floor)
        heard = heard or Heard.beginning(link.number, opens=opens)
        assert heard.take(link) == ((last + 1, link.number - 1) if link.number > last + 1 else None)
        heard, taken[link.number] = Heard.model_validate_json(heard.model_dump_json()), link
        passed_over = set(range(floor + 1, max(taken))) - taken.keys()
        assert (heard.last, heard.missing) == (max(taken), spans(passed_over))
        assert all(heard.misses(number) == (number in passed_over) for number in range(LONG + 2))


@settings(max_examples=10, deadline=None)
@given(st.lists(st.sampled_from([1, 2, 2, MOST_AHEAD]), min_size=2 * MOST_GAPS, max_size=3 * MOST_GAPS))
def test_nothing_that_a_number_can_do_makes_a_line_large(steps: list[int]) -> None:
    """Each event as far ahead of the one before as may be taken, or not as far."""
    heard = Heard()
    for step in steps:
        link = Link(heard.last + step, "f", "p")
        assert answered(objection(heard, link._replace(previous=heard.said.get(heard.last)), past_gap=True)) == TAKEN
        heard.take(link)
    assert len(heard.missing) <= MOST_GAPS
    assert len(heard.said) <= MOST_GAPS + 1
    assert all(one[1] + 1 < other[0] for one, other in pairwise(heard.missing))
    assert all(first <= last < heard.last for first, last in heard.missing)


@given(st.sets(st.integers(1, 60)))
def test_numbers_as_pairs_are_the_same_numbers(numbers: set[int]) -> None:
    found = spans(numbers)
    assert {number for first, last in found for number in range(first, last + 1)} == numbers
    assert all(one[1] + 1 < other[0] for one, other in pairwise(found))


# Behind a bus that does what it likes


class Sent(NamedTuple):
    """An event on its way."""

    line: str
    link: Link


class Receiver:
    """Whoever hears several lines."""

    def __init__(self) -> None:
        self.lines: dict[str, Heard] = {}
        self.told: list[tuple[str, Span]] = []
        self.took: list[tuple[str, int]] = []

    def hear(self, sent: Sent, *, past_gap: bool = False) -> Answer:
        found = self.answer(sent, past_gap=past_gap)
        if found == TAKEN:
            self.took.append((sent.line, sent.link.number))
            gap = self.lines.setdefault(self.line(sent), Heard()).take(self.link(sent))
            self.told += [(sent.line, gap)] if gap else []
        return found

    def answer(self, sent: Sent, *, past_gap: bool) -> Answer:
        return answered(objection(self.lines.get(self.line(sent)), self.link(sent), past_gap=past_gap))

    def line(self, sent: Sent) -> str:
        return sent.line

    def link(self, sent: Sent) -> Link:
        return sent.link


class Way(NamedTuple):
    """What the bus does with the events of two lines: what comes, in this order, and what never does."""

    come: list[Sent]
    lost: list[Sent]


@st.composite
def ways(draw: st.DrawFn) -> Way:
    events = [Sent(line, link) for line in "ab" for link in chain(line, draw(st.integers(1, LONG)))]
    lost = draw(st.lists(st.sampled_from(events), unique=True, max_size=len(events) // 2))
    there = [event for event in events if event not in lost]
    twice = draw(st.lists(st.sampled_from(there), max_size=4))
    return Way(draw(st.permutations([*there, *twice])), lost)


def play(receiver: Receiver, way: Way) -> None:
    """What is early comes again. When nothing moves any more, what is missing before the first one was waited for long enough."""
    waiting = way.come
    while waiting:
        early = [event for event in waiting if receiver.hear(event) is EARLY]
        if len(early) == len(waiting):
            first = min(early, key=lambda event: event.link.number)
            assert receiver.hear(first, past_gap=True) == TAKEN, "nothing that comes is kept out for ever"
            early.remove(first)
        waiting = early
    came = {(event.line, event.link.number) for event in way.come}
    assert sorted(receiver.took) == sorted(came), "each event has one effect, and nothing that came is lost"
    for line in {line for line, _ in came}:
        numbers = [number for of, number in receiver.took if of == line]
        assert numbers == sorted(numbers), "in order"
        told = {number for of, (first, last) in receiver.told if of == line for number in range(first, last + 1)}
        missing = {event.link.number for event in way.lost if event.line == line and event.link.number < max(numbers)}
        assert told == missing, "who sent it hears of each that is missing before another, and of no other"


def play_late(receiver: Receiver, way: Way) -> None:
    """What was given up comes after all: each once, and nothing else in its place."""
    play(receiver, way)
    passed_over = [event for event in way.lost if receiver.lines.get(event.line, Heard()).last > event.link.number]
    for event in sorted(passed_over, reverse=True):
        forged = event._replace(link=event.link._replace(fingerprint="another"))
        assert receiver.hear(forged) == RefusalCode.CHAIN_BROKEN, "the event after it said which one this is"
        assert [receiver.hear(event), receiver.hear(event)] == [TAKEN, RefusalCode.SEQUENCE_REUSED]
    assert not any(heard.missing for heard in receiver.lines.values())


@settings(max_examples=120, deadline=None)
@given(ways())
def test_whatever_the_bus_does_each_event_has_one_effect_in_order(way: Way) -> None:
    play(Receiver(), way)


@settings(max_examples=120, deadline=None)
@given(ways())
def test_what_was_given_up_can_still_come_once(way: Way) -> None:
    play_late(Receiver(), way)


# Controls: without one of these rules the tests above would fail


class OneLine(Receiver):
    """Counts all lines as one."""

    def line(self, sent: Sent) -> str:
        return ""


class Hasty(Receiver):
    """Waits for nothing."""

    def answer(self, sent: Sent, *, past_gap: bool) -> Answer:
        return super().answer(sent, past_gap=True)


class Patient(Receiver):
    """Waits for ever."""

    def answer(self, sent: Sent, *, past_gap: bool) -> Answer:
        return super().answer(sent, past_gap=False)


class Careless(Receiver):
    """Takes a number twice."""

    def answer(self, sent: Sent, *, past_gap: bool) -> Answer:
        found = super().answer(sent, past_gap=past_gap)
        return TAKEN if found == RefusalCode.SEQUENCE_REUSED else found


class Forgetful(Receiver):
    """Forgets what is missing."""

    def hear(self, sent: Sent, *, past_gap: bool = False) -> Answer:
        found = super().hear(sent, past_gap=past_gap)
        for heard in self.lines.values():
            heard.missing.clear()
        return found


class Unchained(Receiver):
    """Reads no fingerprint."""

    def link(self, sent: Sent) -> Link:
        return Link(sent.link.number)


@pytest.mark.parametrize("control", [OneLine, Hasty, Patient, Careless])
def test_a_receiver_without_this_rule_is_seen(control: Callable[[], Receiver]) -> None:
    seen_to_fail(control, play)


@pytest.mark.parametrize("control", [Forgetful, Unchained])
def test_a_receiver_that_does_not_know_what_is_missing_is_seen(control: Callable[[], Receiver]) -> None:
    seen_to_fail(control, play_late)


def seen_to_fail(control: Callable[[], Receiver], game: Callable[[Receiver, Way], None]) -> None:
    @settings(
        max_examples=300, deadline=None, database=None, derandomize=True, phases=[Phase.generate], report_multiple_bugs=False
    )
    @given(ways())
    def played(way: Way) -> None:
        game(control(), way)

    with pytest.raises(AssertionError):
        played()
