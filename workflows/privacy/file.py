"""What the file of a privacy check holds."""

from pydantic import Field

from activities.routing import RiecRoute
from contracts.agencies import Party
from contracts.events.dossiers import Observation
from contracts.words import NotBrought, Weighing
from workflows.engine.record import Record


class PrivacyFile(Record):
    """The officer's file: the gate between care and RIEC."""

    coordinator: Party | None = None
    observation: Observation | None = None
    route: RiecRoute | None = None
    observed_apart: bool = Field(
        default=False, description="asked under a reference that leads to no case; by software of before under that of its case"
    )
    brought: Observation | None = None
    not_brought: NotBrought | None = None
    weighing: Weighing | None = None
