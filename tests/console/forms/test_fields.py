from collections.abc import Sequence
from datetime import date

import pytest
from pydantic import Field as Bounded

from console.forms.fields import Field, Option, fields_of
from console.forms.filling import filled
from console.forms.leaf import Kind
from console.forms.reading import read
from contracts.bounds import Number
from contracts.commands import (
    AcceptCase,
    AskErasure,
    BringToRiec,
    ConcludeCase,
    DeclineOffer,
    GiveUp,
    OfferHelp,
    RecordConsent,
    RecordIntake,
    RecordTriage,
    RecordWeighing,
    WithdrawConsent,
)
from contracts.text import Model
from tests.console.forms.plain_words import PlainWords

ORGANISATIONS = [Option("one", "One"), Option("two", "Two"), Option("three", "Three")]


def choices(model: str, name: str) -> Sequence[Option]:
    return {("OfferHelp", "organisations"): ORGANISATIONS, ("GiveUp", "referral"): [Option("1", "1")]}.get((model, name), [])


def asked(model: type[Model]) -> dict[str, Field]:
    return {field.path: field for field in fields_of(model, PlainWords(), choices)}


def test_a_command_without_content_asks_nothing() -> None:
    assert asked(AcceptCase) == {}


def test_few_codes_are_shown_at_once_and_many_in_a_list() -> None:
    finding, [sector, *_] = asked(RecordTriage)["finding"], asked(BringToRiec)["observation"].fields
    assert (finding.kind, sector.kind) == (Kind.RADIOS, Kind.SELECT)
    assert Option("unclear", "Finding:unclear") in finding.options
    assert finding.value == "", "nothing is chosen for a person"


def test_what_only_a_clock_or_another_decision_says_cannot_be_chosen() -> None:
    outcome = asked(ConcludeCase)["outcome"]
    assert [option.value for option in outcome.options] == [
        "helped",
        "no_help_wanted",
        "not_placed",
        "other_help",
        "out_of_sight",
    ]
    assert outcome.kind is Kind.RADIOS, "so few that all are shown"
    assert "expired" not in {option.value for option in asked(DeclineOffer)["reason"].options}
    assert "closed" not in {option.value for option in asked(RecordWeighing)["weighing"].options}


def test_yes_or_no_is_explicit_where_there_is_no_default() -> None:
    fields = asked(RecordConsent)
    assert fields["help"].kind is Kind.RADIOS
    assert [option.value for option in fields["help"].options] == ["yes", "no", ""]
    assert fields["written"].kind is Kind.CHECK
    assert {(box.kind, box.value) for box in asked(WithdrawConsent).values()} == {(Kind.CHECK, "no")}, "nobody withdraws unasked"


def test_a_text_has_room_and_says_how_long_it_may_be() -> None:
    needs = asked(RecordIntake)["needs"]
    assert (needs.kind, needs.longest, needs.required) == (Kind.AREA, 8_000, True)


def test_a_part_stands_in_a_group_and_what_may_be_unknown_says_so() -> None:
    person = asked(RecordIntake)["person"]
    assert person.kind is Kind.GROUP
    year = next(field for field in person.fields if field.path == "person.birth_year")
    assert (year.kind, year.id) == (Kind.NUMBER, "f-person-birth_year")
    assert "form.number least=1900 most=2100" in year.hint
    assert "form.may_be_unknown" in year.hint


def test_a_part_that_may_be_left_out_asks_whether_it_is() -> None:
    observation = asked(BringToRiec)["observation"]
    assert (observation.value, [option.value for option in observation.options]) == ("no", ["yes", "no"])


def test_organisations_are_numbered_lists_of_those_that_there_are() -> None:
    organisations = asked(OfferHelp)["organisations"]
    assert organisations.kind is Kind.SEVERAL
    assert [field.path for field in organisations.fields] == ["organisations.0", "organisations.1", "organisations.2"]
    assert {field.kind for field in organisations.fields} == {Kind.SELECT}
    assert organisations.fields[1].label == "form.organisation place=2"


def test_what_can_be_chosen_is_a_list_also_of_numbers() -> None:
    assert asked(GiveUp)["referral"].kind is Kind.SELECT


def test_a_signed_order_says_how_it_is_made() -> None:
    order = asked(AskErasure)["order"]
    assert order.kind is Kind.ORDER
    assert "form.order" in order.hint


def test_a_form_shows_again_what_was_typed_and_what_is_wrong_with_it() -> None:
    fields = fields_of(OfferHelp, PlainWords(), choices)
    pairs = [("need.service", "imagined"), ("organisations.4", "gone")]
    again = {field.path: field for field in filled(fields, pairs, {"need.service": "is wrong"})}
    service = again["need"].fields[0]
    assert (service.value, service.fault) == ("imagined", "is wrong")
    assert Option("imagined", "imagined") in service.options, "what was chosen can be seen"
    assert [field.value for field in again["organisations"].fields] == ["", "", "", "", "gone"]


@pytest.mark.parametrize(
    "name", ["organisations.x", "organisations.99999999999", "organisations.", "organisations.0.1", "\u0663"]
)
def test_a_form_shows_again_whatever_names_were_posted(name: str) -> None:
    again = filled(fields_of(OfferHelp, PlainWords(), choices), [(name, "x")])
    assert [field.path for field in again] == ["need", "profile", "organisations", "at_once"]


class _Numbered(Model):
    numbers: tuple[Number, ...] = Bounded(default=(), max_length=100)


def _alarms(model: str, name: str) -> Sequence[Option]:
    return [Option("3", "Three"), Option("7", "Seven")] if name == "numbers" else []


def test_more_entries_than_are_shown_at_first_are_numbered_on() -> None:
    offer = fields_of(OfferHelp, PlainWords(), lambda _model, _name: ())
    many = next(field for field in filled(offer, [("organisations.11", "an-example")]) if field.path == "organisations")
    assert [field.label for field in many.fields][-2:] == ["form.organisation place=11", "form.organisation place=12"]
    assert many.fields[-1].value == "an-example"


def test_numbers_to_choose_among_have_boxes_that_are_all_ticked_at_first() -> None:
    boxes = fields_of(_Numbered, PlainWords(), _alarms)
    assert boxes[0].kind is Kind.BOXES
    assert [(box.label, box.value) for box in boxes[0].fields] == [("Three", "3"), ("Seven", "7")]
    one = filled(boxes, [("numbers.1", "7")])
    assert [box.value for box in one[0].fields] == ["", "7"]
    assert read([("numbers.1", "7")], _Numbered) == {"numbers": [7]}


class _Fourth(Model):
    text: date


class _Third(Model):
    fourth: _Fourth


class _Second(Model):
    third: _Third


class _First(Model):
    second: _Second


def test_models_within_models_have_an_end() -> None:
    assert fields_of(_Second, PlainWords(), choices)
    with pytest.raises(ValueError, match="too deep"):
        fields_of(_First, PlainWords(), choices)


class _Odd(Model):
    share: float


def test_a_type_that_no_form_asks_for_is_said_with_the_place_to_add_it() -> None:
    with pytest.raises(TypeError, match=r"console/forms/leaf\.py"):
        fields_of(_Odd, PlainWords(), choices)
