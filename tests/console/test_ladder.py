"""How far a letter came, where it hangs and why: over whole lives, and for each reason there is."""

from datetime import datetime, timedelta

import pytest

from console.following import ANSWERED_BY, READ_BY, TAKEN_BACK_BY
from console.ladder import ladders
from console.rungs import CaseLog, Ladder, Mark, Rung, Step, Why
from contracts.catalogue import CATALOGUE, may_send
from contracts.event import Event
from contracts.events.erasures import FileEnded
from contracts.events.referrals import ReferralDeclined, ReferralRecalled, ReferralSeen
from contracts.events.signals import CaseAccepted
from contracts.processing import Direction, Processing
from contracts.standing import Outcome, Standing
from contracts.views import FileView, LetterView, StoryLine
from tests.console.lives import NAMES, life
from tests.console.lives.lines import AT, DIRECTORY, OTHER, OWN, sent_line, taken_line
from tests.console.web.doubles import a_case

MINUTE = timedelta(minutes=1)
THERE = Outcome(AT + MINUTE, arrived=True)


def standing(number: int = 1, **more: object) -> Standing:
    return Standing(f"{number:032x}", OTHER, **{"left_at": AT, **more})  # type: ignore[arg-type]


def one(*lines: Processing, standings: tuple[Standing, ...] = (), **more: object) -> Ladder:
    [found] = ladders(CaseLog(lines, standings, **{"views": (), **more}))  # type: ignore[arg-type]
    return found


def view_with(*letters: LetterView, story: tuple[StoryLine, ...] = ()) -> FileView:
    return a_case(letters=letters, story=story)


def letter(since: datetime = AT - MINUTE, to: str = OTHER) -> LetterView:
    return LetterView(to=to, event="referral_offered", since=since)


@pytest.mark.parametrize("name", NAMES)
def test_every_letter_of_a_life_has_a_ladder_that_climbs_in_time(name: str) -> None:
    for slug, kept in life(name).agencies.items():
        sent = [line for line in kept.lines if line.direction is Direction.SENT and not CATALOGUE[line.event_type].rule.itself]
        found = ladders(kept.log)
        assert sorted(one.event_id for one in found) == sorted(line.event_id for line in sent), slug
        for ladder in found:
            reached = [step.at for step in ladder.steps if step.mark is Mark.DONE and step.rung not in {Rung.DELIVERED}]
            assert reached == sorted(moment for moment in reached if moment), "a confirmation may come after the answer"
            assert ladder.step(Rung.PUBLISHED).mark is Mark.DONE


def test_two_offers_to_one_shelter_keep_their_own_answers() -> None:
    found = [one for one in ladders(life("offered-again").agencies[OWN].log) if one.event == "referral_offered"]
    assert [one.answer for one in found] == ["referral_accepted", "referral_declined"]
    assert [one.step(Rung.READ).mark for one in found] == [Mark.DONE, Mark.AT_LATEST]


def test_an_offer_that_was_taken_back_waits_for_nobody() -> None:
    found = {one.event: one for one in ladders(life("consent-taken-back").agencies[OWN].log) if one.to == OTHER}
    answered = found["referral_offered"].step(Rung.ANSWERED)
    assert (answered.mark, answered.why) == (Mark.NONE, Why.TAKEN_BACK)
    assert found["referral_offered"].stops is None
    assert found["referral_recalled"].stops is None


def test_an_event_of_an_agency_to_itself_is_no_letter() -> None:
    assert ladders(CaseLog([sent_line(1, FileEnded, to=OWN)], (), ())) == ()


