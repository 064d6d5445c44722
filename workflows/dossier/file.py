"""What the file of a dossier holds."""

from pydantic import BaseModel

from contracts.agencies import Party
from contracts.events.dossiers import Observation
from contracts.text import Personal
from contracts.words import Weighing
from workflows.engine.record import Progress, Record


class FeedbackFile(BaseModel):
    """The RIEC's debt to whoever brought the signal."""

    progress: Progress | None = None


class DossierFile(Record):
    """The RIEC's file: no identity of the victim."""

    municipality: Party | None = None
    observation: Observation | None = None
    enrichment: Personal[str | None] = None
    weighing: Weighing | None = None
    plan: Personal[str | None] = None
    feedback: FeedbackFile | None = None
