"""By which steps each event of the catalogue comes to an agency of a kind that can hear it."""

from typing import NamedTuple

from console.event_names import BY_ANY_NAME, name_of
from contracts.catalogue import CATALOGUE
from contracts.event import Event
from contracts.words import AgencyKind as K

REPORTED = ("report", "route")
TAKEN = (*REPORTED, "accept", "tell")
WITH_CONSENT = (*TAKEN, "triage", "intake", "consent", "record")
OFFERED = (*WITH_CONSENT, "offer")
REVEALED = (*OFFERED, "see", "take", "reveal")
HELPED = (*REVEALED, "meet")
ASKED = (*WITH_CONSENT, "ask_officer")
BROUGHT = (*ASKED, "bring")
WEIGHED = (*BROUGHT, "enrich", "weigh")
ENDED = (*TAKEN, "find_nobody")
IN_DANGER = (*TAKEN, "declare", "call_police")

TOLD: dict[K, tuple[str, ...]] = {
    K.REPORTER: REPORTED,
    K.MUNICIPALITY: ASKED,
    K.DESK: ("report",),
    K.CARE_COORDINATOR: REPORTED,
    K.RIEC: BROUGHT,
    K.AID_ORGANISATION: OFFERED,
    K.REGISTRY: WITH_CONSENT,
    K.INVESTIGATION: IN_DANGER,
    K.OVERSIGHT: REPORTED,
}
"""By which steps an agency of a kind hears of a case at all."""

PATHS: dict[str, tuple[str, ...]] = {
    "signals.reported": ("report",),
    "signals.supplemented": (*REPORTED, "supplement"),
    "signals.amended": (*REPORTED, "supplement", "pass_supplement"),
    "signals.routed": REPORTED,
    "cases.accepted": (*REPORTED, "accept"),
    "cases.declined": (*REPORTED, "decline"),
    "cases.progressed": (*HELPED, "progress"),
    "cases.concluded": ENDED,
    "cases.stalled": (*TAKEN, "triage", "intake"),
    "coveragegaps.observed": REPORTED,
    "referrals.offered": OFFERED,
    "referrals.recalled": (*OFFERED, "conclude"),
    "referrals.seen": (*OFFERED, "see"),
    "referrals.accepted": (*OFFERED, "see", "take"),
    "referrals.declined": (*OFFERED, "see", "refuse"),
    "referrals.waitlisted": (*OFFERED, "see", "waitlist"),
    "referrals.person-revealed": REVEALED,
    "referrals.first-contact-made": HELPED,
    "referrals.completed": (*HELPED, "complete"),
    "referrals.client-missing": (*HELPED, "lose"),
    "referrals.client-found": (*HELPED, "lose", "find"),
    "referrals.ended": (*HELPED, "withdraw_help", "end_stay"),
    "registrations.requested": WITH_CONSENT,
    "registrations.recorded": WITH_CONSENT,
    "registrations.amended": (*OFFERED, "conclude", "amend"),
    "reports.registered": ("report_by_law",),
    "privacychecks.requested": ASKED,
    "privacychecks.decided": BROUGHT,
    "privacychecks.answered": (*WEIGHED, "pass_on"),
    "dangers.reported": IN_DANGER,
    "dangers.person-missing": (*HELPED, "declare", "call_police", "lose", "search"),
    "dangers.recalled": (*IN_DANGER, "stand_down"),
    "dossiers.brought": BROUGHT,
    "dossiers.reported-back": WEIGHED,
}
"""The steps that are the same for every kind that can hear the event."""

_OTHER_PARTS = (K.AID_ORGANISATION, K.CARE_COORDINATOR, K.REGISTRY, K.INVESTIGATION, K.CHILD_PROTECTION)
_OURSELVES = dict.fromkeys(_OTHER_PARTS, ("report_ourselves",))
"""Who otherwise plays another part reports itself; the desk answers at once."""

