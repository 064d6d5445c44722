"""The ledger of consents: for what, when and by whom, what was shared on it, and what stopped when it was taken back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from console.following import note_of
from contracts.catalogue import CATALOGUE
from contracts.disclosed import taken_or_sent
from contracts.event import Event
from contracts.events.erasures import ErasureCompleted, ErasureDeclined, ErasureRequested
from contracts.events.referrals import ReferralRecalled
from contracts.processing import Direction, Processing
from contracts.texts.telling import models
from contracts.views import ConsentView, FileView, StoryLine
from contracts.words import Ground

STOPS: tuple[type[Event], ...] = (ReferralRecalled, ErasureRequested)
"""What is sent to whoever was told, when consent is taken back."""

ANSWERS: tuple[type[Event], ...] = (ErasureCompleted, ErasureDeclined)
"""What they say of it."""


@dataclass(frozen=True)
class Shared:
    """Something that was sent on a consent."""

    event: str
    to: str
    at: datetime


@dataclass(frozen=True)
class Stopped:
    """Something that followed when consent was taken back.

    Attributes:
        event: As a file notes it.
        other: Slug of the agency to which it was sent, or that answered.
        at: When.
        theirs: It is what the other agency answered.
        withheld: It was about to leave, and did not.
    """

    event: str
    other: str
    at: datetime
    theirs: bool = False
    withheld: bool = False


@dataclass(frozen=True)
class Entry:
    """A consent, from when it was given until it was taken back.

    Attributes:
        consent: As the file keeps it.
        shared: What was sent on it.
        stopped: What followed when it was taken back.
    """

    consent: ConsentView
    shared: tuple[Shared, ...]
    stopped: tuple[Stopped, ...]


@dataclass(frozen=True)
class Ledger:
    """All consents of a case.

    Attributes:
        entries: In the order of time.
        elsewhere: What was sent on a consent that no file here keeps for that moment: another agency does, or nobody.
    """

    entries: tuple[Entry, ...]
    elsewhere: tuple[Shared, ...]


def ledger(views: Sequence[FileView], lines: Iterable[Processing]) -> Ledger:
    """The ledger of one agency.

    Args:
        views: Its files of a case.
        lines: Of its processing log, in the order of time.
    """
    whole = taken_or_sent(lines)
    on_consent = [line for line in whole if line.direction is Direction.SENT and line.ground is Ground.CONSENT]
    consents = [consent for view in views for consent in view.consents]
    story = [line for view in views for line in view.story]
    entries: list[Entry] = []
    placed: set[str] = set()
    for consent in consents:
        lines_of = [line for line in on_consent if line.event_id not in placed and _is_under(line, consent)]
        placed |= {line.event_id for line in lines_of}
        entries.append(Entry(consent, tuple(map(_shared, lines_of)), _stopped(consent, lines_of, whole, story)))
    return Ledger(tuple(entries), tuple(_shared(line) for line in on_consent if line.event_id not in placed))


def _is_under(line: Processing, consent: ConsentView) -> bool:
    """Whether a line was sent while this consent held; where its moment is not known, from the beginning."""
    if CATALOGUE[line.event_type].rule.consent != consent.purpose or not (consent.given or consent.holds or consent.withdrawn):
        return False
    began = consent.given is None or consent.given <= line.start_time
    return began and (consent.withdrawn is None or line.start_time <= consent.withdrawn)


def _shared(line: Processing) -> Shared:
    return Shared(note_of(CATALOGUE[line.event_type]), line.counterparty, line.start_time)


def _stopped(
    consent: ConsentView, shared: Sequence[Processing], whole: Sequence[Processing], story: Sequence[StoryLine]
) -> tuple[Stopped, ...]:
    """What was asked back from whoever was told, what they answered, and what did not leave any more."""
    if consent.withdrawn is None:
        return ()
    told = {line.counterparty for line in shared}
    found: list[Stopped] = []
    for events, direction in ((STOPS, Direction.SENT), (ANSWERS, Direction.TAKEN)):
        types = {event.rule.type for event in events}
        found += [
            Stopped(note_of(CATALOGUE[line.event_type]), line.counterparty, line.start_time, theirs=events is ANSWERS)
            for line in whole
            if line.event_type in types and line.direction is direction and line.counterparty in told
            if line.start_time >= consent.withdrawn
        ]
    found += [
        Stopped(line.facts["what"], line.facts["to"], line.at, withheld=True)
        for line in story
        if line.what == "withheld" and line.at >= consent.withdrawn and _needs(line.facts.get("what", ""), consent.purpose)
    ]
    return tuple(sorted(found, key=lambda one: one.at))


def _needs(noted: str, purpose: str) -> bool:
    """Whether an event, as a file notes it, is sent on this consent."""
    event = models().get(noted)
    return isinstance(event, type) and issubclass(event, Event) and event.rule.consent == purpose
