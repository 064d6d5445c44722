"""Examples to copy: an event as it is heard, and the same as an agency's own system hands it in."""

import json
from collections.abc import Callable
from typing import Any, cast

from console.catalogue.entries import begins_a_case
from contracts.agencies import Agency, Directory
from contracts.attributes import SOURCE
from contracts.catalogue import may_send
from contracts.event import Event

Json = dict[str, Any]
Examples = Callable[[str], Json | None]
"""The example of an event by its short name, as it is heard; None: there is none."""

OWN_SYSTEM = "/case-system"
"""A ``source`` as an agency's own system may write it; the post office puts the agency's own in its place."""


def handed_in(event: type[Event], heard: Json, directory: Directory) -> Json:
    """What an agency's own system gives its post office for this event: all that nobody else can know."""
    sender = _sender(heard, directory)
    recipients = [agency for agency in directory.agencies if may_send(sender, agency, event)]
    content = event.model_validate(heard["data"])
    name = event.short_name().rpartition(".v")[0].replace(".", "-")
    return {
        "specversion": "1.0",
        "id": f"{name}-0001",
        "source": OWN_SYSTEM,
        "type": event.rule.type,
        **({"ground": content.grounds()[0].value} if len(event.rule.grounds) > 1 else {}),
        **({"recipient": recipients[0].slug} if len(recipients) > 1 else {}),
        **({} if begins_a_case(event) else {"caseref": heard["caseref"]}),
        "data": _without_nothing(heard["data"]),
    }


def as_text(value: Any) -> str:
    """JSON as people read it."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def _sender(heard: Json, directory: Directory) -> Agency:
    found = SOURCE.fullmatch(heard["source"])
    oin = found[1] if found else ""
    if oin not in directory.by_oin:
        raise LookupError("an example comes from an agency that is not in the directory")
    return directory.by_oin[oin]


def _without_nothing(value: Any) -> Any:
    """The same, without fields that are null: leaving them out says the same."""
    if isinstance(value, dict):
        fields = cast("Json", value)
        return {name: _without_nothing(inner) for name, inner in fields.items() if inner is not None}
    if isinstance(value, list):
        return [_without_nothing(inner) for inner in cast("list[Any]", value)]
    return value
