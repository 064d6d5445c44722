"""What the national register keeps: reports and later facts, each once."""

from pydantic import Field

from contracts.events.registrations import Registrant
from contracts.reference import Reference
from contracts.text import Line, Model
from contracts.words import AgencyKind, CaseOutcome, Sector

FILE = Field(default="", max_length=40, description="name of the file, where another agency opened the first one of this case")


class Report(Model):
    """One report about one case; ``file`` and ``number`` make recording it twice harmless."""

    reference: Reference
    file: str = FILE
    number: int = Field(ge=1)
    reported_on: str = Field(description="ISO date")
    reported_by: AgencyKind
    care_region: Line | None
    sector: Sector
    consented: bool
    registrant: Registrant | None


class Amendment(Model):
    """A later fact about a case, appended; ``file`` and ``number`` make recording it twice harmless."""

    reference: Reference
    file: str = FILE
    number: int = Field(ge=1)
    recorded_on: str = Field(description="ISO date")
    not_placed: int
    outcome: CaseOutcome | None
