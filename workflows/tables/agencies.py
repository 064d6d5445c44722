"""The files of the other agencies: report, placement, privacy check, dossier, registration, coverage gap."""

from enum import StrEnum

from workflows.tables.table import CLOCK, VOID, Turn, opening, state, table

CLOSED = "closed"


class Report(StrEnum):
    """What a reporter follows."""

    FOLLOWING = "following"


REPORT = table(
    "Report",
    "report",
    opening("SignalReceived", Report.FOLLOWING, ReportRegistered=Report.FOLLOWING, DeliveryRefused=CLOSED),
    state(
        Report.FOLLOWING,
        Turn.THEM,
        "the signal desk",
        clock="report",
        then="the reporter is reminded to ask the desk",
        alarm="nothing was heard of this signal for a long time: ask the desk",
        moves={
            "SignalReceived": Report.FOLLOWING,
            "ReportRegistered": Report.FOLLOWING,
            "SignalStatusChanged": {Report.FOLLOWING, CLOSED},
            "close_report": CLOSED,
            CLOCK: Report.FOLLOWING,
        },
    ),
    ends={CLOSED, VOID},
)


class Placement(StrEnum):
    """Help at an aid organisation."""

    OFFERED = "offered"
    SEEN = "seen"
    ACCEPTED = "accepted"
    IN_CARE = "in_care"
    LEAVING = "leaving"


PL = Placement
TAKEN_BACK = "the coordinator took back help that runs: see to it where the person goes, then complete_help"
INTAKE_DESK = "the intake desk"
_DECIDE = {"accept_offer": PL.ACCEPTED, "decline_offer": CLOSED, "ReferralRecalled": CLOSED, CLOCK: CLOSED}

PLACEMENT = table(
    "Placement",
    "placement",
    opening("ReferralOffered", PL.OFFERED),
    state(
        PL.OFFERED,
        Turn.US,
        INTAKE_DESK,
        clock="offer",
        then="the offer expires and the coordinator asks another organisation",
        moves={"see_offer": PL.SEEN, **_DECIDE},
    ),
    state(
        PL.SEEN,
        Turn.US,
        INTAKE_DESK,
        clock="offer",
        then="the offer expires and the coordinator asks another organisation",
        moves=_DECIDE,
    ),
    state(
        PL.ACCEPTED,
        Turn.US,
        "the assigned worker",
        clock="first_contact",
        then="the worker is reminded; the coordinator is still responsible",
        moves={"report_first_contact": PL.IN_CARE, "decline_offer": CLOSED, "ReferralRecalled": CLOSED, CLOCK: PL.ACCEPTED},
    ),
    state(
        PL.IN_CARE,
        Turn.US,
        "the assigned worker",
        clock="care_review",
        then="the worker reviews the help",
        moves={"complete_help": CLOSED, "ReferralRecalled": {PL.LEAVING, CLOSED}, CLOCK: PL.IN_CARE},
    ),
    state(
        PL.LEAVING,
        Turn.US,
        "the assigned worker",
        clock="leaving",
        then="the alarm is raised again",
        alarm=TAKEN_BACK,
        moves={"complete_help": CLOSED, "ReferralRecalled": PL.LEAVING, CLOCK: PL.LEAVING},
        keeps={"ReferralRecalled"},
    ),
    ends={CLOSED, VOID},
)


class Privacy(StrEnum):
    """The gate between care file and RIEC file."""

    ASKED = "asked"
    WITH_RIEC = "with_riec"


PRIVACY = table(
    "PrivacyCheck",
    "privacy check",
    opening("PrivacyCheckRequested", Privacy.ASKED),
    state(
        Privacy.ASKED,
        Turn.US,
        "the privacy officer",
        clock="privacy_check",
        then="the privacy officer is reminded; nothing is shared meanwhile",
        moves={"bring_to_riec": Privacy.WITH_RIEC, "do_not_bring": CLOSED, CLOCK: Privacy.ASKED},
    ),
    state(
        Privacy.WITH_RIEC,
        Turn.THEM,
        "the RIEC",
        clock="feedback",
        then="the municipality is reminded to ask the RIEC",
        moves={"DossierReportedBack": {Privacy.WITH_RIEC, CLOSED}, "close_check": CLOSED, CLOCK: Privacy.WITH_RIEC},
    ),
    ends={CLOSED, VOID},
)


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


class Registration(StrEnum):
    """One file per case: every report counts, persons are counted apart."""

    RECORDING = "recording"
    RECORDED = "recorded"


G = Registration
REGISTRATION = table(
    "Registration",
    "registration",
    opening("RegistrationRequested", G.RECORDING),
    state(
        G.RECORDING,
        Turn.US,
        "the register",
        clock="registration",
        then="a person at CoMensha is reminded that a report is not recorded",
        alarm="a report could not be recorded yet: look whether the register can be reached",
        moves={
            "record": G.RECORDED,
            "RegistrationRequested": G.RECORDING,
            "RegistrationAmended": G.RECORDING,
            CLOCK: G.RECORDING,
        },
        keeps={"RegistrationRequested", "RegistrationAmended"},
    ),
    state(
        G.RECORDED,
        Turn.THEM,
        "whoever coordinates",
        clock="registration_review",
        then="CoMensha looks at the registration",
        alarm="a registration has waited for long: look whether its case still runs",
        moves={
            "RegistrationRequested": G.RECORDING,
            "RegistrationAmended": G.RECORDING,
            "close_registration": CLOSED,
            "settle": CLOSED,
            CLOCK: G.RECORDED,
        },
    ),
    ends={CLOSED, VOID},
)


class Coverage(StrEnum):
    """A gap that the province knows of."""

    OBSERVED = "observed"


COVERAGE = table(
    "CoverageGap",
    "gap in coverage",
    opening("CoverageGapObserved", Coverage.OBSERVED),
    state(
        Coverage.OBSERVED,
        Turn.US,
        "the province",
        clock="coverage",
        then="the gap closes unanswered, and stays counted",
        moves={"acknowledge_gap": CLOSED, CLOCK: CLOSED},
    ),
    ends={CLOSED, VOID},
)
