"""Who and what may enter a workflow: the two decorators for handlers."""

import re
from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from inspect import cleandoc, signature
from typing import Any, TypeVar, get_type_hints

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from contracts.agencies import Party
from contracts.commands import Command
from contracts.event import Event
from contracts.personal import personal_fields
from contracts.refusals import RefusalCode
from contracts.text import Model
from workflows.engine.numbering import EARLY, comes_late, in_order, is_known, remember
from workflows.engine.record import Received, Record
from workflows.engine.table import OPENING
from workflows.engine.tickets import Decided, decided_with, ticket
from workflows.engine.tickets import remember as keep_answer
from workflows.engine.track import Track, not_possible

__all__ = ["EARLY", "NOT_KEPT_HERE", "barred", "command", "event_of", "facts", "heard_by", "hears", "no_track", "snake"]

USED = "this ticket was used for another decision: open the form anew"
NOT_KEPT_HERE = "no file with this case reference is kept here"
"""What an agency hears that has no part in a file, whether there is one or not."""

Handler = TypeVar("Handler", bound=Callable[..., None])
Chooser = Callable[[Any, Any], Track | None]
Check = Callable[[Any, Any], str | None]
Bar = Callable[[Any], str | None]
Telling = Callable[[Any, Any], dict[str, str]]


def _itself(process: Any, _: Any) -> Track:
    return process


def no_track(_process: Any, _content: Any) -> None:
    """For what is possible wherever the file is."""


def command(
    *, track: Chooser = _itself, bar: Bar | None = None, check: Check | None = None, also: Telling | None = None
) -> Callable[[Handler], Handler]:
    """A handler for a person's decision, named in the imperative. With the ticket of one before it does nothing more.

    Args:
        track: Which track's table must allow it; the process itself unless said otherwise. None: always allowed.
        bar: Says in words why it is not possible whatever its content is, or None; then it is not offered, either.
        check: Says in words why the content is not possible, or None.
        also: Further coded facts for the story, beside those of the order.
    """

    def decorate(handler: Handler) -> Handler:
        name = handler.__name__

        @wraps(handler)
        def handle(self: Any, order: Model) -> str:
            def decided() -> None:
                self.note(name, self.file.me.slug, {**facts(order), **(also(self, order) if also else {})})
                handler(self, order)

            if before := decided_with(self.file.tickets, ticket()):
                return before.phase
            self.attempt(name, decided)
            keep_answer(self.file.tickets, ticket(), Decided(command=name, phase=self.phase))
            return self.phase

        def validate(self: Any, order: Model) -> None:
            if before := decided_with(self.file.tickets, ticket()):
                if before.command != name:
                    raise not_possible(USED)
                return
            chosen = track(self, order)
            if chosen is not None:
                chosen.may(name)
            words = (bar(self) if bar else None) or _unchoosable(order) or (check(self, order) if check else None)
            if words:
                raise not_possible(words)

        updated = _update(handle, name, validate, handler)
        updated.__bar__ = bar  # type: ignore[attr-defined]
        return updated

    return decorate


def hears(
    *, track: Chooser = _itself, sender: Callable[[Any, Any], Party | None] | None = None, anyone: bool = False
) -> Callable[[Handler], Handler]:
    """A handler for another agency's event; the update bears the event's name.

    Args:
        track: Which track's table and other party it concerns. None: it comes late and is only noted.
        sender: The one agency that may send it, where the track's parties say too much.
        anyone: Whoever the catalogue allows may open the file with it; after that, whom the process admits.
    """

    def decorate(handler: Handler) -> Handler:
        event = event_of(handler)

        @wraps(handler)
        def handle(self: Any, received: Received[Any]) -> str:
            if not is_known(self.file, received):
                chosen = track(self, received)
                told = snake(event.__name__), received.sender.slug
                if _is_overtaken(self.file, chosen, received):
                    remember(self.file, received)
                    self.note(*told, {**facts(received.event), "late": "true"})
                else:
                    self.attempt(told[0], lambda: _hear(self, handler, received, told))
            return self.phase

        def validate(self: Any, received: Received[Any]) -> None:
            if is_known(self.file, received):
                return
            chosen = track(self, received)
            _of_a_party(self, received, chosen, anyone=anyone, only=sender(self, received) if sender else None)
            if chosen is not None and self.state is None and not comes_late(self.file, received):
                raise ApplicationError("the file is ending: its last letters leave", type=EARLY, non_retryable=True)
            in_order(self.file, received)
            if chosen is not None and not _is_overtaken(self.file, chosen, received):
                chosen.may(event.__name__)

        updated = _update(handle, event.__name__, validate, handler)
        updated.__hears__, updated.__of_no_track__ = event, track is no_track  # type: ignore[attr-defined]
        return updated

    return decorate


