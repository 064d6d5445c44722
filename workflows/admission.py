"""Who and what may enter a workflow: the two decorators for handlers, and the numbering of what comes in."""

import re
from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from inspect import cleandoc, signature
from typing import Any, TypeVar, get_type_hints

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from contracts.agencies import Party
from contracts.event import Event
from contracts.personal import personal_fields
from contracts.refusals import RefusalCode
from contracts.text import Model
from workflows.files.record import REMEMBERED_IDS, Heard, Received, Record
from workflows.track import Track, not_possible

EARLY = "early"
"""Error type of an event whose predecessor is not here yet, or whose file is ending: the bus delivers it again later."""

Handler = TypeVar("Handler", bound=Callable[..., None])
Chooser = Callable[[Any, Any], Track | None]
Check = Callable[[Any, Any], str | None]


def _itself(process: Any, _: Any) -> Track:
    return process


def no_track(_process: Any, _content: Any) -> None:
    """For what is possible wherever the file is."""


def command(*, track: Chooser = _itself, check: Check | None = None) -> Callable[[Handler], Handler]:
    """A handler for a person's decision, named in the imperative.

    Args:
        track: Which track's table must allow it; the process itself unless said otherwise. None: always allowed.
        check: Says in words why the content is not possible, or None.
    """

    def decorate(handler: Handler) -> Handler:
        name = handler.__name__

        @wraps(handler)
        def handle(self: Any, order: Model) -> str:
            self.note(name, self.file.me.slug, facts(order))
            handler(self, order)
            return self.phase

        def validate(self: Any, order: Model) -> None:
            chosen = track(self, order)
            if chosen is not None:
                chosen.may(name)
            words = check(self, order) if check else None
            if words:
                raise not_possible(words)

        return _update(handle, name, validate, handler)

    return decorate


def hears(
    *, track: Chooser = _itself, sender: Callable[[Any, Any], Party | None] | None = None, anyone: bool = False
) -> Callable[[Handler], Handler]:
    """A handler for another agency's event; the update bears the event's name.

    Args:
        track: Which track's table and other party it concerns. None: it comes late and is only noted.
        sender: The one agency that may send it, where the track's parties say too much.
        anyone: Whoever the catalogue allows may send it, as with an event that opens the file.
    """

    def decorate(handler: Handler) -> Handler:
        event = event_of(handler)

        @wraps(handler)
        def handle(self: Any, received: Received[Any]) -> str:
            if received.id not in self.file.ids:
                missing = _remember(self.file, received)
                self.note(snake(event.__name__), received.sender.slug, facts(received.event))
                handler(self, received)
                if missing:
                    self.missed(received, missing)
            return self.phase

        def validate(self: Any, received: Received[Any]) -> None:
            if received.id in self.file.ids:
                return
            _in_order(self.file, received)
            chosen = track(self, received)
            if chosen is None:
                return
            if self.state is None:
                raise ApplicationError("the file is ending: its last letters leave", type=EARLY, non_retryable=True)
            only = sender(self, received) if sender else None
            expected = only.slug == received.sender.slug if only else chosen.expects(received.sender)
            if not anyone and not expected:
                raise not_possible(f"{received.sender.slug} is not a party to {chosen.title}", RefusalCode.NOT_A_PARTY)
            chosen.may(event.__name__)

        updated = _update(handle, event.__name__, validate, handler)
        updated.__hears__ = event  # type: ignore[attr-defined]
        return updated

    return decorate


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


def _update(handle: Any, name: str, validate: Any, handler: Any) -> Any:
    handle.__annotations__ = {**handler.__annotations__, "return": str}
    validate.__signature__ = signature(handler)  # the library compares parameters one by one
    description = cleandoc(handler.__doc__ or "").split("\n", 1)[0]
    updated: Any = workflow.update(name=name, description=description)(handle)
    updated.validator(validate)
    return updated


def _in_order(file: Record, received: Received[Any]) -> None:
    """Whether this number is due.

    Raises:
        ApplicationError: ``early`` where a predecessor is missing; ``sequence_reused`` where the number was taken.
    """
    number = received.sequence
    if number == 0:
        return
    heard = file.heard.get(_line(received), Heard())
    if number > heard.last + 1 and not received.past_gap and not _opens(file, received):
        raise ApplicationError(f"number {number} came before number {heard.last + 1}", type=EARLY, non_retryable=True)
    if number <= heard.last and number not in heard.missing:
        raise not_possible(f"another event had the number {number} already; count on", RefusalCode.SEQUENCE_REUSED)
    _linked(heard, received)


def _linked(heard: Heard, received: Received[Any]) -> None:
    """Whether it follows the event before it, and is the one that a later event spoke of.

    Raises:
        ApplicationError: ``chain_broken``: an event was changed, put in between, or left out.
    """
    before = heard.said.get(received.sequence - 1) if received.sequence - 1 == heard.last else None
    expected = heard.said.get(received.sequence) if received.sequence in heard.missing else None
    follows = before in {None, received.previous} or not received.fingerprint
    if not follows or expected not in {None, received.fingerprint}:
        words = "`previous` must be the fingerprint of the event with the number before, as you sent it"
        raise not_possible(words, RefusalCode.CHAIN_BROKEN)


def _remember(file: Record, received: Received[Any]) -> list[int]:
    """Take note of an event; gives the numbers before it that are missing."""
    file.ids = [*file.ids, received.id][-REMEMBERED_IDS:]
    if received.trace and not file.trace:
        file.trace = received.trace
    if received.sequence == 0:
        return []
    heard = file.heard.setdefault(_line(received), Heard(last=received.sequence - 1 if _opens(file, received) else 0))
    heard.said[received.sequence] = received.fingerprint
    missing = list(range(heard.last + 1, received.sequence))
    if received.sequence > heard.last:
        heard.missing += missing
        heard.last = received.sequence
    else:
        heard.missing.remove(received.sequence)
    if missing and received.previous:
        heard.said[received.sequence - 1] = received.previous
    heard.said = {number: said for number, said in heard.said.items() if number == heard.last or number in heard.missing}
    return missing


def _opens(file: Record, received: Received[Any]) -> bool:
    """The first event of all begins the count, whatever its number."""
    return received.event.rule.opens and _line(received) not in file.heard


def _line(received: Received[Any]) -> str:
    return f"{received.sender.slug}/{received.system}"
