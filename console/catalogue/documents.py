"""What stands beside the pages for programs: JSON Schema per event, and AsyncAPI per kind, whole in one file."""

from typing import Any, cast

from console.catalogue.entries import Catalogue
from console.generate.asyncapi import document
from console.generate.schemas import as_text, message_schema
from contracts.event import Event
from contracts.words import AgencyKind

Node = dict[str, Any]


def schema_file(event: type[Event]) -> str:
    """Where the schema of an event lies, from the root of the pages."""
    return f"schemas/{event.short_name()}.json"


def asyncapi_file(kind: AgencyKind) -> str:
    """Where the description of what a kind sends and hears lies."""
    return f"asyncapi/{kind}.json"


def schema_text(event: type[Event]) -> str:
    """The whole message of an event."""
    return as_text(message_schema(event))


def asyncapi_text(kind: AgencyKind, catalogue: Catalogue) -> str:
    """What a kind sends and hears, with the schemas in it: it needs no other file."""
    found = document(kind, catalogue)
    named = {event.__name__: event for event in catalogue.values()}
    schemas: Node = {}
    for name, message in found["components"]["messages"].items():
        whole = message_schema(named[name])
        definitions: Node = whole.pop("$defs")
        for outside in ("$schema", "$id"):
            whole.pop(outside)
        schemas |= {f"{name}.{inner}": _pointing(schema, name) for inner, schema in definitions.items()}
        schemas[name] = _pointing(whole, name)
        message["payload"] = {"$ref": f"#/components/schemas/{name}"}
    return as_text({**found, "components": {**found["components"], "schemas": dict(sorted(schemas.items()))}})


def _pointing(node: Any, name: str) -> Any:
    """The same, with references to where the definitions of this event stand now."""
    if isinstance(node, dict):
        fields = cast("Node", node)
        return {key: _there(inner, name) if key == "$ref" else _pointing(inner, name) for key, inner in fields.items()}
    return [_pointing(inner, name) for inner in cast("list[Any]", node)] if isinstance(node, list) else node


def _there(reference: str, name: str) -> str:
    return reference.replace("#/$defs/", f"#/components/schemas/{name}.")
