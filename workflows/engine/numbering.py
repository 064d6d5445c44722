"""The numbering of what comes in: each event once, in order, and as its sender chained it."""

from typing import Any

from temporalio.exceptions import ApplicationError

from contracts.refusals import RefusalCode
from workflows.engine.heard import MOST_AHEAD, Heard, Span
from workflows.engine.record import REMEMBERED_IDS, Letterhead, Received, Record
from workflows.engine.track import not_possible

EARLY = "early"
"""Error type of an event whose predecessor is not here yet, or whose file is ending: the bus delivers it again later."""

MOST_LINES = 200
"""How many systems of one agency may write to a file: each offer has a file of its own at whom it is made, and so a system."""


def is_known(file: Record, received: Letterhead) -> bool:
    """Whether this event was taken already: an id counts per sender and system.

    Raises:
        ApplicationError: ``id_reused``: another event had this id.
    """
    before = file.taken.get(_key(received))
    if before is None:
        return received.id in file.ids and received.sender.slug in file.parties
    if received.counts and before and received.fingerprint and before != received.fingerprint:
        words = (
            "another event of yours had this `id` already: give each event an id of its own, and keep it when you send it again"
        )
        raise not_possible(words, RefusalCode.ID_REUSED)
    return True


def in_order(file: Record, received: Received[Any]) -> None:
    """Whether this number is due.

    Raises:
        ApplicationError: ``early`` where a predecessor is missing; ``sequence_reused`` where the number was taken;
            ``sequence_ahead`` where nobody can have sent so many.
    """
    if not received.counts:
        return
    number, line = received.sequence, _line(received)
    heard = file.heard.get(line, Heard())
    if not _opens(file, received):
        _refuse_far_ahead(file, line, number, heard)
        if number > heard.last + 1 and not received.past_gap:
            raise ApplicationError(f"number {number} came before number {heard.last + 1}", type=EARLY, non_retryable=True)
    _has_a_place(heard, received)


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
    heard = file.heard.setdefault(_line(received), Heard(last=received.sequence - 1 if _opens(file, received) else 0))
    return heard.take(received.sequence, "" if received.by_hand else received.fingerprint, received.previous)


def after_the_end(file: Record, letterhead: Letterhead) -> bool:
    """Whether an event was taken that comes when its file has ended.

    What comes late is remembered nowhere, so nothing waits for a predecessor any more; but what a line said stays said.

    Raises:
        ApplicationError: ``id_reused``, ``sequence_reused`` or ``chain_broken``: it cannot be of the line that was heard.
    """
    if is_known(file, letterhead):
        return True
    if letterhead.counts:
        _has_a_place(file.heard.get(_line(letterhead), Heard()), letterhead)
    return False


def _refuse_far_ahead(file: Record, line: str, number: int, heard: Heard) -> None:
    """Nothing that a number can do makes a file large."""
    if number > heard.last + MOST_AHEAD:
        words = f"the last number taken here is {heard.last}, and nobody sends {MOST_AHEAD} more about one case: count by 1"
        raise not_possible(words, RefusalCode.SEQUENCE_AHEAD)
    agency = line.partition("/")[0]
    if line not in file.heard and sum(known.partition("/")[0] == agency for known in file.heard) >= MOST_LINES:
        raise not_possible(f"more than {MOST_LINES} systems of yours have written to this file", RefusalCode.SEQUENCE_AHEAD)


def _has_a_place(heard: Heard, received: Letterhead) -> None:
    """Whether it can be of this line: a number that nothing else had, and linked to what was heard."""
    if received.sequence <= heard.last and not heard.misses(received.sequence):
        words = f"another event had the number {received.sequence} already; count on"
        raise not_possible(words, RefusalCode.SEQUENCE_REUSED)
    if not received.by_hand:
        _linked(heard, received)


def _linked(heard: Heard, received: Letterhead) -> None:
    """Whether it follows the event before it, and is the one that a later event spoke of.

    Raises:
        ApplicationError: ``chain_broken``: an event was changed, put in between, or left out.
    """
    before = heard.said.get(received.sequence - 1) if received.sequence - 1 == heard.last else None
    expected = heard.said.get(received.sequence) if heard.misses(received.sequence) else None
    follows = before in {None, received.previous} or not received.fingerprint
    if not follows or expected not in {None, received.fingerprint}:
        words = "`previous` must be the fingerprint of the event with the number before, as you sent it"
        raise not_possible(words, RefusalCode.CHAIN_BROKEN)


def _opens(file: Record, received: Received[Any]) -> bool:
    """The first event of all begins the count, whatever its number."""
    return received.event.rule.opens and _line(received) not in file.heard


def _line(received: Letterhead) -> str:
    return f"{received.sender.slug}/{received.system}"


def _key(received: Letterhead) -> str:
    return f"{_line(received)}/{received.id}"
