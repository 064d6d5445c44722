"""What is wrong with a field is said in words, for every way in which our models refuse."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from contracts.catalogue import CATALOGUE
from contracts.commands import COMMANDS, RecordConsent, RecordEnrichment
from contracts.envelope import CloudEvent, SealedEvent
from contracts.refusals import Refused
from contracts.strict_json import parse
from contracts.texts import LANGUAGES, Language, words
from contracts.texts.reading import texts
from tests.contracts.texts.inventory import reached

WRONG: tuple[Any, ...] = (
    *(None, "", "an example", "a-b", "x" * 10_000, "a\nb", "a\u202eb", "\ud800"),
    *(True, 5, -1, 10**30, "9" * 5_000, 1.5, float("nan"), float("inf")),
    *([], ["x"], ["a-b"] * 1_000, {}, {"nobody": 1}),
)
"""What may come from a form, or from somebody who sends something else than a form."""

MOMENTS = ("2025-13-99", "2025-01-31", "2025-01-31T12:00:00", "2025-01-31T12:00:00Z", "2025-01-31T99:00:00Z")
WRITTEN = [*MOMENTS, *(value for value in WRONG if value != "\ud800" and value == value and value != float("inf"))]
"""The same, as far as it can be written as JSON, and days and moments."""


def refusals() -> Iterator[ErrorDetails]:
    for model in reached(COMMANDS.values()):
        yield from refused(model, {})
        yield from refused(model, {"nobody": 1})
        for name in model.model_fields:
            for value in WRONG:
                yield from refused(model, {name: value})


def of_messages() -> Iterator[ErrorDetails]:
    """What is wrong with a correction: JSON, read strictly, as an event or as what surrounds it."""
    for model, strict in (*((event, True) for event in reached(CATALOGUE.values())), (CloudEvent, False), (SealedEvent, False)):
        for content in ({}, {"nobody": 1}, *({name: value} for name in model.model_fields for value in WRITTEN)):
            try:
                model.model_validate_json(json.dumps(content), strict=strict)
            except ValidationError as error:
                yield from error.errors(include_url=False)
            except Refused as refused:
                yield {"type": "value_error", "loc": (), "msg": "", "input": None, "ctx": {"error": refused.reason}}


def refused(model: type[BaseModel], content: dict[str, Any]) -> list[ErrorDetails]:
    try:
        model.model_validate(content)
    except ValidationError as error:
        return error.errors(include_url=False)
    return []


REFUSALS = [*refusals(), *of_messages()]
FOUND = {refusal["type"]: refusal for refusal in REFUSALS}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_has_words(language: Language) -> None:
    rows = texts(language).validation
    missing = FOUND.keys() - rows.keys() - {"value_error"}
    assert not missing, f"write these into [validation] of contracts/texts/{language}/forms.toml: {sorted(missing)}"
    left_over = rows.keys() - FOUND.keys() - {"other"}
    assert not left_over, (
        f"no form is refused so any more: take out of [validation] in {language}/forms.toml: {sorted(left_over)}"
    )
    for kind, refusal in FOUND.items():
        said = words(language).validation(kind, refusal.get("ctx", {}))
        assert "{" not in said
        assert said != rows["other"], kind


def test_our_own_rules_are_said_in_dutch() -> None:
    for model, content in (
        (RecordConsent, {"help": True, "registration": True}),
        (RecordEnrichment, {"findings": ""}),
    ):
        (fault,) = refused(model, content)
        assert fault["type"] == "value_error"
        english = str(fault.get("ctx", {})["error"])
        assert words("en").validation("value_error", fault.get("ctx", {})) == english
        dutch = words("nl").validation("value_error", fault.get("ctx", {}))
        assert dutch == words("nl").said(english) != english


def test_every_rule_of_ours_is_known() -> None:
    errors = [str(refusal.get("ctx", {})["error"]) for refusal in REFUSALS if refusal["type"] == "value_error"]
    assert errors
    unknown = {error for error in errors if not words("nl").knows(error)}
    assert not unknown


def test_a_kind_of_refusal_that_nobody_knows_has_words_too() -> None:
    assert words("nl").validation("new_in_pydantic", {"x": 1}) == texts("nl").validation["other"]
    assert words("nl").validation("too_long", {"max_length": 20}) == "Kies er hoogstens 20."
    assert words("nl").validation("too_long", {}) == texts("nl").validation["other"]


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "{]", "[", "x", "{'a': 1}", '{"a" 1}', '{"a": 1 "b": 2}', '{"a": 1,}', "[1 2]", '{"a": 1} x', '{"a": "b'),
        *('{"a": "b\nc"}', r'{"a": "\x"}', r'{"a": "\u12"}', '{"a": nul}', '{"a": NaN}', '{"a": 1e999}', '{"a": 1, "a": 2}', "1"),
        *("[" * 40 + "]" * 40, "\ufeff{}", '{"a": 01}', '{"a": "\\ud800"}'),
    ],
)
def test_what_is_no_json_is_said_in_dutch(text: str) -> None:
    with pytest.raises(Refused) as refused:
        parse(text.encode())
    said = words("nl").said(refused.value.reason)
    assert words("nl").knows(refused.value.reason), refused.value.reason
    assert not {"Expecting", "Invalid", "cannot", "Extra"} & {*said.split()}, said
