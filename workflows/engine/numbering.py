"""The numbering of what comes in: each event once, in order, and as its sender chained it."""

from typing import Any

from temporalio.exceptions import ApplicationError

from contracts.lines import (
    Heard,
    Link,
    Objection,
    Span,
    line_from,
    lines_of,
    objection,
    objection_after_the_end,
    objection_to_id,
)
from workflows.engine.record import REMEMBERED_IDS, Letterhead, Received, Record
from workflows.engine.track import not_possible

EARLY = "early"
"""Error type of an event whose predecessor is not here yet, or whose file is ending: the bus delivers it again later."""


def is_known(file: Record, received: Letterhead) -> bool:
    """Whether this event was taken already: an id counts per sender and system.

    Raises:
        ApplicationError: ``id_reused``: another event had this id.
    """
    before = file.taken.get(_key(received))
    if before is None:
        return received.id in file.ids and received.sender.slug in file.parties
    _refuse(objection_to_id(before, _link(received)))
    return True


def in_order(file: Record, received: Received[Any]) -> None:
    """Whether this number is due.

    Raises:
        ApplicationError: ``early`` where a predecessor is missing; ``sequence_reused`` where the number was taken;
            ``sequence_ahead`` where nobody can have sent so many; ``chain_broken`` where it does not follow what was heard.
    """
    if not received.counts:
        return
    heard, opens = file.heard.get(_line(received)), received.event.rule.opens
    lines = lines_of(received.sender.slug, file.heard)
    _refuse(objection(heard, _link(received), opens=opens, past_gap=received.past_gap, lines=lines))


def comes_late(file: Record, received: Received[Any]) -> bool:
    """Whether its number was passed over: its place is known."""
    return received.counts and file.heard.get(_line(received), Heard()).misses(received.sequence)


def remember(file: Record, received: Received[Any]) -> Span | None:
    """Take note of an event; gives the numbers before it that are missing since now."""
    file.taken[_key(received)] = received.fingerprint
    file.taken = dict(list(file.taken.items())[-REMEMBERED_IDS:])
    if received.trace and not file.trace:
        file.trace = received.trace
    if not received.counts:
        return None
    beginning = Heard.beginning(received.sequence, opens=received.event.rule.opens)
    return file.heard.setdefault(_line(received), beginning).take(_link(received))


def after_the_end(file: Record, letterhead: Letterhead) -> bool:
    """Whether an event was taken that comes when its file has ended.

    What comes late is remembered nowhere, so nothing waits for a predecessor any more; but what a line said stays said.

    Raises:
        ApplicationError: ``id_reused``, ``sequence_reused`` or ``chain_broken``: it cannot be of the line that was heard.
    """
    if is_known(file, letterhead):
        return True
    if letterhead.counts:
        _refuse(objection_after_the_end(file.heard.get(_line(letterhead)), _link(letterhead)))
    return False


def _refuse(found: Objection | None) -> None:
    if found is None:
        return
    if found.code is None:
        raise ApplicationError(found.words, type=EARLY, non_retryable=True)
    raise not_possible(found.words, found.code)


def _link(received: Letterhead) -> Link:
    number = received.sequence if received.counts else 0
    return Link(number, received.fingerprint, received.previous, received.by_hand)


def _line(received: Letterhead) -> str:
    return line_from(received.sender.slug, received.system)


def _key(received: Letterhead) -> str:
    return f"{_line(received)}/{received.id}"