_ERASED: dict[K, tuple[str, ...]] = {
    K.AID_ORGANISATION: (*OFFERED, "withdraw_help"),
    K.MUNICIPALITY: (*ASKED, "not_bring", "observer_erases"),
    K.REGISTRY: (*ENDED, "desk_erases"),
    K.REPORTER: (*ENDED, "desk_erases"),
    K.CARE_COORDINATOR: (*REPORTED, "decline", "accept_remotely", "find_nobody_remotely", "desk_erases"),
}
_WITHDRAWN: dict[K, tuple[str, ...]] = {
    K.CARE_COORDINATOR: (*REPORTED, "accept_remotely", "take_back"),
    K.REGISTRY: (*REPORTED, "assign_other"),
}
_ASKING: dict[K, tuple[str, ...]] = {
    K.DESK: (*TAKEN, "ask_what_is_held"),
    K.CARE_COORDINATOR: (*TAKEN, "ask_what_is_held"),
    K.REGISTRY: (*TAKEN, "ask_what_is_held"),
}
_CAN_ERASE: dict[K, tuple[str, ...]] = {
    K.DESK: (*ENDED, "partner_ends", "ask_to_erase"),
    K.MUNICIPALITY: (*ENDED, "partner_ends", "ask_to_erase"),
    K.REGISTRY: (*ENDED, "partner_ends", "ask_to_erase"),
    K.RIEC: (*WEIGHED, "partner_ends", "ask_to_erase"),
    K.REPORTER: (*ENDED, "partner_ends", "ask_to_erase"),
    K.AID_ORGANISATION: (*OFFERED, "conclude", "partner_ends", "ask_to_erase"),
    K.CARE_COORDINATOR: (*ENDED, "partner_ends", "ask_to_erase"),
}
_REFUSED: dict[K, tuple[str, ...]] = {
    K.DESK: ("report", "take_back"),
    K.RIEC: (*WEIGHED, "weigh"),
    K.REPORTER: (*TAKEN, "report_again"),
    K.MUNICIPALITY: (*TAKEN, "report_again"),
    K.AID_ORGANISATION: (*OFFERED, "complete_early"),
    K.CARE_COORDINATOR: (*REPORTED, "progress_early"),
    K.REGISTRY: (*REPORTED, "progress_early"),
}
_TAKEN: dict[K, tuple[str, ...]] = {
    K.DESK: REPORTED,
    K.RIEC: WEIGHED,
    K.REPORTER: REPORTED,
    K.MUNICIPALITY: REPORTED,
    K.AID_ORGANISATION: (*OFFERED, "see"),
    K.CARE_COORDINATOR: (*REPORTED, "accept"),
    K.REGISTRY: (*REPORTED, "accept"),
}
_BY_KIND: dict[str, dict[K, tuple[str, ...]]] = {
    "cases.withdrawn": _WITHDRAWN,
    "dangers.taken": {K.CARE_COORDINATOR: (*IN_DANGER, "protect"), K.REGISTRY: (*IN_DANGER, "protect")},
    "dangers.ended": {
        K.CARE_COORDINATOR: (*IN_DANGER, "protect", "end_danger"),
        K.REGISTRY: (*IN_DANGER, "protect", "end_danger"),
    },
    "signals.received": {K.REPORTER: REPORTED, K.MUNICIPALITY: REPORTED, **_OURSELVES},
    "signals.status-changed": {K.REPORTER: TAKEN, K.MUNICIPALITY: TAKEN, **_OURSELVES},
    "erasures.requested": _ERASED,
    "erasures.completed": {kind: (*steps, "partner_erases") for kind, steps in _CAN_ERASE.items()},
    "erasures.declined": {kind: (*steps, "partner_keeps") for kind, steps in _CAN_ERASE.items()},
    "disclosures.requested": {
        kind: (*(TAKEN if kind is K.DESK else steps), "ask_access")
        for kind, steps in TOLD.items()
        if kind not in {K.RIEC, K.OVERSIGHT, K.INVESTIGATION}
    },
    "disclosures.made": {kind: (*steps, "partner_discloses") for kind, steps in _ASKING.items()},
    "disclosures.refused": {kind: (*steps, "partner_keeps_silent") for kind, steps in _ASKING.items()},
    "deliveries.refused": _REFUSED,
    "deliveries.missed": {kind: (*steps, "miss") for kind, steps in TOLD.items() if kind is not K.OVERSIGHT},
    "deliveries.listed": TOLD,
    "deliveries.confirmed": _TAKEN,
}
"""Where they depend on who hears it."""

NOT_REACHED = "nobody else in a sandbox comes to send it to this kind of agency"


class Path(NamedTuple):
    """How an event is brought about.

    Attributes:
        event: Which.
        steps: What is done, in order.
        seconds: How long it may take after the last step: some events follow when a clock ends.
    """

    event: type[Event]
    steps: tuple[str, ...]
    seconds: float


def path_to(event: type[Event], kind: K) -> Path:
    """The way to an event for an agency of a kind.

    Raises:
        ValueError: It never hears it, or from itself only, or nothing in a sandbox leads to it; says which.
    """
    name, rule = name_of(event), event.rule
    if kind not in rule.recipients:
        raise ValueError(f"{name} is never heard by this kind of agency, {kind}: it is for {', '.join(sorted(rule.recipients))}")
    if rule.itself:
        raise ValueError(f"{name} is what an agency tells itself: nobody else sends it")
    if BY_ANY_NAME[name] is not event:
        raise ValueError(f"{event.short_name()} is an older version, which nobody in a sandbox sends: trigger {name}")
    steps = PATHS.get(name) or _BY_KIND.get(name, {}).get(kind)
    if steps is None:
        raise ValueError(f"{name}: {NOT_REACHED}; those that can be triggered: {', '.join(reached(kind))}")
    return Path(event, steps, SLOW.get(name, 60.0))


SLOW = {"cases.stalled": 150.0, "cases.withdrawn": 90.0, "coveragegaps.observed": 120.0}
"""Events that follow when clocks end."""


def reached(kind: K) -> tuple[str, ...]:
    """Every event that can be brought about for an agency of a kind."""
    heard = [event for event in CATALOGUE.values() if kind in event.rule.recipients and not event.rule.itself]
    names = dict.fromkeys(name_of(event) for event in heard)
    return tuple(name for name in names if name in PATHS or kind in _BY_KIND.get(name, {}))
