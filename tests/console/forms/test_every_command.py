"""Whatever is a command has a form: nothing is lost between a person and ``model_validate``."""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from console.forms.fields import Field, Option, fields_of
from console.forms.filling import filled
from console.forms.leaf import Kind, leaves
from console.forms.reading import Fault, faults, posted, read
from console.forms.writing import pairs_of
from contracts.commands import COMMANDS, BringToRiec, Command
from contracts.text import Model
from tests.console.forms.models import models
from tests.console.forms.plain_words import PlainWords

every_command = pytest.mark.parametrize("model", COMMANDS.values(), ids=COMMANDS)


def nothing(_model: str, _name: str) -> Sequence[Option]:
    return ()


def flat(fields: Sequence[Field]) -> Iterator[Field]:
    for field in fields:
        yield field
        yield from flat(field.fields)


def sent(fields: Sequence[Field]) -> list[tuple[str, str]]:
    """What a browser sends of a form as it is shown."""
    return [(field.path, field.value.replace("\n", "\r\n")) for field in flat(fields) if is_sent(field)]


def is_sent(field: Field) -> bool:
    """A list of entries or a plain group has no value; a box sends nothing unless it is ticked, nor a row of circles."""
    if field.kind in {Kind.SEVERAL, Kind.GROUP}:
        return bool(field.options)
    if field.kind is Kind.CHECK:
        return field.value == "yes"
    return field.kind is not Kind.RADIOS or field.value in values(field)


def values(field: Field) -> set[str]:
    return {option.value for option in field.options}


@every_command
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_any_command_comes_back_out_of_its_form_as_it_was(model: type[Command], data: st.DataObject) -> None:
    command = data.draw(models(model))
    fields = filled(fields_of(model, PlainWords(), nothing), pairs_of(command.model_dump(mode="json"), model))
    content = read(posted(urlencode(sent(fields)).encode()), model)
    assert model.model_validate(content) == command


@every_command
def test_every_field_of_a_command_is_asked_with_its_words(model: type[Command]) -> None:
    asked = {field.path: field for field in flat(fields_of(model, PlainWords(), nothing))}
    for path, owner, name in named(model):
        assert asked[path].label == f"{owner}.{name}"
        assert f"hint of {owner}.{name}" in asked[path].hint


def named(model: type[Model], before: str = "") -> Iterator[tuple[str, str, str]]:
    for leaf in leaves(model):
        yield f"{before}{leaf.name}", leaf.model, leaf.name
        if leaf.within:
            yield from named(leaf.within, f"{before}{leaf.name}.")


@every_command
def test_a_form_as_it_opens_says_what_the_model_says_by_itself(model: type[Command]) -> None:
    content = read(sent(fields_of(model, PlainWords(), nothing)), model)
    for leaf in leaves(model):
        if leaf.required and not leaf.within:
            assert leaf.name not in content
        elif isinstance(leaf.default, Model):
            assert type(leaf.default).model_validate(content[leaf.name]) == leaf.default
        elif leaf.kind is Kind.SEVERAL:
            assert tuple(content[leaf.name]) == leaf.default
        elif not leaf.required:
            assert content[leaf.name] == leaf.default


ODD: list[Any] = ["", "x" * 9_000, "\u202e", "one\ntwo", "-1", "99999999999", "no", "perhaps", "GM"]


@every_command
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_whatever_is_wrong_is_said_at_a_field_or_at_the_top(model: type[Command], data: st.DataObject) -> None:
    asked = [*flat(fields_of(model, PlainWords(), nothing))]
    pairs = [(field.path, data.draw(st.sampled_from(ODD))) for field in asked if field.kind not in {Kind.GROUP, Kind.SEVERAL}]
    found = wrong(model, read(pairs, model) if model is not BringToRiec else read([*pairs, ("observation", "yes")], model))
    assert {fault.path for fault in found} <= {"", *(field.path for field in asked)}


def wrong(model: type[Command], content: dict[str, Any]) -> list[Fault]:
    try:
        model.model_validate(content)
    except ValidationError as error:
        return faults(error, model)
    return []
