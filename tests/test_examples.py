"""Examples follow from the fields of a model, and whoever must write one by hand is told so, and where."""

from typing import Annotated, Self

import pytest
from pydantic import Field, model_validator

from contracts.text import Line, Model, Personal, Slug
from contracts.words import Decline
from tests.examples import example
from tests.remedy import assert_same
from tests.workflows.ways import WAYS


class Asked(Model):
    """A little of everything."""

    reason: Decline
    to: tuple[Slug, ...] = Field(min_length=1)
    words: Personal[Line]
    more: Personal[Line] | None = None


class Particular(Model):
    """What no schema tells."""

    word: Line

    @model_validator(mode="after")
    def _only_one(self) -> Self:
        if self.word != "the one":
            raise ValueError("say the one word")
        return self


class OfAForm(Model):
    """A form that nobody knows."""

    code: Annotated[str, Field(pattern="^X$")]


def test_it_holds_what_must_be_said_or_all_that_may_be_said() -> None:
    assert example(Asked) == Asked(reason=next(iter(Decline)), to=("coordinator-zwolle",), words="an example")
    assert example(Asked, whole=True).more == "an example"


@pytest.mark.parametrize("model", [Particular, OfAForm])
def test_where_none_follows_it_says_where_to_write_one(model: type[Model]) -> None:
    with pytest.raises(AssertionError, match=rf"write one by hand, in tests/workflows/samples.py: {model.__name__}"):
        example(model)


def test_a_state_without_a_way_says_where_to_write_one() -> None:
    with pytest.raises(AssertionError, match=r"to Dossier.dream. (?s:.*) _BY_HAND in\ntests/workflows/ways.py"):
        WAYS["Dossier", "dream"]


def test_two_lists_that_differ_are_told_apart() -> None:
    assert_same({"a"}, ["a"], "nothing to do")
    with pytest.raises(AssertionError, match="missing: b\nnobody needs any more: c\nwrite b"):
        assert_same({"a", "c"}, ["a", "b"], "write b")
