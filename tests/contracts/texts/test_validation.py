"""What is wrong with a field is said in words, for every way in which our models refuse."""

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from contracts.commands import COMMANDS, RecordConsent, RecordEnrichment
from contracts.texts import LANGUAGES, Language, words
from contracts.texts.reading import texts
from tests.contracts.texts.inventory import reached

WRONG: tuple[Any, ...] = (
    *(None, "", "an example", "a-b", "x" * 10_000, "a\nb", "a\u202eb", "\ud800"),
    *(True, 5, -1, 10**30, "9" * 5_000, 1.5, float("nan"), float("inf")),
    *([], ["x"], ["a-b"] * 1_000, {}, {"nobody": 1}),
)
"""What may come from a form, or from somebody who sends something else than a form."""


def refusals() -> Iterator[ErrorDetails]:
    for model in reached(COMMANDS.values()):
        yield from refused(model, {})
        yield from refused(model, {"nobody": 1})
        for name in model.model_fields:
            for value in WRONG:
                yield from refused(model, {name: value})


def refused(model: type[BaseModel], content: dict[str, Any]) -> list[ErrorDetails]:
    try:
        model.model_validate(content)
    except ValidationError as error:
        return error.errors(include_url=False)
    return []


FOUND = {refusal["type"]: refusal for refusal in refusals()}


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
    errors = [str(refusal.get("ctx", {})["error"]) for refusal in refusals() if refusal["type"] == "value_error"]
    assert errors
    unknown = {error for error in errors if not words("nl").knows(error)}
    assert not unknown


def test_a_kind_of_refusal_that_nobody_knows_has_words_too() -> None:
    assert words("nl").validation("new_in_pydantic", {"x": 1}) == texts("nl").validation["other"]
    assert words("nl").validation("too_long", {"max_length": 20}) == "Kies er hoogstens 20."
    assert words("nl").validation("too_long", {}) == texts("nl").validation["other"]