def barred(process: Any, command: str) -> str | None:
    """Why a decision is not possible now, whatever its content is, where its table allows it; in words."""
    bar: Bar | None = getattr(getattr(process, command, None), "__bar__", None)
    return bar(process) if bar else None


def event_of(handler: Callable[..., Any]) -> type[Event]:
    """The event class that a handler's annotation names."""
    hints = get_type_hints(handler)
    received = next(hint for name, hint in hints.items() if name != "return")
    return received.__pydantic_generic_metadata__["args"][0]


def heard_by(process: type) -> dict[str, type[Event]]:
    """The events that a workflow hears, by type."""
    found = (getattr(member, "__hears__", None) for member in (getattr(process, name) for name in dir(process)))
    return {event.rule.type: event for event in found if event is not None}


def facts(model: Model) -> dict[str, str]:
    """The coded, impersonal facts of an event or command, for the story: codes, counts, yes and no; never a text."""
    personal = personal_fields(type(model))
    coded = ((name, value) for name, value in model if isinstance(value, bool | int | StrEnum) and name not in personal)
    return {name: str(value).lower() for name, value in coded}


def snake(name: str) -> str:
    """``ReferralDeclined`` as ``referral_declined``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def _unchoosable(order: Model) -> str | None:
    wrong = order.unchoosable() if isinstance(order, Command) else None
    return wrong.words if wrong else None


def _update(handle: Any, name: str, validate: Any, handler: Any) -> Any:
    handle.__annotations__ = {**handler.__annotations__, "return": str}
    validate.__signature__ = signature(handler)  # the library compares parameters one by one
    description = cleandoc(handler.__doc__ or "").split("\n", 1)[0]
    updated: Any = workflow.update(name=name, description=description)(handle)
    updated.validator(validate)
    return updated


def _hear(process: Any, handler: Callable[..., None], received: Received[Any], told: tuple[str, str]) -> None:
    if process.phase == OPENING and process.file.opener is None:
        process.file.opener = received.sender.slug
    gap = remember(process.file, received)
    process.note(*told, facts(received.event))
    handler(process, received)
    if gap:
        process.missed(received, gap)


def _is_overtaken(file: Record, chosen: Track | None, received: Received[Any]) -> bool:
    """Whether it was passed over, and what came after it has moved the file on: it is taken, and moves nothing any more."""
    late = chosen is not None and comes_late(file, received)
    return late and not chosen.table.targets(chosen.phase, type(received.event).__name__)  # type: ignore[union-attr]


def _of_a_party(process: Any, received: Received[Any], chosen: Track | None, *, anyone: bool, only: Party | None) -> None:
    """Whether its sender has a part in what it is about.

    Raises:
        ApplicationError: ``not_a_party`` for who had a part once, or in something else here; ``case_unknown`` for everybody
            else, as if there were no such file, and while nothing has opened it: what opens it may have been lost with a
            server, and comes again.
    """
    sender: Party = received.sender
    if chosen is None:
        speaks = received.event.rule.file is not None or received.on_record or process.is_party(sender)
    elif anyone:
        speaks = process.phase == OPENING or process.admits(sender)
    else:
        speaks = only.slug == sender.slug if only else chosen.expects(sender)
    if not speaks and (anyone or process.phase == OPENING or not process.is_party(sender)):
        raise not_possible(NOT_KEPT_HERE, RefusalCode.CASE_UNKNOWN)
    if not speaks:
        raise not_possible(f"{sender.slug} is not a party to {chosen.title if chosen else 'it'}", RefusalCode.NOT_A_PARTY)
