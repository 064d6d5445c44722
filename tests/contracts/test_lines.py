"""Numbers, gaps and chain of a line, without any workflow."""

from itertools import pairwise

import pytest

from contracts.catalogue import BY_SHORT_NAME
from contracts.lines import (
    MOST_AHEAD,
    MOST_GAPS,
    MOST_LINES,
    Heard,
    Link,
    Said,
    in_words,
    line_from,
    line_to,
    lines_of,
    objection,
    objection_after_the_end,
    objection_to_id,
)
from contracts.refusals import RefusalCode

HEARD = Heard(last=5, missing=[(2, 3)], said={5: "five", 3: "three"})
EARLY = None


# Gaps


def test_a_gap_of_any_size_is_a_pair_and_its_numbers_can_come_in_any_order() -> None:
    line = Heard(last=1)
    assert line.take(Link(1_001, "f", "p")) == (2, 1_000)
    assert line.missing == [(2, 1_000)]
    assert line.take(Link(500, "g", "q")) is None
    assert line.missing == [(2, 499), (501, 1_000)]
    assert line.take(Link(2, "h", None)) is None
    assert line.missing == [(3, 499), (501, 1_000)]
    assert [line.misses(number) for number in (2, 3, 499, 500, 501, 1_001)] == [False, True, True, False, True, False]
    assert line.said == {1_001: "f", 1_000: "p", 499: "q"}


def test_gaps_without_end_are_remembered_up_to_a_number() -> None:
    line = Heard()
    for number in range(2, 4 * MOST_GAPS, 2):
        line.take(Link(number, "f", "p"))
    assert len(line.missing) == MOST_GAPS
    assert len(line.said) <= MOST_GAPS + 1
    assert all(one[1] < other[0] for one, other in pairwise(line.missing))


def test_lists_of_numbers_of_an_earlier_version_are_read_as_pairs() -> None:
    assert Heard.model_validate({"last": 9, "missing": [2, 3, 4, 7], "said": {"9": "f"}}).missing == [(2, 4), (7, 7)]


@pytest.mark.parametrize(
    "gaps", [[(3, 3)], [(1, 9)], [(number, number) for number in range(1, 2_000, 2)], [(1, 999_999_999)] * 99]
)
def test_words_about_gaps_always_fit(gaps: list[tuple[int, int]]) -> None:
    assert len(f"{'a' * 40} misses {in_words(gaps)} that we sent") <= 200


# What is objected to


@pytest.mark.parametrize(
    ("link", "code"),
    [
        (Link(6, "six", "five"), "taken"),
        (Link(6, "six", "other"), RefusalCode.CHAIN_BROKEN),
        (Link(6, "six", None), RefusalCode.CHAIN_BROKEN),
        (Link(6, "", "other"), "taken"),
        (Link(6, "six", "other", by_hand=True), "taken"),
        (Link(7, "seven", "six"), EARLY),
        (Link(5 + MOST_AHEAD, "far", "p"), EARLY),
        (Link(6 + MOST_AHEAD, "far", "p"), RefusalCode.SEQUENCE_AHEAD),
        (Link(5, "five", "four"), RefusalCode.SEQUENCE_REUSED),
        (Link(5, "five", "four", by_hand=True), RefusalCode.SEQUENCE_REUSED),
        (Link(1, "one", None), RefusalCode.SEQUENCE_REUSED),
        (Link(2, "anything", "one"), "taken"),
        (Link(3, "three", "two"), "taken"),
        (Link(3, "other", "two"), RefusalCode.CHAIN_BROKEN),
        (Link(3, "other", "two", by_hand=True), "taken"),
    ],
)
def test_an_event_must_have_its_place(link: Link, code: RefusalCode | str | None) -> None:
    found = objection(HEARD, link)
    assert (found.code if found else "taken") == code
    assert found is None or found.words


