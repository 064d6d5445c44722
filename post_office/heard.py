"""An event of the feed as it is shown: the CloudEvent that its sender wrote, or what is left where its content is gone."""

from typing import Any

from pydantic_core import to_json

from contracts.agencies import Directory
from contracts.attributes import source
from contracts.attributes import written as moment
from post_office.ports import Heard

GONE = "gone"
"""In the source of an event whose content is gone: which system of its sender wrote it is not known any more."""


def shown(heard: Heard, directory: Directory) -> dict[str, Any]:
    """The event as JSON; the agency's own number of the case stands in it as ``subject``."""
    event = _whole(heard) if heard.event is not None else _left(heard, directory)
    return {**event, "subject": heard.subject} if heard.subject else event


def written(heard: Heard, directory: Directory) -> bytes:
    """The same on one line."""
    return to_json(shown(heard, directory))


def _whole(heard: Heard) -> dict[str, Any]:
    return {**(heard.event or {}), "id": heard.id}


def _left(heard: Heard, directory: Directory) -> dict[str, Any]:
    """A CloudEvent without data (CloudEvents 1.0 allows that), marked as such."""
    sender = directory.by_slug.get(heard.sender)
    return {
        "specversion": "1.0",
        "id": heard.id,
        "source": source(sender.oin, GONE) if sender else f"/{heard.sender}",
        "type": heard.type,
        "time": moment(heard.at),
        "caseref": heard.caseref,
        "unreadable" if heard.unreadable else "erased": True,
    }
