"""What the file of an observation holds: nothing of a person who is helped, and nothing that leads to a case."""

from contracts.agencies import Party
from contracts.events.dossiers import Observation
from contracts.words import NotBrought, Weighing
from workflows.engine.record import Record


class ObservationFile(Record):
    """The coordinator's file about what a RIEC may need."""

    observation: Observation | None = None
    municipality: Party | None = None
    brought: bool = False
    not_brought: NotBrought | None = None
    weighing: Weighing | None = None
