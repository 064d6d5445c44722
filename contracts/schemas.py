"""JSON Schema of what an event says, with its personal fields marked."""

from functools import cache
from typing import Any

from pydantic import BaseModel

from contracts.event import Event

Schema = dict[str, Any]


@cache
def model_schema(model: type[BaseModel]) -> Schema:
    """Of any model. It is made once, so nothing in it may be changed."""
    return model.model_json_schema()


def data_schema(event: type[Event]) -> Schema:
    """The data of an event, with its personal fields marked. What is in it may not be changed."""
    return {**_marked(event)}


@cache
def _marked(event: type[Event]) -> Schema:
    schema = event.model_json_schema()
    for path in event.personal_fields():
        field(schema, path)["x-personal"] = True
    return schema


def field(schema: Schema, path: str) -> Schema:
    """The schema of a field, by its dotted path from the root of a schema."""
    parent, _, name = path.rpartition(".")
    owner = field(schema, parent) if parent else schema
    return _object(owner, schema["$defs"] if parent else {})["properties"][name]


def _object(schema: Schema, definitions: Schema) -> Schema:
    """The object in a field that is one, may be one, or holds several."""
    if "$ref" in schema:
        return definitions[schema["$ref"].rpartition("/")[2]]
    if "items" in schema:
        return _object(schema["items"], definitions)
    alternatives = [option for option in schema.get("anyOf", ()) if option.get("type") != "null"]
    return _object(alternatives[0], definitions) if alternatives else schema
