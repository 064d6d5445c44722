"""The content of a decision as the pairs that a form holds: the way back of reading."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from console.forms.leaf import Kind, Leaf, leaves
from contracts.text import Model


def typed(value: Any) -> str:
    """A value as a person types it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def pairs_of(content: Mapping[str, Any], model: type[Model]) -> list[tuple[str, str]]:
    """What stands in the form for a content: of a decision as JSON, or as it was read, also where it cannot be."""
    return list(_pairs(content, model, ""))


def _pairs(content: Mapping[str, Any], model: type[Model], before: str) -> Iterator[tuple[str, str]]:
    for leaf in leaves(model):
        yield from _pairs_of_leaf(leaf, content.get(leaf.name, _default(leaf)), f"{before}{leaf.name}")


def _pairs_of_leaf(leaf: Leaf, value: Any, path: str) -> Iterator[tuple[str, str]]:
    if leaf.within:
        part = cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else None
        if leaf.is_chosen:
            yield path, "no" if part is None else "yes"
        yield from _pairs(part or {}, leaf.within, f"{path}.")
    elif leaf.kind is Kind.SEVERAL:
        yield from ((f"{path}.{place}", typed(entry)) for place, entry in enumerate(value or ()))
    elif leaf.kind is not Kind.CHECK or value is True:
        yield path, typed(value)


def _default(leaf: Leaf) -> Any:
    """As JSON has it."""
    return leaf.default.model_dump(mode="json") if isinstance(leaf.default, Model) else leaf.default
