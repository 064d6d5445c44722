"""Publishing an event as an agency's own system would."""

import json
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from console.installation import Installation
from console.screen import run, screen, stop
from contracts.agencies import Agency
from contracts.catalogue import BY_SHORT_NAME, CATALOGUE, may_send
from contracts.envelope import CloudEvent, parse, source
from contracts.event import Event
from contracts.events.deliveries import DeliveryRefused
from contracts.logged import Exchange, sent
from contracts.reference import new_reference
from contracts.refusals import RefusalCode, Refused
from runtime.audit.entry import Action
from runtime.bus import PublishFailed

SENDER = Annotated[str | None, typer.Option("--as", help="slug of the sending agency; else read from `source`")]
RECIPIENT = Annotated[str | None, typer.Option("--to", help="slug of the recipient; needed where several may take it")]


def publish(
    file: Annotated[Path, typer.Argument(help="a JSON file: a whole CloudEvent, or only its `type` and `data`")],
    sender: SENDER = None,
    to: RECIPIENT = None,
    wait: Annotated[float, typer.Option(help="seconds to wait for an answer")] = 10.0,
) -> None:
    """Publish an event, and wait for the receipt or the refusal."""
    if not file.is_file():
        stop(f"{file} is not a file: give one with JSON, for instance docs/examples/signal.json")
    run(_publish(file.read_bytes(), sender, to, wait))


async def _publish(raw: bytes, sender: str | None, to: str | None, wait: float) -> None:
    installation = Installation.reach()
    try:
        agency, message = complete(raw, sender, installation)
        recipient = _recipient(installation, agency, message.event_class, to)
        _nothing_too_much(message.event(), recipient)
    except Refused as refused:
        stop(f"not published: {refused.code}: {refused.reason}")
    async with installation.witness.act(agency, Action.PUBLISH, message.event_class.short_name(), message.caseref):
        answer = await delivered(installation, agency, message, recipient, wait)
    screen.print(f"delivered to {recipient.slug}: case [bold]{message.caseref}[/bold], event {message.id}")
    _show(answer)


async def delivered(
    installation: Installation, agency: Agency, message: CloudEvent, recipient: Agency, wait: float
) -> CloudEvent | None:
    """Log an event, send it, and wait so many seconds for its answer; stops in words when the bus does not take it."""
    async with await installation.mailbox(agency) as mailbox:
        record = sent(Exchange(message, message.event(), recipient.slug), datetime.now(UTC))
        await installation.processing_log(agency.slug).write([record])
        with screen.status(f"{message.type} to {recipient.slug}"):
            try:
                return await mailbox.publish_and_wait(message, recipient, wait)
            except (TimeoutError, PublishFailed) as error:
                stop(f"not delivered: {type(error).__name__}; the bus may be down: `keten doctor`")


def _show(answer: CloudEvent | None) -> None:
    if answer is None:
        screen.print("no answer yet; the recipient's disk has it, and a refusal would still reach you")
        return
    event = answer.event()
    if isinstance(event, DeliveryRefused):
        stop(f"refused: {event.code}: {event.reason}")
    screen.print(f"[green]{answer.type}[/green] {json.dumps(event.model_dump(mode='json'))}")


def complete(raw: bytes, sender: str | None, installation: Installation) -> tuple[Agency, CloudEvent]:
    """Fill in what a person need not type, and check the whole strictly.

    Raises:
        Refused: The event would be refused; says why.
        LookupError: The sender is not in the directory.
    """
    fields = parse(raw)
    short = str(fields.get("type", ""))
    if short in BY_SHORT_NAME:
        fields["type"] = BY_SHORT_NAME[short].rule.type
    agency = _sender(fields, sender, installation)
    fields.setdefault("specversion", "1.0")
    fields.setdefault("id", secrets.token_hex(16))
    fields.setdefault("source", source(agency.oin, "report"))
    fields.setdefault("time", datetime.now(UTC).isoformat())
    fields.setdefault("caseref", new_reference())
    fields.setdefault("sequence", "1")
    message = CloudEvent.from_json(json.dumps(fields).encode(), datetime.now(UTC))
    if message.ground is None:
        message = message.model_copy(update={"ground": message.event().grounds()[0]})
    _nothing_ignored(message.event(), message.data)
    return agency, message


def _sender(fields: dict[str, Any], slug: str | None, installation: Installation) -> Agency:
    if slug:
        return installation.directory.get(slug)
    parts = str(fields.get("source", "")).split(":")
    agency = installation.directory.by_oin.get(parts[3] if len(parts) > 3 else "")
    if agency is None:
        raise LookupError("who sends this? Give --as AGENCY, or a `source` with an identification number of the directory")
    return agency


def _recipient(installation: Installation, agency: Agency, event: type[Event], slug: str | None) -> Agency:
    directory = installation.directory
    allowed = [other for other in directory.agencies if may_send(agency, other, event)]
    names = ", ".join(other.slug for other in allowed)
    if not allowed:
        kinds = ", ".join(sorted(event.rule.senders))
        raise Refused(RefusalCode.NOT_ALLOWED, f"{agency.slug} may not send this event; who may: {kinds} (`keten events`)")
    if slug:
        chosen = directory.get(slug)
        if chosen not in allowed:
            raise Refused(RefusalCode.NOT_ALLOWED, f"{agency.slug} may not send this event to {slug}; it may to: {names}")
        return chosen
    if len(allowed) > 1:
        raise LookupError(f"several agencies take this event; name one with --to: {names}")
    return allowed[0]


def _nothing_too_much(event: Event, recipient: Agency) -> None:
    """What this kind of agency may not be told is not left out in silence: whoever typed it should know."""
    if type(event).model_validate(event.told_to(recipient.kind)) != event:
        fields = ", ".join(event.left_out_for(recipient.kind))
        raise Refused(RefusalCode.DATA_INVALID, f"{recipient.slug} is not entitled to all of `data`: leave out {fields}")


def _nothing_ignored(event: Event, given: dict[str, Any]) -> None:
    """A field that the catalogue does not know would be ignored on arrival: say so before, so that nothing typed is lost."""
    unknown = sorted(set(given) - set(type(event).model_fields))
    if unknown:
        known = ", ".join(type(event).model_fields)
        raise Refused(RefusalCode.DATA_INVALID, f"data has {len(unknown)} field(s) that nobody would read; known are: {known}")


def event_class(name: str) -> type[Event]:
    """An event by its type or short name.

    Raises:
        LookupError: The catalogue does not have it.
    """
    found = CATALOGUE.get(name) or BY_SHORT_NAME.get(name)
    if found is None:
        raise LookupError(f"no event {name!r} in the catalogue; `keten events` lists them")
    return found
