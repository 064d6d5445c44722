"""Any valid model, for tests that must hold for all of them."""

import unicodedata
from collections.abc import Callable
from functools import partial
from typing import Any

from hypothesis import strategies as st
from pydantic import ValidationError

from console.forms.leaf import Kind, Leaf, leaves
from contracts.bounds import FIRST_DAY, LAST_DAY
from contracts.shape import codes_of, inner
from contracts.text import Model, readable


def models(model: type[Model]) -> st.SearchStrategy[Model]:
    """Any valid one, in which each field may be left out that may be."""
    required = {leaf.name: values(leaf) for leaf in leaves(model) if leaf.required}
    optional = {leaf.name: values(leaf) for leaf in leaves(model) if not leaf.required}
    made = st.fixed_dictionaries(required, optional=optional).map(partial(_valid, model))
    return made.filter(lambda found: found is not None)


def _valid(model: type[Model], content: dict[str, Any]) -> Any:
    """None where the fields do not fit each other."""
    try:
        return model.model_validate(content)
    except ValidationError:
        return None


def values(leaf: Leaf) -> st.SearchStrategy[Any]:
    """What a field may hold."""
    found = st.booleans() if leaf.of is bool else _BY_KIND[leaf.kind](leaf)
    return st.none() | found if leaf.may_be_none else found


def _texts(leaf: Leaf) -> st.SearchStrategy[str]:
    if "pattern" in leaf.bounds:
        ascii_only = st.characters(codec="ascii")
        return st.from_regex(leaf.bounds["pattern"].replace("$", r"\Z"), alphabet=ascii_only)
    several = leaf.kind is Kind.AREA
    text = st.text(st.characters(codec="utf-8"), min_size=1, max_size=leaf.bounds["max_length"] // 8)
    return text.filter(partial(_can_be, several=several)).map(lambda found: unicodedata.normalize("NFC", found))


def _can_be(text: str, *, several: bool) -> bool:
    try:
        return bool(readable(text)) and "\r" not in text and (several or not {"\n", "\t"} & {*text})
    except ValueError:
        return False


def _numbers(leaf: Leaf) -> st.SearchStrategy[int]:
    return st.integers(leaf.bounds["ge"], leaf.bounds["le"])


def _lists(leaf: Leaf) -> st.SearchStrategy[list[Any]]:
    assert inner(leaf.of) is not None
    return st.lists(values(leaf.entry), min_size=leaf.bounds.get("min_length", 0), max_size=leaf.most)


def _codes(leaf: Leaf) -> st.SearchStrategy[str]:
    return st.sampled_from(codes_of(leaf.of))


_BY_KIND: dict[Kind, Callable[[Leaf], st.SearchStrategy[Any]]] = {
    Kind.RADIOS: _codes,
    Kind.SELECT: _codes,
    Kind.LINE: _texts,
    Kind.AREA: _texts,
    Kind.ORDER: _texts,
    Kind.NUMBER: _numbers,
    Kind.DAY: lambda _: st.dates(FIRST_DAY, LAST_DAY),
    Kind.SEVERAL: _lists,
    Kind.GROUP: lambda leaf: models(leaf.within) if leaf.within else st.nothing(),
}
