"""What changed between two JSON Schemas that a message or its reader cannot survive, in words.

Additive changes are allowed: an optional field, a further value, a wider bound. What is narrower or gone breaks.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

Schema = dict[str, Any]

LOWER = {"minimum": "the minimum", "minLength": "the least length", "minItems": "the least number of items"}
UPPER = {"maximum": "the maximum", "maxLength": "the greatest length", "maxItems": "the greatest number of items"}
EXACT = {"pattern": "the pattern", "format": "the format"}


class Place(NamedTuple):
    """A place in a schema, with the root in which its references resolve."""

    root: Schema
    node: Schema

    def to(self, node: Schema) -> "Place":
        """Another place under the same root, its reference resolved."""
        reference = node.get("$ref")
        return Place(self.root, self.root["$defs"][reference.rpartition("/")[2]] if reference else node)

    def alternatives(self) -> list["Place"]:
        """The types that a value here may have."""
        return [place for option in self.node.get("anyOf", [self.node]) for place in self._flat(option)]

    def _flat(self, option: Schema) -> list["Place"]:
        place = self.to(option)
        return place.alternatives() if "anyOf" in place.node else [place]


def breaking(released: Schema, current: Schema) -> list[str]:
    """Every breaking change, one line each, naming the field."""
    return list(_values("", Place(released, released), Place(current, current)))


def _values(path: str, old: Place, new: Place) -> Iterator[str]:
    options = new.alternatives()
    for was in old.alternatives():
        kind = was.node.get("type")
        fitting = [option for option in options if _takes(option.node.get("type"), kind)]
        if not fitting:
            yield f"{_name(path)}: type {kind} is no longer allowed"
            continue
        yield from min((list(_same_type(path, was, option)) for option in fitting), key=len)


def _takes(new: str | None, old: str | None) -> bool:
    return new in {None, old} or (new == "number" and old == "integer")


def _same_type(path: str, old: Place, new: Place) -> Iterator[str]:
    yield from _choices(path, old.node, new.node)
    yield from _limits(path, old.node, new.node)
    yield from _fields(path, old, new)
    if "items" in new.node:
        yield from _values(f"{path}[]", old.to(old.node.get("items", {})), new.to(new.node["items"]))


def _choices(path: str, old: Schema, new: Schema) -> Iterator[str]:
    before, after = _listed(old), _listed(new)
    if after is None:
        return
    if before is None:
        yield f"{_name(path)}: only listed values are allowed now"
        return
    for value in before:
        if value not in after:
            yield f"{_name(path)}: the value {value!r} was removed"


def _listed(node: Schema) -> list[Any] | None:
    return [node["const"]] if "const" in node else node.get("enum")


def _limits(path: str, old: Schema, new: Schema) -> Iterator[str]:
    for key, words in LOWER.items():
        if key in new and new[key] > old.get(key, float("-inf")):
            yield f"{_name(path)}: {words} was {old.get(key, 'not set')} and is {new[key]}"
    for key, words in UPPER.items():
        if key in new and new[key] < old.get(key, float("inf")):
            yield f"{_name(path)}: {words} was {old.get(key, 'not set')} and is {new[key]}"
    for key, words in EXACT.items():
        if key in new and new[key] != old.get(key):
            yield f"{_name(path)}: {words} was {old.get(key, 'not set')} and is {new[key]}"


def _fields(path: str, old: Place, new: Place) -> Iterator[str]:
    before, after = old.node.get("properties", {}), new.node.get("properties", {})
    for name in sorted(before.keys() - after.keys()):
        yield f"{_name(path, name)}: the field was removed"
    for name in sorted(before.keys() & after.keys()):
        yield from _values(f"{path}.{name}", old.to(before[name]), new.to(after[name]))
    yield from _presence(path, set(old.node.get("required", ())), set(new.node.get("required", ())), set(after))
    if old.node.get("additionalProperties") is False:
        for name in sorted(after.keys() - before.keys()):
            yield f"{_name(path, name)}: a reader of the released version refuses a field that it does not know"


def _presence(path: str, before: set[str], after: set[str], fields: set[str]) -> Iterator[str]:
    for name in sorted(after - before):
        yield f"{_name(path, name)}: the field is required now"
    for name in sorted((before - after) & fields):
        yield f"{_name(path, name)}: the field may be missing now, and a reader of the released version refuses that"


def _name(path: str, field: str = "") -> str:
    return f"`{'.'.join(part for part in (path.removeprefix('.'), field) if part) or 'data'}`"
