"""What every event is: a class with data fields and one rule that says who may send it to whom, and why."""

import re
from enum import StrEnum
from typing import Any, ClassVar

from pydantic import ConfigDict, Field

from contracts.agencies import Agency
from contracts.entitlement import left_out_for, paths_left_out
from contracts.personal import personal_fields
from contracts.text import Model
from contracts.words import AgencyKind, ConsentTo, Ground

TYPE = re.compile(r"^nl\.keten\.(?P<domain>[a-z]+s)\.(?P<name>[a-z-]+)\.(?P<version>v[1-9][0-9]*)$")


class File(StrEnum):
    """The file, kept by a workflow of that name at the recipient, that an event is for."""

    SIGNAL = "signal"
    REPORT = "report"
    CASE = "case"
    PLACEMENT = "placement"
    OBSERVATION = "observation"
    PRIVACY = "privacy"
    DOSSIER = "dossier"
    REGISTRATION = "registration"
    COVERAGE = "coverage"
    DANGER = "danger"
    GUARDING = "guarding"
    RETENTION = "retention"
    ACCESS = "access"
    DISCLOSURE = "disclosure"


OUTLIVING = frozenset({File.RETENTION, File.ACCESS, File.DISCLOSURE})
"""Files about what is kept of a case: nothing of a person is in them, and they can be read when the case was erased."""


class Rule(Model):
    """The catalogue's word on one event."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: str = Field(pattern=TYPE.pattern)
    senders: frozenset[AgencyKind]
    recipients: frozenset[AgencyKind]
    file: File | None = Field(description="the file it is for; None: the file that sent what it answers")
    opens: bool = Field(default=False, description="it may open that file")
    counted: bool = Field(
        default=True, description="it has a number on its line; else it is taken in any order, whatever its number says"
    )
    fresh: bool = Field(
        default=False, description="it begins a reference of its own: nothing may lead from there to the case of a person"
    )
    late: bool = Field(default=False, description="arriving after the file closed it is noted, not refused")
    grounds: tuple[Ground, ...] = Field(min_length=1)
    consent: ConsentTo | None = Field(default=None, description="to what the person consents, where consent is the ground")
    evidence: bool = Field(default=False, description="its recipient keeps it with the signature")
    itself: bool = Field(default=False, description="only from an agency to itself: one part of it tells another")
    partners: bool = Field(default=False, description="only between two agencies one of which may send the other something else")
    purpose: str = Field(min_length=10)
    shielded: str | None = Field(default=None, description="why a person who asks for access is not told of it; None: is told")
    retention: str = Field(description="which retention term of the installation applies")


class Event(Model):
    """Something that happened and that another agency must know. Subclasses are named in the past tense."""

    rule: ClassVar[Rule]

    @classmethod
    def short_name(cls) -> str:
        """``referrals.offered.v1``: the type without the reverse domain, as it stands in a subject."""
        return cls.rule.type.removeprefix("nl.keten.")

    @classmethod
    def personal_fields(cls) -> tuple[str, ...]:
        """Paths of the fields that are personal data."""
        return personal_fields(cls)

    @classmethod
    def left_out_for(cls, kind: AgencyKind) -> tuple[str, ...]:
        """Paths of the fields that an agency of this kind is not told."""
        return paths_left_out(cls, kind)

    def told_to(self, kind: AgencyKind) -> dict[str, Any]:
        """The content as an agency of this kind may read it."""
        return self.model_dump(mode="json", exclude=left_out_for(type(self), kind))

    def places(self) -> tuple[str, ...]:
        """Municipality codes in the content; the routing tables must know them."""
        return ()

    def objection(self, sender: Agency) -> str | None:  # noqa: ARG002 - most events need not know
        """Why this content may not come from this agency, or None."""
        return None

    def grounds(self) -> tuple[Ground, ...]:
        """Those of the catalogue's grounds that this content may be shared on."""
        return self.rule.grounds

    def suffix(self) -> str:
        """What the file's name has behind its kind, where one case has several files at one agency."""
        return ""