class TestWhyALetterHangs:
    def test_it_is_not_published_yet(self) -> None:
        [found] = ladders(CaseLog((), (), [view_with(letter())]))
        assert found.published is None
        assert found.stops == Step(Rung.PUBLISHED, Mark.WAITS, since=AT - MINUTE, why=Why.LEAVING)
        assert not found.hangs

    def test_it_leaves_now(self) -> None:
        found = one(sent_line(1), standings=(standing(),), views=[view_with(letter())])
        assert found.stops == Step(Rung.STORED, Mark.WAITS, since=AT, why=Why.LEAVING)

    def test_its_recipient_cannot_be_reached(self) -> None:
        held = (standing(left_at=None, held_at=AT),)
        found = one(sent_line(1), standings=held, views=[view_with(letter())], held_to=1)
        assert found.stops == Step(Rung.STORED, Mark.WAITS, since=AT, why=Why.NOT_REACHED)
        assert found.hangs

    def test_nobody_can_be_reached(self) -> None:
        held = (standing(left_at=None, held_at=AT),)
        found = one(sent_line(1), standings=held, views=[view_with(letter())], held_to=2)
        assert found.stops
        assert found.stops.why is Why.NOBODY_REACHED

    def test_it_lost_its_ground_before_it_could_leave(self) -> None:
        held = (standing(left_at=None, held_at=AT),)
        found = one(sent_line(1), standings=held, views=[view_with()])
        assert found.stops == Step(Rung.STORED, Mark.FAILED, since=AT, why=Why.WITHHELD)
        assert not found.hangs, "nobody needs to do anything"
        assert found.step(Rung.DELIVERED).mark is Mark.NONE

    @pytest.mark.parametrize(("code", "why", "hangs"), [("", Why.WITHHELD, False), ("too_large", Why.UNSENDABLE, True)])
    def test_it_never_leaves_whatever_its_file_says(self, code: str, why: Why, hangs: bool) -> None:
        never = (standing(left_at=None, held_at=AT)._replace(never_at=AT + MINUTE, code=code),)
        found = one(sent_line(1), standings=never, whole=False)
        assert found.stops == Step(Rung.STORED, Mark.FAILED, at=AT + MINUTE, since=AT, why=why)
        assert (found.hangs, found.code) == (hangs, code)

    def test_that_is_not_said_where_a_file_does_not_answer(self) -> None:
        found = one(sent_line(1), standings=(standing(left_at=None, held_at=AT),), whole=False)
        assert found.stops
        assert found.stops.why is Why.NOT_REACHED

    def test_its_recipient_was_not_asked_yet(self) -> None:
        found = one(sent_line(1), standings=(standing(),))
        assert found.stops == Step(Rung.DELIVERED, Mark.WAITS, since=AT, why=Why.NOT_ASKED)
        assert not found.hangs

    def test_its_recipient_does_not_say_that_it_has_it(self) -> None:
        found = one(sent_line(1), standings=(standing(asked_at=AT + MINUTE),))
        assert found.stops == Step(Rung.DELIVERED, Mark.WAITS, since=AT, why=Why.NOT_CONFIRMED)
        assert found.hangs

    def test_it_was_refused(self) -> None:
        found = one(sent_line(1), standings=(standing(outcome=THERE._replace(code="no_ground")),))
        assert found.stops == Step(Rung.DELIVERED, Mark.FAILED, at=AT + MINUTE, why=Why.REFUSED)
        assert (found.hangs, found.code) == (True, "no_ground")
        assert found.step(Rung.ANSWERED).mark is Mark.NONE

    def test_it_was_lost(self) -> None:
        found = one(sent_line(1), standings=(standing(outcome=THERE._replace(arrived=False)),))
        assert found.stops == Step(Rung.DELIVERED, Mark.FAILED, at=AT + MINUTE, why=Why.LOST)
        assert found.hangs

    def test_nothing_was_noted_of_it(self) -> None:
        found = one(sent_line(1))
        assert [found.step(rung).mark for rung in (Rung.STORED, Rung.DELIVERED)] == [Mark.UNKNOWN, Mark.UNKNOWN]
        assert not found.hangs

    def test_nobody_there_has_read_it(self) -> None:
        found = one(sent_line(1), standings=(standing(outcome=THERE),))
        assert found.stops == Step(Rung.READ, Mark.WAITS, since=AT + MINUTE, why=Why.NOT_READ)
        assert not found.hangs

    def test_nobody_there_has_answered(self) -> None:
        found = one(sent_line(1), taken_line(2, ReferralSeen, after=2 * MINUTE), standings=(standing(outcome=THERE),))
        assert found.stops == Step(Rung.ANSWERED, Mark.WAITS, since=AT + MINUTE, why=Why.NOT_ANSWERED)


