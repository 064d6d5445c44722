"""An event as a person writes it: completed, and checked more strictly than its recipient would."""

import json
import secrets
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from console.event_names import BY_ANY_NAME, event_class
from console.faults import explain, guess
from console.installation import Installation
from console.unknown import unknown_fields
from contracts.agencies import Agency, Directory
from contracts.envelope import CloudEvent, parse, source
from contracts.event import Event
from contracts.reference import new_reference
from contracts.refusals import RefusalCode, Refused

EXTENSIONS = frozenset({"subject", "dataschema", "dataref", "dataschemaversion", "tracestate"})
"""Attributes of CloudEvents and of the Dutch profile that no recipient here reads, and that may stand there."""

MOMENT = "write it with its offset, like 2026-01-31T12:00:00Z"


def complete(raw: bytes, sender: str | None, installation: Installation) -> tuple[Agency, CloudEvent]:
    """Fill in what a person need not type, and check the whole strictly.

    Raises:
        Refused: The event would be refused, or something in it would be ignored; says why.
        LookupError: The sender is not in the directory.
    """
    fields = parse(raw)
    named(fields)
    agency = _sender(fields, sender, installation.directory)
    fields.setdefault("specversion", "1.0")
    fields.setdefault("id", secrets.token_hex(16))
    fields.setdefault("source", source(agency.oin, "report"))
    fields.setdefault("time", datetime.now(UTC).isoformat())
    fields.setdefault("caseref", new_reference())
    fields.setdefault("sequence", "1")
    message = whole(fields)
    if message.ground is None:
        message = message.model_copy(update={"ground": message.event().grounds()[0]})
    return agency, message


def named(fields: dict[str, Any]) -> None:
    """Put the full type there for whichever name of the event was given.

    Raises:
        Refused: The catalogue does not have it.
    """
    name = fields.get("type")
    if not isinstance(name, str):
        raise Refused(
            RefusalCode.ENVELOPE_INVALID, 'type is missing, or no text: name the event, like "signals.reported" (`keten events`)'
        )
    if name.lower() not in BY_ANY_NAME:
        try:
            event_class(name)
        except LookupError as error:
            raise Refused(RefusalCode.TYPE_UNKNOWN, str(error)) from None
    fields["type"] = event_class(name).rule.type


def whole(fields: dict[str, Any], extensions: frozenset[str] = frozenset()) -> CloudEvent:
    """A whole event, in which nothing would be ignored by mistake.

    Args:
        fields: As they were written.
        extensions: Attributes that were there before somebody wrote in it; they stay.

    Raises:
        Refused: In the words of whoever wrote it.
    """
    given = {name: value for name, value in fields.items() if value is not None}
    known = {*CloudEvent.model_fields, *EXTENSIONS, *extensions}
    strange = [f"{name} is not an attribute here{guess(name, CloudEvent.model_fields)}" for name in given if name not in known]
    if strange:
        raise Refused(RefusalCode.ENVELOPE_INVALID, "; ".join(strange))
    try:
        CloudEvent.model_validate(given)
    except ValidationError as error:
        raise _envelope(error) from None
    message = CloudEvent.from_json(json.dumps(given).encode(), datetime.now(UTC))
    check_data(message.event_class, message.data)
    return message


def _envelope(error: ValidationError) -> Refused:
    """Of a time it is said how to write it, under the code that its recipient would give."""
    words = explain(error)
    own = RefusalCode.TIME_INVALID
    if all(fault["loc"] == ("time",) for fault in error.errors(include_url=False, include_input=False)):
        return Refused(own, f"time: {MOMENT}")
    return Refused(RefusalCode.ENVELOPE_INVALID, words.replace(f"{own}: ", ""))


def check_data(event: type[Event], data: dict[str, Any]) -> None:
    """The content of an event, as its sender checks it: fields that nobody would read are refused at every depth.

    Raises:
        Refused: In the words of whoever wrote it.
    """
    unknown = unknown_fields(event, data, "data.")
    if unknown:
        raise Refused(RefusalCode.DATA_INVALID, "; ".join(unknown))
    try:
        event.model_validate_json(json.dumps(data), strict=True)
    except ValidationError as error:
        raise _content(error) from None


def _content(error: ValidationError) -> Refused:
    words = explain(error, "data.")
    own = f"{RefusalCode.UNICODE_UNSAFE}: "
    code = (
        RefusalCode.UNICODE_UNSAFE if own in words else RefusalCode.NO_GROUND if f"{RefusalCode.NO_GROUND}: " in words else None
    )
    return Refused(code or RefusalCode.DATA_INVALID, words.replace(own, "").replace(f"{RefusalCode.NO_GROUND}: ", ""))


def told_too_much(event: Event, recipient: Agency) -> None:
    """What this kind of agency may not be told is not left out in silence: whoever typed it should know.

    Raises:
        Refused: Names the fields.
    """
    if type(event).model_validate(event.told_to(recipient.kind)) != event:
        fields = ", ".join(event.left_out_for(recipient.kind))
        raise Refused(RefusalCode.DATA_INVALID, f"{recipient.slug} is not entitled to all of `data`: leave out {fields}")


def _sender(fields: dict[str, Any], slug: str | None, directory: Directory) -> Agency:
    """Who sends: as the command says, or as `source` says; never both and different."""
    given = fields.get("source")
    parts = str(given or "").split(":")
    written = directory.by_oin.get(parts[3] if len(parts) > 3 else "")
    if slug is None:
        if written is None:
            raise LookupError("who sends this? Give --as AGENCY, or a `source` with an identification number of the directory")
        return written
    agency = directory.get(slug)
    if given is not None and written != agency:
        who = written.slug if written else "nobody of the directory"
        raise Refused(
            RefusalCode.SENDER_MISMATCH,
            f"`source` is {who}, and --as says {agency.slug}: leave one of them out, or make them the same "
            f"({source(agency.oin, 'report')})",
        )
    return agency
