"""What the file of a danger holds."""

from contracts.agencies import Party
from contracts.events.dangers import DangerReported, PersonMissing
from contracts.words import DangerOutcome
from workflows.engine.record import Record


class DangerFile(Record):
    """One danger; what was reported of it is forgotten where nobody here took it up."""

    reporter: Party | None = None
    asked_by: str = ""
    number: int = 0
    reported: DangerReported | None = None
    missing: PersonMissing | None = None
    let_go: bool = False
    outcome: DangerOutcome | None = None

    def forget(self) -> None:
        """Nobody here protects the person: what was told of them is not kept."""
        self.reported, self.missing, self.let_go = None, None, True
