"""From the care file, through the municipality's privacy officer, to the RIEC file and back. No identity of the victim."""

from typing import ClassVar

from pydantic import Field

from contracts.event import Event, File, Rule
from contracts.events.signals import COORDINATORS
from contracts.text import Line, Model, MunicipalityCode, Personal, Text
from contracts.words import AgencyKind, ConsentTo, Ground, NotBrought, Reliability, Sector, Weighing

MUNICIPALITY = frozenset({AgencyKind.MUNICIPALITY})
RIEC = frozenset({AgencyKind.RIEC})
UNDER_INVESTIGATION = "to know of it could frustrate an investigation (GDPR art. 23, paragraph 1 under d; Wgs)"


class Observation(Model):
    """What a RIEC needs: phenomenon, place, suspect or company, time, reliability. The victim has no field here."""

    sector: Sector = Sector.UNKNOWN
    municipality: MunicipalityCode
    phenomenon: Personal[Text] = Field(description="what happens there, without who told it or to whom it happened")
    suspect: Personal[Line | None] = Field(default=None, description="suspected person or company")
    period: Line | None = None
    reliability: Reliability = Reliability.UNKNOWN


class PrivacyCheckRequested(Event):
    """The coordinator asks the municipality's privacy officer what may go to the RIEC."""

    rule: ClassVar[Rule] = Rule(
        type="nl.keten.privacychecks.requested.v1",
        senders=COORDINATORS,
        recipients=MUNICIPALITY,
        file=File.PRIVACY,
        opens=True,
        grounds=(Ground.CONSENT, Ground.VITAL_INTEREST),
        consent=ConsentTo.RIEC,
        purpose="let the municipality decide whether organised crime must be looked into",
        retention="privacy_check",
    )
    observation: Observation

    def places(self) -> tuple[str, ...]:
        """Where it happens."""
        return (self.observation.municipality,)


class PrivacyCheckRequestedV2(Event):
    """A coordinator asks the municipality's privacy officer what may go to the RIEC, under a reference that leads to no case."""

    rule: ClassVar[Rule] = Rule(
        type="nl.keten.privacychecks.requested.v2",
        senders=COORDINATORS,
        recipients=MUNICIPALITY,
        file=File.PRIVACY,
        opens=True,
        fresh=True,
        grounds=(Ground.LEGAL_TASK,),
        purpose="let the municipality decide whether organised crime must be looked into",
        shielded=UNDER_INVESTIGATION,
        retention="privacy_check",
    )
    observation: Observation

    def places(self) -> tuple[str, ...]:
        """Where it happens."""
        return (self.observation.municipality,)


def upcast(old: PrivacyCheckRequested) -> PrivacyCheckRequestedV2:
    """What the first version asked, as the second one asks it; the answers still go to the case whose reference it bears."""
    return PrivacyCheckRequestedV2(observation=old.observation)


class PrivacyCheckDecided(Event):
    """The officer brought the observation to the RIEC, or says why not."""

    rule: ClassVar[Rule] = Rule(
        type="nl.keten.privacychecks.decided.v1",
        senders=MUNICIPALITY,
        recipients=COORDINATORS,
        file=File.CASE,
        late=True,
        grounds=(Ground.LEGAL_TASK,),
        purpose="tell the coordinator whether the RIEC looks into it",
        shielded=UNDER_INVESTIGATION,
        retention="case",
    )
    brought: bool
    reason: NotBrought | None = None


class PrivacyCheckDecidedV2(Event):
    """The officer brought it to the RIEC, or says why not: to the file of the observation, which leads to no case."""

    rule: ClassVar[Rule] = Rule(
        type="nl.keten.privacychecks.decided.v2",
        senders=MUNICIPALITY,
        recipients=COORDINATORS,
        file=File.OBSERVATION,
        late=True,
        grounds=(Ground.LEGAL_TASK,),
        purpose="tell the coordinator whether the RIEC looks into it",
        shielded=UNDER_INVESTIGATION,
        retention="observation",
    )
    brought: bool
    reason: NotBrought | None = None


class DossierBrought(Event):
    """The municipality, a covenant partner, brings an observation to the RIEC."""

    rule: ClassVar[Rule] = Rule(
        type="nl.keten.dossiers.brought.v1",
        senders=MUNICIPALITY,
        recipients=RIEC,
        file=File.DOSSIER,
        opens=True,
        grounds=(Ground.LEGAL_TASK,),
        purpose="enrich, weigh and fight organised crime together (Wgs, in force 1 March 2025)",
        shielded=UNDER_INVESTIGATION,
        retention="dossier",
    )
    observation: Observation

    def places(self) -> tuple[str, ...]:
        """Where it happens."""
        return (self.observation.municipality,)


class DossierReportedBack(Event):
    """The RIEC tells whoever brought the signal what it decided, within its term."""

    rule: ClassVar[Rule] = Rule(
        type="nl.keten.dossiers.reported-back.v1",
        senders=RIEC,
        recipients=MUNICIPALITY,
        file=File.PRIVACY,
        late=True,
        grounds=(Ground.LEGAL_TASK,),
        purpose="feedback to whoever brought the signal",
        shielded=UNDER_INVESTIGATION,
        retention="privacy_check",
    )
    weighing: Weighing


class PrivacyCheckAnswered(Event):
    """The municipality passes the RIEC's feedback on to the coordinator."""

    rule: ClassVar[Rule] = Rule(
        type="nl.keten.privacychecks.answered.v1",
        senders=MUNICIPALITY,
        recipients=COORDINATORS,
        file=File.CASE,
        late=True,
        grounds=(Ground.LEGAL_TASK,),
        purpose="let the coordinator hear back",
        shielded=UNDER_INVESTIGATION,
        retention="case",
    )
    weighing: Weighing


class PrivacyCheckAnsweredV2(Event):
    """The municipality passes the RIEC's feedback on: to the file of the observation, which leads to no case."""

    rule: ClassVar[Rule] = Rule(
        type="nl.keten.privacychecks.answered.v2",
        senders=MUNICIPALITY,
        recipients=COORDINATORS,
        file=File.OBSERVATION,
        late=True,
        grounds=(Ground.LEGAL_TASK,),
        purpose="let the coordinator hear back",
        shielded=UNDER_INVESTIGATION,
        retention="observation",
    )
    weighing: Weighing
