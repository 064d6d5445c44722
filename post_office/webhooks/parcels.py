"""What is sent to an endpoint: an event, whole or thin, a sign of life, or an event that only tries out."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from post_office.ports import Heard
from post_office.webhooks.endpoint import Form

HEARTBEAT = "nl.keten.post-office.heartbeat.v1"
TEST = "nl.keten.post-office.test.v1"
THIN = frozenset({"specversion", "id", "source", "type", "time", "caseref", "subject"})
"""What stays of a thin event; the rest is read from the feed, where that is logged."""


class Parcel(NamedTuple):
    """What is sent.

    Attributes:
        id: ``webhook-id``: the same at each try.
        body: A CloudEvent in structured JSON.
        position: In the feed; None: it is not in it.
    """

    id: str
    body: str
    position: int | None = None


def of_event(heard: Heard, event: Mapping[str, Any], form: Form) -> Parcel:
    """An event of the feed.

    Args:
        heard: Its place in the feed.
        event: Its content, which is still there.
        form: How much of it.
    """
    told = {**event, "id": heard.id}
    if heard.subject is not None:
        told["subject"] = heard.subject
    if form is Form.THIN:
        told = {name: value for name, value in told.items() if name in THIN}
    return Parcel(heard.id, _json(told), heard.position)


def heartbeat(endpoint: str, number: int, source: str, at: datetime, newest: int) -> Parcel:
    """A sign of life: it says up to where the feed was read, so that what never came is missed."""
    event_id = f"heartbeat-{endpoint}-{number}"
    return Parcel(event_id, _own(event_id, HEARTBEAT, source, at, {"readTo": newest}))


def trial(event_id: str, source: str, at: datetime) -> Parcel:
    """An event that only tries out an endpoint."""
    return Parcel(event_id, _own(event_id, TEST, source, at, {"words": "This is a test. Answer it as you answer an event."}))


def _own(event_id: str, kind: str, source: str, at: datetime, data: Mapping[str, Any]) -> str:
    time = at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    head = {"specversion": "1.0", "id": event_id, "source": source, "type": kind, "time": time}
    return _json({**head, "datacontenttype": "application/json", "data": data})


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
