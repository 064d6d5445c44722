"""The coded vocabulary of the process, in the field's standard terms (glossary: ``docs/domain.md``)."""

from enum import StrEnum


class AgencyKind(StrEnum):
    """What an agency is for; the catalogue grants by kind, never by name."""

    DESK = "desk"
    REPORTER = "reporter"
    MUNICIPALITY = "municipality"
    CARE_COORDINATOR = "care_coordinator"
    RIEC = "riec"
    AID_ORGANISATION = "aid_organisation"
    REGISTRY = "registry"
    OVERSIGHT = "oversight"
    INVESTIGATION = "investigation"
    CHILD_PROTECTION = "child_protection"


class Force(StrEnum):
    """Which investigation service an agency is; the police has units, the others act in the whole country."""

    POLICE = "police"
    BORDER_POLICE = "border_police"
    LABOUR_INSPECTORATE = "labour_inspectorate"


class ChildDuty(StrEnum):
    """Which task an agency of child protection has; only the guardian of unaccompanied minors acts in the whole country."""

    ADVICE = "advice"
    PROTECTION_ORDERS = "protection_orders"
    UNACCOMPANIED = "unaccompanied"


class Ground(StrEnum):
    """Why a message may be shared at all (GDPR art. 6 and 9)."""

    LEGAL_TASK = "legal_task"
    CONSENT = "consent"
    VITAL_INTEREST = "vital_interest"


class ConsentTo(StrEnum):
    """What a person can consent to, each for itself."""

    HELP = "help"
    REGISTRATION = "registration"
    RIEC = "riec"


class ConsentBy(StrEnum):
    """Who consents."""

    PERSON = "person"
    GUARDIAN = "guardian"
    BOTH = "both"
    AUTHORITY = "authority"


class ConsentBecause(StrEnum):
    """Why somebody from 12 to 15 consents alone (Jeugdwet art. 7.3.4)."""

    SERIOUS_HARM = "serious_harm"
    CONSIDERED_REFUSAL = "considered_refusal"


class FactSource(StrEnum):
    """Where something comes from that is known of a person."""

    PERSON = "person"
    DOCUMENT = "document"
    OTHERS = "others"
    ESTIMATE = "estimate"
    INTAKE = "intake"
    REPORTER = "reporter"
    CHILD_PROTECTION = "child_protection"


class Urgency(StrEnum):
    """How fast somebody must answer."""

    CRISIS = "crisis"
    NORMAL = "normal"


class Service(StrEnum):
    """The kinds of help that are offered in the field."""

    COSM = "cosm"
    WOMENS_SHELTER = "womens_shelter"
    AMBULATORY = "ambulatory"


class Sector(StrEnum):
    """Of what kind the exploitation is thought to be (directives 2011/36/EU and 2024/1712); unknown is a valid answer."""

    SEXUAL = "sexual"
    LABOUR = "labour"
    CRIMINAL = "criminal"
    DOMESTIC = "domestic"
    FORCED_MARRIAGE = "forced_marriage"
    ILLEGAL_ADOPTION = "illegal_adoption"
    SURROGACY = "surrogacy"
    ORGAN_REMOVAL = "organ_removal"
    OTHER = "other"
    UNKNOWN = "unknown"


class SignalStatus(StrEnum):
    """What a reporter hears: in whose hands, never what is in it."""

    WITH_COORDINATOR = "with_coordinator"
    WITH_REGISTRY = "with_registry"
    WITH_DESK = "with_desk"
    ACCEPTED = "accepted"
    WITH_AID = "with_aid"
    CLOSED = "closed"


class Finding(StrEnum):
    """What triage found."""

    PRESUMED_VICTIM = "presumed_victim"
    UNCLEAR = "unclear"
    OTHER_HARM = "other_harm"
    NO_VICTIM = "no_victim"


class NotOurs(StrEnum):
    """Why a coordinator does not take a case."""

    OTHER_REGION = "other_region"
    NO_CAPACITY = "no_capacity"
    KNOWN_ALREADY = "known_already"


class Decline(StrEnum):
    """Why an aid organisation declines an offer."""

    FULL = "full"
    NOT_OUR_GROUP = "not_our_group"
    UNSAFE_HERE = "unsafe_here"
    CANNOT_MEET_NEED = "cannot_meet_need"
    EXPIRED = "expired"


class Recall(StrEnum):
    """Why an offer is taken back."""

    NO_ANSWER = "no_answer"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    CASE_CLOSED = "case_closed"
    PLACED_ELSEWHERE = "placed_elsewhere"
    GROUND_ENDED = "ground_ended"
    SEARCH_STOPPED = "search_stopped"
    UNDER_18 = "under_18"


class AidOutcome(StrEnum):
    """How help ended."""

    SAFE_HOUSING = "safe_housing"
    RETURNED_HOME = "returned_home"
    HELP_COMPLETED = "help_completed"
    LEFT_EARLY = "left_early"
    OUT_OF_SIGHT = "out_of_sight"