class TestWhatFollows:
    def test_who_answers_has_it_whatever_was_noted(self) -> None:
        found = one(sent_line(1), taken_line(2, after=MINUTE))
        marks = {step.rung: step.mark for step in found.steps}
        assert marks[Rung.STORED] is marks[Rung.DELIVERED] is marks[Rung.READ] is Mark.AT_LATEST
        assert found.answer == "referral_accepted"

    def test_an_answer_of_somebody_else_is_none(self) -> None:
        assert not one(sent_line(1), taken_line(2, after=MINUTE, by="womens-shelter")).answer

    def test_an_answer_before_it_is_none(self) -> None:
        assert not one(sent_line(1), taken_line(2, after=-MINUTE)).answer

    def test_an_answer_that_was_refused_here_is_none(self) -> None:
        answer = taken_line(2, after=MINUTE)
        assert not one(sent_line(1), answer, answer.refused(AT + 2 * MINUTE)).answer

    def test_without_numbers_an_answer_is_about_the_last_letter_before_it(self) -> None:
        lines = [
            sent_line(1),
            taken_line(2, ReferralDeclined, after=MINUTE),
            sent_line(3, after=2 * MINUTE),
            taken_line(4, after=3 * MINUTE),
        ]
        assert [one.answer for one in ladders(CaseLog(lines, (), ()))] == ["referral_accepted", "referral_declined"]

    def test_with_numbers_a_late_answer_to_the_first_offer_is_about_the_first(self) -> None:
        story = tuple(
            StoryLine(at=AT, what="referral_offered", who=OWN, facts={"to": OTHER, "referral": number}) for number in ("1", "3")
        )
        lines = [
            sent_line(1),
            sent_line(2, ReferralRecalled, after=MINUTE),
            sent_line(3, after=2 * MINUTE),
            taken_line(4, ReferralDeclined, after=3 * MINUTE, system="placement-1"),
            taken_line(5, after=4 * MINUTE, system="placement-3"),
        ]
        found = [one for one in ladders(CaseLog(lines, (), [view_with(story=story)])) if one.event == "referral_offered"]
        assert [one.answer for one in found] == ["referral_accepted", "referral_declined"]

    def test_only_what_can_be_sent_back_answers(self) -> None:
        """By the catalogue: who gets an event may send what answers it to whoever sent it."""
        pairs: list[tuple[type[Event], type[Event]]] = [
            *((event, answer) for event, answers in ANSWERED_BY.items() for answer in answers),
            *READ_BY.items(),
        ]
        agencies = DIRECTORY.agencies
        for event, answer in pairs:
            ways = [(a, b) for a in agencies for b in agencies if may_send(a, b, event) and may_send(b, a, answer)]
            assert ways, (event, answer)
        for event, back in TAKEN_BACK_BY.items():
            assert any(may_send(a, b, event) and may_send(a, b, back) for a in agencies for b in agencies)

    def test_an_event_of_another_kind_answers_nothing(self) -> None:
        assert not one(sent_line(1), taken_line(2, CaseAccepted, after=MINUTE)).answer


def test_a_letter_in_a_file_stands_once() -> None:
    lines = [sent_line(1), sent_line(2, after=3 * MINUTE)]
    standings = [standing(1, outcome=THERE), standing(2, left_at=None, held_at=AT + 3 * MINUTE)]
    views = [view_with(letter(AT + 2 * MINUTE), letter(AT + 4 * MINUTE, to="womens-shelter"))]
    found = ladders(CaseLog(lines, standings, views))
    assert [(one.to, one.event_id[-1:]) for one in found] == [("womens-shelter", ""), (OTHER, "2"), (OTHER, "1")]
