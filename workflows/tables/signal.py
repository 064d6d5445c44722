"""SignalRouting at the signal desk."""

from enum import StrEnum

from workflows.tables.table import CLOCK, VOID, Turn, opening, state, table


class Phase(StrEnum):
    """Who has the signal."""

    SEARCHING = "searching"
    WITH_COORDINATOR = "with_coordinator"
    WITH_REGISTRY = "with_registry"
    ALARM = "alarm"
    OWNED = "owned"
    CLOSED = "closed"


P = Phase
NOBODY = "nobody has accepted this signal: assign an owner"
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
        moves={"route": {P.WITH_COORDINATOR, P.WITH_REGISTRY}, CLOCK: P.ALARM},
    ),
    state(
        P.WITH_COORDINATOR,
        Turn.THEM,
        "care coordinator",
        clock="acceptance",
        then="CoMensha is asked to coordinate remotely",
        moves={"CaseAccepted": P.OWNED, "CaseDeclined": P.WITH_REGISTRY, CLOCK: P.WITH_REGISTRY},
    ),
    state(
        P.WITH_REGISTRY,
        Turn.THEM,
        "CoMensha's helpdesk",
        clock="remote_acceptance",
        then="a person at the desk is alarmed",
        alarm=NOBODY,
        moves={"CaseAccepted": P.OWNED, "CaseDeclined": {P.ALARM, P.WITH_REGISTRY}, CLOCK: P.ALARM},
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
            "CaseDeclined": P.ALARM,
            CLOCK: P.ALARM,
        },
    ),
    state(
        P.OWNED,
        Turn.THEM,
        "whoever coordinates",
        clock="progress",
        then="the desk is reminded to ask after the case",
        alarm="nothing was heard of this case for a long time: ask its owner",
        moves={
            "CaseProgressed": P.OWNED,
            "CaseConcluded": P.CLOSED,
            "CaseAccepted": P.OWNED,
            "CaseDeclined": P.OWNED,
            CLOCK: P.OWNED,
        },
    ),
    ends={P.CLOSED, VOID},
)
