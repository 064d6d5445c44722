"""What follows from the catalogue about one event: who answers, what may be refused, which versions there are."""

from collections.abc import Mapping
from itertools import product

from contracts.event import TYPE, Event, File
from contracts.refusals import RefusalCode
from contracts.words import AgencyKind
from post_office.codes import ROWS, Row

Catalogue = Mapping[str, type[Event]]
Pair = tuple[AgencyKind, AgencyKind]

ALONE = frozenset({"deliveries"})
"""Domains of events that offices and post offices send by themselves: nobody hands them in."""

OF_THE_CASE = (RefusalCode.NOT_A_PARTY, RefusalCode.NOT_POSSIBLE_NOW, RefusalCode.CASE_ERASED)
OF_THE_CONTENT = (RefusalCode.DATA_INVALID, RefusalCode.NO_GROUND, RefusalCode.UNICODE_UNSAFE, RefusalCode.TOO_LARGE)
BEGINNINGS = frozenset({File.SIGNAL})
"""Files that no case was before: the event that opens one begins a case, as do those with a reference of their own."""


def told(catalogue: Catalogue) -> list[type[Event]]:
    """Every event, by its short name."""
    return sorted(catalogue.values(), key=lambda event: event.short_name())


def in_order(kinds: frozenset[AgencyKind]) -> list[AgencyKind]:
    """Kinds as people expect them: in the order of the contracts."""
    return [kind for kind in AgencyKind if kind in kinds]


def sent_alone(event: type[Event]) -> bool:
    """Whether no person and no system of an agency hands it in: offices and post offices send it by themselves."""
    found = TYPE.fullmatch(event.rule.type)
    return event.rule.itself or (found is not None and found["domain"] in ALONE)


def begins_a_case(event: type[Event]) -> bool:
    """Whether there is no case yet when it is sent."""
    return event.rule.fresh or (event.rule.opens and event.rule.file in BEGINNINGS)


def between(catalogue: Catalogue) -> frozenset[Pair]:
    """Who tells whom something of substance; not what every two partners may tell each other."""
    return frozenset(
        pair
        for event in catalogue.values()
        if not (event.rule.partners or event.rule.itself)
        for pair in product(event.rule.senders, event.rule.recipients)
        if pair[0] is not pair[1]
    )


def pairs_of(event: type[Event], catalogue: Catalogue) -> frozenset[Pair]:
    """Between which kinds an event goes; one that stays within an agency goes between none."""
    if event.rule.itself:
        return frozenset()
    known = between(catalogue)
    pairs = ((one, other) for one, other in product(event.rule.senders, event.rule.recipients) if one is not other)
    return frozenset(pair for pair in pairs if not event.rule.partners or pair in known or pair[::-1] in known)


def answers(event: type[Event], catalogue: Catalogue) -> list[type[Event]]:
    """What whoever hears it may tell its sender next."""
    if event.rule.itself or event.rule.partners:
        return []
    return [
        other
        for other in told(catalogue)
        if not (other.rule.partners or other.rule.itself)
        if other.rule.senders & event.rule.recipients and other.rule.recipients & event.rule.senders
        if not (other.rule.senders & event.rule.senders)
    ]


def refusals(event: type[Event]) -> list[RefusalCode]:
    """With which codes it may be refused because of what it says, or because of its case."""
    rule = event.rule
    found = [*OF_THE_CONTENT]
    found += [RefusalCode.MUNICIPALITY_UNKNOWN] if event.places is not Event.places else []
    found += [RefusalCode.REGION_UNKNOWN] if "care_region" in event.model_fields else []
    found += [] if rule.opens else [RefusalCode.CASE_UNKNOWN]
    found += [] if rule.late else [RefusalCode.CASE_CLOSED]
    return [*found, *OF_THE_CASE]


def on_the_way(codes: list[RefusalCode]) -> list[RefusalCode]:
    """The other codes: of the envelope, the seal, the numbers. They go for every event."""
    return [code for code in RefusalCode if code not in codes]


def at_the_door() -> tuple[list[Row], list[Row]]:
    """With what a post office answers its own agency: codes that are its own, and those that a recipient has, too."""
    recipients = {str(code) for code in RefusalCode}
    return [row for row in ROWS if row.code not in recipients], [row for row in ROWS if row.code in recipients]


def versions(event: type[Event], catalogue: Catalogue) -> list[type[Event]]:
    """All versions of an event, the oldest first."""
    name = event.rule.type.rpartition(".")[0]
    found = [other for other in catalogue.values() if other.rule.type.rpartition(".")[0] == name]
    return sorted(found, key=version)


def version(event: type[Event]) -> int:
    """Its number."""
    return int(event.rule.type.rpartition(".v")[2])


def by_process(catalogue: Catalogue) -> dict[File | None, list[type[Event]]]:
    """Events by the file that they are for, those that open it first; None: they answer, and are for whichever file asked."""
    groups: dict[File | None, list[type[Event]]] = {file: [] for file in (*File, None)}
    for event in sorted(told(catalogue), key=lambda event: not event.rule.opens):
        groups[event.rule.file].append(event)
    return {file: events for file, events in groups.items() if events}
