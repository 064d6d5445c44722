"""JSON Schema per event: the data alone, and the whole CloudEvent as it travels."""

import json
from pathlib import Path

from contracts.catalogue import BY_SHORT_NAME
from contracts.envelope import CloudEvent
from contracts.event import Event
from contracts.schemas import Schema, data_schema, model_schema

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def event_schemas() -> dict[Path, str]:
    """One file per event of the catalogue."""
    return {
        Path("docs/generated/schemas") / f"{name}.json": as_text(message_schema(event)) for name, event in BY_SHORT_NAME.items()
    }


def message_schema(event: type[Event]) -> Schema:
    """The whole message: the envelope with this event's type and data in it."""
    data = data_schema(event)
    envelope = envelope_schema()
    definitions = {**envelope.pop("$defs", {}), **data.pop("$defs", {})}
    here = {"type": {"const": event.rule.type, "title": "Type", "type": "string"}, "data": data}
    return {
        "$schema": DIALECT,
        "$id": f"urn:keten:{event.short_name()}",
        **envelope,
        "properties": {**envelope["properties"], **here},
        "title": event.__name__,
        "description": data["description"],
        "x-rule": rule(event),
        "$defs": definitions,
    }


def envelope_schema() -> Schema:
    """The envelope of every message; ``specversion`` must be there by CloudEvents, and any extension has its form and types."""
    schema = model_schema(CloudEvent)
    extensions = {
        "propertyNames": {"pattern": "^[a-z0-9]+$"},
        "additionalProperties": {"type": ["string", "integer", "boolean", "null"]},
    }
    return {**schema, "required": ["specversion", *schema["required"]], **extensions}


def rule(event: type[Event]) -> Schema:
    """The catalogue's word on an event, in an order that does not change; that it is counted is not said."""
    words = event.rule.model_dump(mode="json", exclude={"counted"} if event.rule.counted else None)
    return {key: sorted(value) if key in {"senders", "recipients"} else value for key, value in words.items()}


def as_text(document: Schema) -> str:
    """A document as it lies in a file."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
