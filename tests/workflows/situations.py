"""Where a file can be besides the states of its table: what was decided before leaves less to decide now."""

from contracts.commands import (
    AcceptOffer,
    Command,
    ConcludeCase,
    GiveUp,
    OfferAgain,
    OfferHelp,
    RecordConsent,
    RecordFacts,
    RefuseErasure,
    WithdrawConsent,
)
from contracts.events.dossiers import Observation, PrivacyCheckRequestedV2
from contracts.events.observations import ObservationAnswered
from contracts.events.signals import CaseStalled
from contracts.profile import AgeBand
from contracts.words import AgencyKind, CaseOutcome, ConsentBy, FactSource, NotErased, ObservationStands, Weighing
from tests.workflows.samples import NEED
from tests.workflows.ways import (
    ALMERE,
    BROUGHT,
    CHECK,
    CONSENT,
    COSM,
    IN_CARE,
    LELYSTAD,
    LOST,
    NOT_PLACED,
    PLACE,
    PLANNING,
    SHARING,
    WAYS,
    Way,
)

ANSWERED = ObservationAnswered(stands=ObservationStands.ANSWERED, weighing=Weighing.CLOSED)
ELSEWHERE = Observation(municipality="GM0193", phenomenon="an example phenomenon where no RIEC takes part")

SITUATIONS: dict[str, Way] = {
    **{f"{table} {state}": way for (table, state), way in WAYS.items() if state != "opening"},
    "consent to help alone": CONSENT.then(RecordConsent(help=True)),
    "consent taken back": IN_CARE.then(WithdrawConsent(help=True, riec=True)),
    "consent to the RIEC taken back": PLANNING.then(WithdrawConsent(riec=True)),
    "the officer did not bring it": SHARING.then((ObservationAnswered(stands=ObservationStands.NOT_BROUGHT), ALMERE)),
    "the RIEC has answered": BROUGHT.then((ANSWERED, ALMERE)),
    "help is given up": NOT_PLACED.then(GiveUp(referral=1)),
    "lost, and asked": LOST.then(OfferHelp(need=NEED, organisations=(COSM,))),
    "the owner stands still": WAYS["SignalRouting", "owned"].then((CaseStalled(waits_for=AgencyKind.AID_ORGANISATION), ALMERE)),
    "accepted, and not told for whom": PLACE.then(AcceptOffer()),
    "a check of a place without RIEC": Way(CHECK.process, LELYSTAD, (PrivacyCheckRequestedV2(observation=ELSEWHERE), ALMERE)),
    "erasure refused": WAYS["Retention", "asked"].then(RefuseErasure(reason=NotErased.LEGAL_DUTY)),
}
"""By name: every state, and what else makes a difference to what can be decided."""

OTHERWISE: dict[str, tuple[Command, ...]] = {
    "conclude_case": (ConcludeCase(outcome=CaseOutcome.NO_HELP_WANTED),),
    "offer_again": (OfferAgain(referral=1, organisations=("womens-shelter",)),),
    "record_consent": (RecordConsent(help=True, by=ConsentBy.BOTH),),
    "record_facts": (RecordFacts(age=AgeBand.UNKNOWN, source=FactSource.PERSON),),
    "withdraw_consent": (WithdrawConsent(riec=True), WithdrawConsent(registration=True)),
}
"""Further contents, where that of the samples is not possible in every situation."""

NO_CONSENT, ASKED_ALREADY = "without consent to that", "the privacy officer was asked already"
STILL = "aftercare begins when that has ended"

BARRED = (
    ("accepted, and not told for whom", "report_first_contact", "who the person is has not been told yet"),
    ("consent to help alone", "ask_privacy_check", NO_CONSENT),
    ("consent to the RIEC taken back", "ask_privacy_check", NO_CONSENT),
    ("Sharing asked", "ask_privacy_check", ASKED_ALREADY),
    ("the officer did not bring it", "ask_privacy_check", ASKED_ALREADY),
    ("the RIEC has answered", "ask_privacy_check", ASKED_ALREADY),
    ("AidReferral offered", "start_aftercare", STILL),
    ("AidReferral accepted", "start_aftercare", STILL),
    ("AidReferral with_aid", "start_aftercare", STILL),
    ("CaseDanger protected", "ask_search", "the person is not out of sight"),
    ("SignalRouting owned", "assign_owner", "nothing is overdue"),
    ("a check of a place without RIEC", "bring_to_riec", "use do_not_bring with reason no_riec"),
    ("Retention in_use", "refuse_erasure", "nobody has asked to erase it"),
)
"""In which situation what is not offered, and why."""