class Destination(StrEnum):
    """Where a person sleeps from tonight on who leaves a place."""

    OTHER_SHELTER = "other_shelter"
    OWN_HOUSING = "own_housing"
    WITH_OTHERS = "with_others"
    ABROAD = "abroad"
    DETENTION = "detention"
    NO_PLACE = "no_place"
    UNKNOWN = "unknown"

    @property
    def is_a_bed(self) -> bool:
        """Whether it is known that the person sleeps somewhere; else whoever coordinates must act at once."""
        return self not in {Destination.NO_PLACE, Destination.UNKNOWN}


class CaseOutcome(StrEnum):
    """How a case ended."""

    HELPED = "helped"
    NO_HELP_WANTED = "no_help_wanted"
    NO_CONSENT = "no_consent"
    NO_VICTIM = "no_victim"
    NOT_PLACED = "not_placed"
    OTHER_HELP = "other_help"
    OUT_OF_SIGHT = "out_of_sight"
    TAKEN_ELSEWHERE = "taken_elsewhere"
    NOT_OURS = "not_ours"


class NotBrought(StrEnum):
    """Why a municipality's privacy officer does not bring a signal to the RIEC."""

    NO_ORGANISED_CRIME = "no_organised_crime"
    NOT_PROPORTIONATE = "not_proportionate"
    TOO_LITTLE_KNOWN = "too_little_known"
    NO_RIEC = "no_riec"


class ObservationStands(StrEnum):
    """How far an observation came, as the case hears it from which it was noted."""

    BROUGHT = "brought"
    NOT_BROUGHT = "not_brought"
    ANSWERED = "answered"
    UNANSWERED = "unanswered"


class Weighing(StrEnum):
    """What the RIEC decided; ``in_progress`` is an honest answer within the feedback term."""

    IN_PROGRESS = "in_progress"
    REJECTED = "rejected"
    PARTNER_ONLY = "partner_only"
    CASE = "case"
    CLOSED = "closed"

    @property
    def ends(self) -> bool:
        """Whether nothing follows any more at the RIEC."""
        return self in {Weighing.REJECTED, Weighing.PARTNER_ONLY, Weighing.CLOSED}


class Reliability(StrEnum):
    """How sure the source of a fact is."""

    CONFIRMED = "confirmed"
    PROBABLE = "probable"
    UNVERIFIED = "unverified"
    UNKNOWN = "unknown"


class ErasureReason(StrEnum):
    """Why what is kept of a case must go (GDPR art. 17)."""

    TERM = "term"
    REQUEST = "request"
    CONSENT_WITHDRAWN = "consent_withdrawn"


class NotErased(StrEnum):
    """Why an agency keeps what it was asked to erase (GDPR art. 17, paragraph 3)."""

    LEGAL_DUTY = "legal_duty"
    LEGAL_CLAIM = "legal_claim"
    OTHER_GROUND = "other_ground"


class Acknowledged(StrEnum):
    """Why an alarm needs nothing more."""

    SOLVED = "solved"
    TAKEN_UP = "taken_up"
    TOLD_OTHERWISE = "told_otherwise"
    NO_FAULT = "no_fault"


class NotDisclosed(StrEnum):
    """Why an agency does not tell a person what it holds (GDPR art. 12, paragraphs 2 and 5, art. 15, paragraph 4)."""

    IDENTITY_UNPROVEN = "identity_unproven"
    RIGHTS_OF_OTHERS = "rights_of_others"
    EXCESSIVE = "excessive"
    OTHER_LAW = "other_law"


class CoverageGapKind(StrEnum):
    """Why a region had nobody for a signal."""

    NO_COORDINATOR = "no_coordinator"
    SILENT_COORDINATOR = "silent_coordinator"


class DangerOutcome(StrEnum):
    """Why an investigation service does nothing more about a danger."""

    SAFE = "safe"
    NO_DANGER = "no_danger"
    OTHER_SERVICE = "other_service"
    NOT_FOUND = "not_found"

    @property
    def over(self) -> bool:
        """Whether the danger is over; else whoever reported it must act again."""
        return self in {DangerOutcome.SAFE, DangerOutcome.NO_DANGER}


class ChildAssessment(StrEnum):
    """What child protection found, and what follows."""

    GUARDED = "guarded"
    EXAMINED = "examined"
    NO_NEED = "no_need"


class ChildDecline(StrEnum):
    """Why child protection does not take a report."""

    OTHER_REGION = "other_region"
    OTHER_AGENCY = "other_agency"
    ADULT = "adult"


class ChildRecall(StrEnum):
    """Why a coordinator's report of a child stands no more."""

    ADULT = "adult"
    REPORTED_ELSEWHERE = "reported_elsewhere"
    CASE_CLOSED = "case_closed"


class GuardingOutcome(StrEnum):
    """Why child protection guards no longer."""

    ADULT = "adult"
    WITH_PARENTS = "with_parents"
    OTHER_GUARDIAN = "other_guardian"
    LEFT_COUNTRY = "left_country"
    OUT_OF_SIGHT = "out_of_sight"
