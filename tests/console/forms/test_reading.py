from datetime import date
from urllib.parse import urlencode

import pytest
from pydantic import ValidationError

from console.forms.reading import LARGEST, LONGEST_VALUE, MOST_PAIRS, Unreadable, faults, posted, read
from console.forms.writing import pairs_of
from contracts.bounds import Day
from contracts.commands import BringToRiec, OfferHelp, RecordConsent, RecordIntake
from contracts.text import Model


def test_blank_places_of_a_list_are_left_out_and_the_order_stays() -> None:
    pairs = [("organisations.0", "one"), ("organisations.1", ""), ("organisations.2", "two")]
    assert read(pairs, OfferHelp)["organisations"] == ["one", "two"]


@pytest.mark.parametrize(
    "name",
    ["imagined", "need", "organisations", "organisations.20", "organisations.01", "organisations.x", "need.service.x", "n" * 200],
)
def test_what_was_not_asked_is_refused(name: str) -> None:
    with pytest.raises(Unreadable, match="was not asked"):
        read([(name, "x")], OfferHelp)


def test_an_answer_given_twice_is_refused() -> None:
    with pytest.raises(Unreadable, match="twice"):
        read([("help", "yes"), ("help", "no")], RecordConsent)


def test_more_answers_than_a_form_has_are_refused() -> None:
    with pytest.raises(Unreadable, match="more answers"):
        read([("help", "yes")] * (MOST_PAIRS + 1), RecordConsent)
    with pytest.raises(Unreadable, match="no form of ours"):
        posted(urlencode([("help", "yes")] * (MOST_PAIRS + 1)).encode())


def test_an_answer_that_is_far_too_long_is_refused_at_its_field() -> None:
    with pytest.raises(Unreadable, match="far too long") as refused:
        read([("needs", "x" * (LONGEST_VALUE + 1))], RecordIntake)
    assert refused.value.path == "needs"


@pytest.mark.parametrize("body", [b"help", b"\xff", b"help=%FF", b"{}"])
def test_a_body_that_is_no_form_is_refused(body: bytes) -> None:
    with pytest.raises(Unreadable):
        posted(body)


def test_a_body_larger_than_any_form_is_refused() -> None:
    with pytest.raises(Unreadable, match="write less"):
        posted(b"help=" + b"x" * LARGEST)


def test_an_empty_body_is_a_form_without_answers() -> None:
    assert posted(b"") == []


def test_a_text_that_is_as_long_as_it_may_be_fits_whatever_its_letters() -> None:
    longest = "\U0001f33b" * 8_000
    body = urlencode([("needs", longest), ("person.name", longest[:200])]).encode()
    assert read(posted(body), RecordIntake)["needs"] == longest


def test_a_part_that_may_be_left_out_is_there_only_if_somebody_says_so() -> None:
    shown = pairs_of({}, BringToRiec)
    assert read(shown, BringToRiec) == {"observation": None}
    chosen = [(name, "yes" if name == "observation" else value) for name, value in shown]
    with pytest.raises(ValidationError) as refused:
        BringToRiec.model_validate(read(chosen, BringToRiec))
    assert {fault.path for fault in faults(refused.value, BringToRiec)} == {"observation.municipality", "observation.phenomenon"}


def test_what_was_typed_into_a_part_that_is_left_out_is_not_dropped_in_silence() -> None:
    with pytest.raises(Unreadable, match="choose one of the two") as refused:
        read([("observation", "no"), ("observation.phenomenon", "an example")], BringToRiec)
    assert refused.value.path == "observation"


def test_what_a_whole_model_refuses_is_said_at_the_top() -> None:
    with pytest.raises(ValidationError) as refused:
        RecordConsent.model_validate(read([("help", "yes"), ("registration", "yes")], RecordConsent))
    assert [fault.path for fault in faults(refused.value, RecordConsent)] == [""]


def test_what_is_wrong_with_an_entry_is_said_at_that_entry() -> None:
    with pytest.raises(ValidationError) as refused:
        OfferHelp.model_validate(read([("organisations.0", "ok"), ("organisations.1", "NOT")], OfferHelp))
    assert {fault.path for fault in faults(refused.value, OfferHelp)} == {"need.service", "organisations.1"}


def test_yes_and_no_without_a_default_are_neither_until_somebody_says_so() -> None:
    assert read([], RecordConsent)["help"] is None
    assert read([], RecordConsent)["written"] is False
    assert read([("help", "no")], RecordConsent)["help"] is False


class _Dated(Model):
    day: Day
    sure: bool | None = None


def test_days_and_what_is_not_known_are_read() -> None:
    assert _Dated.model_validate(read([("day", " 2026-01-31 "), ("sure", "")], _Dated)) == _Dated(day=date(2026, 1, 31))
