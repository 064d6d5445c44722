"""AsyncAPI 3.0 per kind of agency: what it sends and what arrives in its inbox.

FastStream can write such a document too, but it describes the data without the envelope, leaves out the parameters of a
channel's address, which the specification asks for, and names a server; the schemas beside it are the messages as they travel.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from console.generate.schemas import as_text
from contracts.catalogue import CATALOGUE, subject_from, subject_to
from contracts.envelope import CONTENT_TYPE
from contracts.event import Event
from contracts.words import AgencyKind

Node = dict[str, Any]

PARAMETERS: dict[str, Node] = {
    "sender": {"description": "slug of the agency that sent it, as in the directory"},
    "recipient": {"description": "slug of the agency that it is for, as in the directory"},
}


def asyncapi_documents() -> dict[Path, str]:
    """One document per kind of agency."""
    return {Path("docs/generated/asyncapi") / f"{kind}.json": as_text(document(kind)) for kind in AgencyKind}


def document(kind: AgencyKind, catalogue: Mapping[str, type[Event]] = CATALOGUE) -> Node:
    """What an agency of this kind sends and receives."""
    traffic = tuple(_traffic(kind, catalogue))
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": f"Keten: {kind.replace('_', ' ')}",
            "version": "1.0.0",
            "description": f"What an agency of the kind `{kind}` sends to others and receives in its inbox.",
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": {_key(action, event): _channel(action, event) for action, event in traffic},
        "operations": {_key(action, event): _operation(action, event) for action, event in traffic},
        "components": {"messages": {event.__name__: _message(event) for _, event in traffic}},
    }


def _traffic(kind: AgencyKind, catalogue: Mapping[str, type[Event]]) -> Iterator[tuple[str, type[Event]]]:
    for event in catalogue.values():
        if kind in event.rule.senders:
            yield "send", event
        if kind in event.rule.recipients:
            yield "receive", event


def _key(action: str, event: type[Event]) -> str:
    return f"{action}.{event.short_name()}"


def _channel(action: str, event: type[Event]) -> Node:
    parameter = "recipient" if action == "send" else "sender"
    subject = subject_to if action == "send" else subject_from
    return {
        "address": subject(f"{{{parameter}}}", event),
        "title": event.__name__,
        "description": event.rule.purpose,
        "parameters": {parameter: PARAMETERS[parameter]},
        "messages": {event.__name__: {"$ref": f"#/components/messages/{event.__name__}"}},
    }


def _operation(action: str, event: type[Event]) -> Node:
    channel = f"#/channels/{_key(action, event)}"
    return {
        "action": action,
        "channel": {"$ref": channel},
        "messages": [{"$ref": f"{channel}/messages/{event.__name__}"}],
    }


def _message(event: type[Event]) -> Node:
    return {
        "name": event.rule.type,
        "title": event.__name__,
        "summary": (event.__doc__ or "").partition("\n")[0],
        "contentType": CONTENT_TYPE,
        "payload": {"$ref": f"../schemas/{event.short_name()}.json"},
    }
