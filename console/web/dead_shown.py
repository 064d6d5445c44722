"""What pages show of refused events: words instead of codes, names instead of slugs."""

import re
from dataclasses import dataclass

from console.dead_codes import AT_FAULT
from console.web.asked import Asked
from console.web.dead_ports import Fault, Letter
from console.web.shown import capital
from contracts.catalogue import BY_SHORT_NAME

PLACE = re.compile(r"(?:^|; )((?:data|[a-z]+)(?:\.[a-z0-9_]+)*): ")
"""A place in a message, as the reason of a refusal begins with it; what is wrong there is said with the event."""

HIGHEST = 2**63 - 1
"""The highest number that a dead letter can have."""


@dataclass(frozen=True)
class LetterShown:
    """A refused event in words.

    Attributes:
        number: By which it is found.
        sender: Who sent it.
        event: Which event.
        code: Why it was refused, in a few words.
        reason: The same as a sentence, or the places of the fault; empty where the code says all.
        at: When.
        has_body: Whether more than its hash was kept.
    """

    number: int
    sender: str
    event: str
    code: str
    reason: str
    at: str
    has_body: bool

    @property
    def href(self) -> str:
        """Where it is."""
        return f"/dead/{self.number}"


@dataclass(frozen=True)
class FaultShown:
    """What is wrong at a place."""

    path: str
    words: str


def letter_shown(who: Asked, letter: Letter) -> LetterShown:
    """A refused event for a person."""
    event = BY_SHORT_NAME.get(letter.event)
    places = PLACE.findall(letter.reason) if letter.code in AT_FAULT else ()
    reason = ", ".join(dict.fromkeys(places)) if places else capital(who.words.said(letter.reason)) if letter.reason else ""
    return LetterShown(
        number=letter.seq,
        sender=who.showing.name(letter.sender),
        event=who.words.part(event.__name__) if event else letter.event,
        code=capital(who.words.value("RefusalCode", letter.code)),
        reason=reason,
        has_body=not letter.hash,
        at=who.showing.clock.moment(letter.at) if letter.at else "",
    )


def fault_shown(who: Asked, fault: Fault) -> FaultShown:
    """What is wrong at a place, for a person; nothing where the reason of the refusal says it."""
    words = who.words.validation(fault.kind, fault.facts) if fault.kind else who.words.said(fault.said) if fault.said else ""
    return FaultShown(fault.path, capital(words))


def number_of(text: str) -> int | None:
    """A number out of an address; None: it can be none."""
    if not (text.isascii() and text.isdecimal() and len(text) < 20):
        return None
    number = int(text)
    return number if 0 < number <= HIGHEST else None
