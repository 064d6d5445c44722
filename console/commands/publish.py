"""Publishing an event as an agency's own system would."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from console.installation import Installation
from console.plain import plain
from console.screen import run, screen, stop, styled
from console.written import complete, told_too_much
from contracts.agencies import Agency
from contracts.catalogue import may_send
from contracts.envelope import CloudEvent
from contracts.event import Event
from contracts.events.deliveries import DeliveryRefused
from contracts.logged import Exchange, sent
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
        told_too_much(message.event(), recipient)
    except Refused as refused:
        stop(f"not published: {refused.code}: {refused.reason}")
    async with installation.witness.act(agency, Action.PUBLISH, message.event_class.short_name(), message.caseref):
        answer = await delivered(installation, agency, message, recipient, wait)
    screen.print(styled(f"delivered to {recipient.slug}: case ", (message.caseref, "bold"), f", event {message.id}"))
    _show(answer)


async def delivered(
    installation: Installation, agency: Agency, message: CloudEvent, recipient: Agency, wait: float
) -> CloudEvent | None:
    """Log an event, send it, and wait so many seconds for its answer; stops in words when the bus does not take it."""
    async with await installation.mailbox(agency) as mailbox:
        record = sent(Exchange(message, message.event(), recipient.slug), datetime.now(UTC))
        await installation.processing_log(agency.slug).write([record])
        with screen.waiting(f"{message.type} to {recipient.slug}"):
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
    screen.print(styled((plain(answer.type), "green"), f" {plain(json.dumps(event.model_dump(mode='json')))}"))


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
