"""The files of the other agencies."""

from pydantic import BaseModel, Field

from activities.routing import RiecRoute
from contracts.agencies import Party
from contracts.events.coverage import CoverageGapObserved
from contracts.events.dossiers import Observation
from contracts.events.referrals import ReferralOffered
from contracts.events.registrations import RegistrationAmended, RegistrationRequested
from contracts.words import AidOutcome, Decline, NotBrought, SignalStatus, Weighing
from workflows.files.record import Progress, Record


class ReportFile(Record):
    """What a reporter hears back."""

    desk: Party | None = None
    status: SignalStatus | None = None


class PlacementFile(Record):
    """Help at an aid organisation."""

    coordinator: Party | None = None
    offer: ReferralOffered | None = None
    declined: Decline | None = None
    outcome: AidOutcome | None = None


class PrivacyFile(Record):
    """The officer's file: the gate between care and RIEC."""

    coordinator: Party | None = None
    observation: Observation | None = None
    route: RiecRoute | None = None
    brought: Observation | None = None
    not_brought: NotBrought | None = None
    weighing: Weighing | None = None


class FeedbackFile(BaseModel):
    """The RIEC's debt to whoever brought the signal."""

    progress: Progress | None = None


class DossierFile(Record):
    """The RIEC's file: no identity of the victim."""

    municipality: Party | None = None
    observation: Observation | None = None
    enrichment: str | None = None
    weighing: Weighing | None = None
    plan: str | None = None
    feedback: FeedbackFile | None = None


class RegistrationFile(Record):
    """Reports and later facts about one case, on their way into the register."""

    reporters: list[Party] = Field(default_factory=list[Party])
    requests: list[RegistrationRequested] = Field(default_factory=list[RegistrationRequested])
    recorded: int = Field(default=0, description="how many of the requests stand in the register")
    appended: int = Field(default=0, description="how many of the amendments stand in the register")
    amendments: list[RegistrationAmended] = Field(default_factory=list[RegistrationAmended])
    ended: bool = False


class CoverageFile(Record):
    """A gap in coverage, without any case."""

    gap: CoverageGapObserved | None = None
