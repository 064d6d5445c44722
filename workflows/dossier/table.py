"""The transition table of a dossier."""

from enum import StrEnum

from workflows.engine.table import CLOCK, CLOSED, VOID, Turn, opening, state, table


class Dossier(StrEnum):
    """What the RIEC does with an observation."""

    ENRICHMENT = "enrichment"
    WEIGHING = "weighing"
    PLAN = "plan"
    INTERVENTIONS = "interventions"


D = Dossier
ACCOUNT_MANAGER = "the RIEC's account manager"
OVERDUE = "the dossier counts as overdue"

DOSSIER = table(
    "Dossier",
    "dossier",
    opening("DossierBrought", D.ENRICHMENT),
    state(
        D.ENRICHMENT,
        Turn.US,
        "the RIEC's analyst",
        clock="enrichment",
        then=OVERDUE,
        moves={"record_enrichment": D.WEIGHING, CLOCK: D.ENRICHMENT},
    ),
    state(
        D.WEIGHING,
        Turn.US,
        ACCOUNT_MANAGER,
        clock="weighing",
        then=OVERDUE,
        moves={"record_weighing": {D.PLAN, CLOSED}, CLOCK: D.WEIGHING},
    ),
    state(D.PLAN, Turn.US, ACCOUNT_MANAGER, clock="plan", then=OVERDUE, moves={"record_plan": D.INTERVENTIONS, CLOCK: D.PLAN}),
    state(
        D.INTERVENTIONS,
        Turn.US,
        ACCOUNT_MANAGER,
        clock="interventions",
        then="the interventions are reviewed",
        moves={"close_dossier": CLOSED, CLOCK: D.INTERVENTIONS},
    ),
    ends={CLOSED, VOID},
)

FEEDBACK = table(
    "Feedback",
    "feedback to whoever brought it",
    state(
        "owed",
        Turn.US,
        ACCOUNT_MANAGER,
        clock="feedback",
        then="the municipality hears that the RIEC is still at work",
        moves={"report_back": "given", CLOCK: "given"},
    ),
    ends={"given"},
)
