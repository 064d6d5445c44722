"""What breaks a released schema is named in words; what only adds is not."""

import copy
from collections.abc import Callable
from typing import Any, Literal

import pytest
from pydantic import BaseModel, Field

from console.generate.breaking import breaking
from console.generate.releases import current


class Inner(BaseModel):
    colour: Literal["red", "green"]
    note: str | None = None


class Released(BaseModel):
    amount: int = Field(ge=0, le=20)
    name: str = Field(min_length=1, max_length=200, pattern="^[a-z]+$")
    inner: Inner
    many: list[Inner] = Field(default=[], max_length=5)
    maybe: int | None = None


Schema = dict[str, Any]
Change = Callable[[Schema], Any]


def inner(schema: Schema) -> Schema:
    return schema["$defs"]["Inner"]["properties"]


BREAKING: dict[str, tuple[Change, str]] = {
    "field removed": (lambda s: s["properties"].pop("maybe"), "`maybe`: the field was removed"),
    "field inside removed": (lambda s: inner(s).pop("note"), "`inner.note`: the field was removed"),
    "made required": (lambda s: s["required"].append("maybe"), "`maybe`: the field is required now"),
    "made optional": (lambda s: s["required"].remove("name"), "`name`: the field may be missing now"),
    "new and required": (
        lambda s: (s["properties"].update(more={"type": "string"}), s["required"].append("more")),
        "`more`: the field is required now",
    ),
    "other type": (lambda s: s["properties"]["amount"].update(type="string"), "`amount`: type integer is no longer allowed"),
    "no longer null": (lambda s: s["properties"].update(maybe={"type": "integer"}), "`maybe`: type null is no longer allowed"),
    "value removed": (lambda s: inner(s)["colour"].update(enum=["red"]), "`inner.colour`: the value 'green' was removed"),
    "only listed values": (lambda s: s["properties"]["name"].update(enum=["a"]), "`name`: only listed values are allowed now"),
    "minimum raised": (lambda s: s["properties"]["amount"].update(minimum=1), "`amount`: the minimum was 0 and is 1"),
    "maximum lowered": (lambda s: s["properties"]["amount"].update(maximum=19), "`amount`: the maximum was 20 and is 19"),
    "bound set": (
        lambda s: s["properties"]["maybe"]["anyOf"][0].update(maximum=9),
        "`maybe`: the maximum was not set and is 9",
    ),
    "shorter": (lambda s: s["properties"]["name"].update(maxLength=100), "`name`: the greatest length was 200 and is 100"),
    "longer at least": (lambda s: s["properties"]["name"].update(minLength=2), "`name`: the least length was 1 and is 2"),
    "fewer items": (lambda s: s["properties"]["many"].update(maxItems=4), "`many`: the greatest number of items was 5 and is 4"),
    "items narrowed": (lambda s: s["properties"]["many"].update(items={"type": "string"}), "`many[]`: type object is no longer"),
    "pattern changed": (lambda s: s["properties"]["name"].update(pattern="^[a-y]+$"), "`name`: the pattern was ^[a-z]+$ and is"),
    "format set": (lambda s: s["properties"]["name"].update(format="date"), "`name`: the format was not set and is date"),
    "added to a closed object": (lambda s: s["properties"].update(more={"type": "string"}), "does not know"),
}

ADDITIVE: dict[str, Change] = {
    "nothing": lambda s: None,
    "optional field": lambda s: s["properties"].update(more={"type": "string"}),
    "optional field inside": lambda s: inner(s).update(more={"type": "string"}),
    "value added": lambda s: inner(s)["colour"].update(enum=["red", "green", "blue"]),
    "any value": lambda s: inner(s).update(colour={"type": "string"}),
    "null allowed": lambda s: s["properties"].update(amount={"anyOf": [s["properties"]["amount"], {"type": "null"}]}),
    "number for integer": lambda s: s["properties"]["amount"].update(type="number"),
    "wider": lambda s: s["properties"]["amount"].update(minimum=-1, maximum=21),
    "no bound": lambda s: s["properties"]["amount"].pop("maximum"),
    "longer": lambda s: s["properties"]["name"].update(maxLength=300),
    "no pattern": lambda s: s["properties"]["name"].pop("pattern"),
    "words changed": lambda s: s.update(description="other words", title="Other"),
    "definition renamed": lambda s: (
        s["$defs"].update(Renamed=s["$defs"].pop("Inner")),
        s["properties"].update(inner={"$ref": "#/$defs/Renamed"}),
        s["properties"]["many"].update(items={"$ref": "#/$defs/Renamed"}),
    ),
}


@pytest.mark.parametrize(("change", "words"), BREAKING.values(), ids=BREAKING.keys())
def test_breaking(change: Change, words: str):
    before = Released.model_json_schema()
    if words == "does not know":
        before["additionalProperties"] = False
    after = copy.deepcopy(before)
    change(after)
    assert any(words in line for line in breaking(before, after)), breaking(before, after)


@pytest.mark.parametrize("change", ADDITIVE.values(), ids=ADDITIVE.keys())
def test_additive(change: Change):
    before = Released.model_json_schema()
    after = copy.deepcopy(before)
    change(after)
    assert breaking(before, after) == []


@pytest.mark.parametrize("name", current())
def test_nothing_breaks_itself_and_losing_any_field_is_found(name: str):
    schema = current()[name]
    assert breaking(schema, schema) == []
    for field in schema["properties"]:
        without = copy.deepcopy(schema)
        del without["properties"][field]
        assert f"`{field}`: the field was removed" in breaking(schema, without)
