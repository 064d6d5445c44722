"""How a person who asks for access is answered: by the agency that gathers, and by each that holds something."""

from enum import StrEnum

from workflows.engine.table import CLOCK, VOID, Turn, opening, state, table


class Gathering(StrEnum):
    """Where the answer stands at the agency that gathers it."""

    LOOKING = "looking"
    ASKING = "asking"
    ANSWERED = "answered"


G = Gathering

ACCESS = table(
    "Access",
    "request for access",
    opening("AccessAsked", G.LOOKING),
    state(
        G.LOOKING,
        Turn.US,
        "the engine",
        clock="disclosure_look",
        then="a person is alarmed",
        alarm="it could not be looked up who holds something of this case: look whether the stores can be reached",
        moves={"found": {G.ASKING, G.ANSWERED}, CLOCK: G.LOOKING},
    ),
    state(
        G.ASKING,
        Turn.THEM,
        "the other agencies",
        clock="access",
        then="a person is alarmed: an agency has not answered in time",
        alarm="an agency has not said what it holds: ask it, or close without its answer and say so in the report",
        moves={
            "DisclosureMade": {G.ASKING, G.ANSWERED},
            "DisclosureRefused": {G.ASKING, G.ANSWERED},
            "close_without_answers": G.ANSWERED,
            CLOCK: G.ASKING,
        },
    ),
    ends={G.ANSWERED, VOID},
)


class Answering(StrEnum):
    """Where an agency stands that was asked what it holds."""

    LOOKING = "looking"
    DECIDING = "deciding"
    ANSWERED = "answered"


A = Answering

DISCLOSURE = table(
    "Disclosure",
    "answer to a request for access",
    opening("DisclosureRequested", A.LOOKING),
    state(
        A.LOOKING,
        Turn.US,
        "the engine",
        clock="disclosure_look",
        then="a person is alarmed",
        alarm="it could not be looked up what is held of this case: look whether the stores can be reached",
        moves={"found": {A.DECIDING, A.ANSWERED}, "DisclosureRequested": A.LOOKING, CLOCK: A.LOOKING},
    ),
    state(
        A.DECIDING,
        Turn.US,
        "whoever keeps the agency's files",
        clock="disclosure",
        then="a person is reminded: somebody waits for this answer",
        alarm="a person asked what is held about them: disclose it, or refuse and say why",
        moves={
            "disclose": A.ANSWERED,
            "refuse_disclosure": A.ANSWERED,
            "DisclosureRequested": A.DECIDING,
            CLOCK: A.DECIDING,
        },
    ),
    ends={A.ANSWERED, VOID},
)
