"""SignalRouting at the signal desk."""

from enum import StrEnum

from workflows.engine.table import CLOCK, VOID, Turn, opening, state, table


class Phase(StrEnum):
    """Who has the signal."""

    SEARCHING = "searching"
    WITH_COORDINATOR = "with_coordinator"
    WITH_REGISTRY = "with_registry"
    ALARM = "alarm"
    JOINING = "joining"
    OWNED = "owned"
    CLOSED = "closed"


P = Phase
NOBODY = "nobody has accepted this signal: assign an owner"
SILENT = "a crisis, and who was asked first is silent: CoMensha was asked, too; call both"
KNOWN = "an agency that was asked knows the person already: join the two by hand with it, then join_signal; or assign an owner"
KNOWN_TOO = "another agency that was asked knows the person, too: see to it that its file and this one are joined by hand"
BECAME_CRISIS = "the reporter says that this is a crisis now, and nobody has taken the case yet: call whoever is asked"
STALLED = "this case was reminded three times and still waits: ask its owner, or assign another one"
ADDED = "SignalSupplemented"
SIGNAL = table(
    "SignalRouting",
    "signal at the desk",
    opening("SignalReported", P.SEARCHING),
    state(
        P.SEARCHING,
        Turn.US,
        "the engine",
        clock="alarm",
        then="a person at the desk is alarmed",
        alarm=NOBODY,
        moves={
            "route": {P.WITH_COORDINATOR, P.WITH_REGISTRY, P.ALARM},
            "CaseAccepted": P.OWNED,
            "CaseDeclined": {P.SEARCHING, P.JOINING},
            ADDED: P.SEARCHING,
            CLOCK: P.ALARM,
        },
        keeps={"CaseDeclined", ADDED},
    ),
    state(
        P.WITH_COORDINATOR,
        Turn.THEM,
        "care coordinator",
        clock="acceptance",
        then="CoMensha is asked to coordinate remotely",
        moves={
            "CaseAccepted": P.OWNED,
            "CaseDeclined": {P.WITH_COORDINATOR, P.WITH_REGISTRY, P.SEARCHING, P.ALARM, P.JOINING},
            ADDED: P.WITH_COORDINATOR,
            CLOCK: {P.WITH_REGISTRY, P.ALARM},
        },
        keeps={"CaseDeclined", ADDED},
    ),
    state(
        P.WITH_REGISTRY,
        Turn.THEM,
        "CoMensha's helpdesk",
        clock="remote_acceptance",
        then="a person at the desk is alarmed",
        alarm=NOBODY,
        moves={
            "CaseAccepted": P.OWNED,
            "CaseDeclined": {P.ALARM, P.WITH_REGISTRY, P.SEARCHING, P.JOINING},
            ADDED: P.WITH_REGISTRY,
            CLOCK: P.ALARM,
        },
        keeps={"CaseDeclined", ADDED},
    ),
    state(
        P.ALARM,
        Turn.US,
        "head of the signal desk",
        clock="alarm",
        then="the alarm is raised again",
        alarm=NOBODY,
        moves={
            "assign_owner": {P.WITH_COORDINATOR, P.WITH_REGISTRY},
            "CaseAccepted": P.OWNED,
            "CaseDeclined": {P.ALARM, P.SEARCHING, P.JOINING},
            ADDED: P.ALARM,
            CLOCK: P.ALARM,
        },
        keeps={"CaseDeclined", ADDED},
    ),
    state(
        P.JOINING,
        Turn.US,
        "head of the signal desk",
        clock="alarm",
        then="the alarm is raised again",
        alarm=KNOWN,
        moves={
            "join_signal": P.CLOSED,
            "assign_owner": {P.WITH_COORDINATOR, P.WITH_REGISTRY},
            "CaseAccepted": P.OWNED,
            "CaseDeclined": P.JOINING,
            ADDED: P.JOINING,
            CLOCK: P.JOINING,
        },
        keeps={"CaseDeclined", ADDED},
    ),
    state(
        P.OWNED,
        Turn.THEM,
        "whoever coordinates",
        clock="progress",
        then="the desk is reminded to ask after the case",
        alarm="nothing was heard of this case for a long time: ask its owner, or assign another one",
        moves={
            "assign_owner": {P.WITH_COORDINATOR, P.WITH_REGISTRY},
            "CaseProgressed": P.OWNED,
            "CaseStalled": P.OWNED,
            "CaseConcluded": P.CLOSED,
            "CaseAccepted": P.OWNED,
            "CaseDeclined": P.OWNED,
            ADDED: P.OWNED,
            CLOCK: P.OWNED,
        },
        keeps={"CaseStalled", "CaseAccepted", "CaseDeclined", ADDED},
    ),
    ends={P.CLOSED, VOID},
)
