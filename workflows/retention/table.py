"""How long what is kept of a case stays, and how it is erased."""

from enum import StrEnum

from workflows.engine.table import CLOCK, VOID, Turn, opening, state, table


class Phase(StrEnum):
    """Where a case stands between use and erasure at one agency."""

    IN_USE = "in_use"
    LOOKING = "looking"
    KEPT = "kept"
    DUE = "due"
    ASKED = "asked"
    ERASING = "erasing"
    COLLECTING = "collecting"
    ERASED = "erased"


P = Phase
KEEPER = "whoever keeps the agency's files"
_ENDS = {"FileEnded": P.KEPT, "ConsentWithdrawn": P.KEPT}
_ASKED = {"ask_erasure": P.ASKED, "ErasureRequested": P.ASKED}

RETENTION = table(
    "Retention",
    "retention",
    opening("FileEnded", P.KEPT, ConsentWithdrawn=P.IN_USE, ErasureRequested=P.LOOKING),
    state(
        P.IN_USE,
        Turn.US,
        "whoever has the case open",
        clock="retention_use",
        then="it is looked at again; nothing is erased while a file is open",
        moves={
            "FileEnded": {P.KEPT, P.ASKED},
            "ConsentWithdrawn": P.IN_USE,
            "ErasureRequested": P.IN_USE,
            "ask_erasure": P.ASKED,
            "refuse_erasure": P.IN_USE,
            CLOCK: P.LOOKING,
        },
    ),
    state(
        P.LOOKING,
        Turn.US,
        "the engine",
        clock="erasure_look",
        then="a person is alarmed",
        alarm="it could not be looked up what is held of this case: look whether the stores can be reached",
        moves={
            "found": {P.ASKED, P.IN_USE, P.KEPT, P.ERASED},
            "ErasureRequested": P.LOOKING,
            "FileEnded": P.LOOKING,
            "ConsentWithdrawn": P.LOOKING,
            CLOCK: P.LOOKING,
        },
    ),
    state(
        P.KEPT,
        Turn.US,
        KEEPER,
        clock="retention_case",
        then="the term has ended, and a person is asked to have it erased",
        moves={**_ENDS, **_ASKED, CLOCK: P.DUE},
    ),
    state(
        P.DUE,
        Turn.US,
        KEEPER,
        clock="retention_due",
        then="a person is reminded that it is kept beyond its term",
        alarm="the term of retention has ended: have it erased, or decide to keep it for another term",
        moves={**_ENDS, **_ASKED, "keep_longer": P.KEPT, CLOCK: P.DUE},
    ),
    state(
        P.ASKED,
        Turn.US,
        "a second person, who confirms",
        clock="erasure_confirm",
        then="the second person is reminded",
        alarm="somebody asked to erase this case: confirm it as another person, or refuse",
        moves={
            "confirm_erasure": P.ERASING,
            "refuse_erasure": P.KEPT,
            "ErasureRequested": P.ASKED,
            "FileEnded": P.ASKED,
            "ConsentWithdrawn": P.ASKED,
            CLOCK: P.ASKED,
        },
    ),
    state(
        P.ERASING,
        Turn.US,
        "the engine",
        clock="erasure",
        then="a person is alarmed",
        alarm="this case could not be erased yet: look whether the stores can be reached",
        moves={
            "erased": {P.COLLECTING, P.ERASED},
            "not_erased": {P.IN_USE, P.ASKED},
            "ErasureRequested": P.ERASING,
            "FileEnded": P.ERASING,
            CLOCK: P.ERASING,
        },
    ),
    state(
        P.COLLECTING,
        Turn.THEM,
        "the other agencies",
        clock="erasure_receipts",
        then="a person is alarmed: an agency has not answered",
        alarm="an agency has not proved that it erased this case: ask it, or close without its receipt",
        moves={
            "ErasureCompleted": {P.COLLECTING, P.ERASED},
            "ErasureDeclined": {P.COLLECTING, P.ERASED},
            "close_without_receipts": P.ERASED,
            "ErasureRequested": P.COLLECTING,
            CLOCK: P.COLLECTING,
        },
    ),
    ends={P.ERASED, VOID},
)


class Recalling(StrEnum):
    """What was shared on a consent that was withdrawn."""

    ASKED = "asked"
    ANSWERED = "answered"


RECALL = table(
    "Recall",
    "recall after consent was withdrawn",
    state(
        Recalling.ASKED,
        Turn.THEM,
        "whoever was told",
        clock="erasure_receipts",
        then="a person is alarmed: an agency has not answered",
        alarm="an agency has not proved that it erased what it was told: ask it",
        moves={
            "ErasureCompleted": {Recalling.ASKED, Recalling.ANSWERED},
            "ErasureDeclined": {Recalling.ASKED, Recalling.ANSWERED},
            CLOCK: Recalling.ASKED,
        },
    ),
    ends={Recalling.ANSWERED},
)