def test_what_is_early_is_taken_past_its_gap_and_what_is_too_far_ahead_never() -> None:
    assert objection(HEARD, Link(7, "seven", "six"), past_gap=True) is None
    far = objection(HEARD, Link(6 + MOST_AHEAD, "far", "p"), past_gap=True)
    assert far is not None
    assert far.code is RefusalCode.SEQUENCE_AHEAD


@pytest.mark.parametrize("number", [1, 7, 999_999_999])
def test_what_opens_a_file_begins_the_count(number: int) -> None:
    assert objection(None, Link(number, "f", None), opens=True) is None
    line = Heard.beginning(number, opens=True)
    assert line.take(Link(number, "f", None)) is None
    assert (line.last, line.missing, line.said) == (number, [], {number: "f"})


def test_once_a_line_has_begun_what_opens_is_counted_as_all_else() -> None:
    early = objection(HEARD, Link(7, "f", "p"), opens=True)
    assert early is not None
    assert early.code is EARLY


def test_nothing_else_begins_the_count_but_the_first() -> None:
    assert objection(None, Link(1, "f", None)) is None
    early = objection(None, Link(2, "f", "p"))
    assert early is not None
    assert early.code is EARLY
    assert Heard.beginning(2, opens=False).take(Link(2, "f", "p")) == (1, 1)


def test_what_follows_an_event_put_in_by_hand_need_not_repeat_it() -> None:
    line = Heard(last=5, said={5: "five"})
    line.take(Link(6, "six", "other", by_hand=True))
    assert objection(line, Link(7, "seven", "what its sender wrote")) is None


def test_an_agency_has_a_number_of_lines_and_no_more() -> None:
    known = [line_from("police", f"report-{number}") for number in range(MOST_LINES)] + [line_from("desk", "signal")]
    assert (lines_of("police", known), lines_of("desk", known), lines_of("poli", known)) == (MOST_LINES, 1, 0)
    refused = objection(None, Link(1, "f", None), lines=MOST_LINES)
    assert refused is not None
    assert refused.code is RefusalCode.SEQUENCE_AHEAD
    assert objection(None, Link(1, "f", None), lines=MOST_LINES - 1) is None
    assert objection(HEARD, Link(6, "six", "five"), lines=MOST_LINES) is None


def test_after_the_end_nothing_waits_but_what_was_said_stays_said() -> None:
    codes = [
        found.code if (found := objection_after_the_end(HEARD, link)) else "taken"
        for link in (Link(9, "nine", "eight"), Link(6, "six", "other"), Link(4, "four", "three"), Link(2, "two", "one"))
    ]
    assert codes == ["taken", RefusalCode.CHAIN_BROKEN, RefusalCode.SEQUENCE_REUSED, "taken"]
    assert objection_after_the_end(None, Link(4, "four", "three")) is None


def test_one_id_is_one_event_where_both_are_known_and_counted() -> None:
    reused = objection_to_id("a", Link(3, "b"))
    assert reused is not None
    assert reused.code is RefusalCode.ID_REUSED
    same = (("a", Link(3, "a")), ("", Link(3, "b")), ("a", Link(3)), ("a", Link(0, "b")))
    assert [objection_to_id(before, link) for before, link in same] == [None] * 4


# What is said


def test_what_is_said_is_what_is_due_on_the_other_side() -> None:
    said, heard = Said(), None
    for number, fingerprint in enumerate(("one", "two", "three"), start=1):
        link = Link(said.next, fingerprint, said.previous)
        assert link.number == number
        assert objection(heard, link) is None
        heard = heard or Heard()
        heard.take(link)
        said = said.then(fingerprint)
    assert said == Said(3, "three")
    assert Said().previous is None


def test_answers_are_not_counted() -> None:
    """They are for the file that sent what they answer, and would be counted over all such files."""
    assert line_to("signal-desk", BY_SHORT_NAME["signals.reported.v1"]) == "signal-desk/signal"
    assert line_to("cosm", BY_SHORT_NAME["referrals.offered.v1"]) == line_to("cosm", BY_SHORT_NAME["referrals.recalled.v1"])
    assert line_to("police", BY_SHORT_NAME["deliveries.refused.v1"]) is None
