"""A case as its parts see it: the parts know each other through this only."""

from typing import Protocol

from contracts.agencies import Party
from contracts.event import Event
from contracts.reference import Reference
from workflows.case.file import CaseFile
from workflows.engine.track import Narrative


class Effects(Narrative, Protocol):
    """What a part of a case may read and do."""

    @property
    def file(self) -> CaseFile:
        """What is known of the case."""
        ...

    @property
    def registry(self) -> Party | None:
        """CoMensha."""
        ...

    @property
    def in_crisis(self) -> bool:
        """Whether the terms of a crisis run."""
        ...

    def tell(self, to: Party | None, event: Event, *, because: str | None = None, reference: Reference | None = None) -> None:
        """Send an event."""
        ...

    def hand_back(self) -> None:
        """Nobody helps any more: the coordinator is responsible again."""
        ...

    def count_not_placed(self) -> None:
        """The register hears that the person could not be placed."""
        ...
