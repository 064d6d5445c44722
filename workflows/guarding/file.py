"""What the file of a child holds."""

from contracts.agencies import Party
from contracts.events.children import ChildReported, Guardian
from contracts.text import Personal
from contracts.words import ChildAssessment, ChildDecline, GuardingOutcome, Urgency
from workflows.engine.record import Record


class GuardingFile(Record):
    """One report of a child, and what child protection does."""

    coordinator: Party | None = None
    number: int = 0
    urgency: Urgency = Urgency.NORMAL
    reported: ChildReported | None = None
    let_go: bool = False
    declined: ChildDecline | None = None
    assessment: ChildAssessment | None = None
    guardian: Personal[Guardian | None] = None
    outcome: GuardingOutcome | None = None

    def forget(self) -> None:
        """It is not for this agency: what was told of the child is not kept."""
        self.reported, self.let_go = None, True
