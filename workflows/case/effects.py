"""What a move in one part of a case does in others. No part knows another: what they do to each other stands in this table."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from contracts.agencies import Party
from contracts.event import Event
from contracts.reference import Reference
from workflows.case.file import CaseFile
from workflows.engine.track import Home, Narrative, Track


class Effect(NamedTuple):
    """One line of the table.

    Attributes:
        table: Name of the table of the track that moved.
        trigger: What moved it; empty: whatever it was.
        reached: The state that it came into.
        effect: What of the case does the rest; it is given the track.
    """

    table: str
    trigger: str
    reached: str
    effect: str


EFFECTS: Sequence[Effect] = (
    Effect("AidReferral", "FirstContactMade", "with_aid", "help_has_begun"),
    Effect("AidReferral", "", "not_placed", "nobody_could_help"),
    Effect("AidReferral", "ReferralCompleted", "completed", "help_has_ended"),
    Effect("AidReferral", "ReferralCompleted", "recalled", "help_has_ended"),
    Effect("AidReferral", "ClientMissing", "missing", "person_is_missing"),
    Effect("AidReferral", "ClientFound", "with_aid", "person_is_found"),
    Effect("AidReferral", "ReferralEnded", "recalled", "help_has_ended"),
    Effect("AidReferral", "recall", "recalled", "hand_back"),
    Effect("CaseDanger", "", "stood_down", "danger_has_ended"),
    Effect("CaseDanger", "", "over", "danger_has_ended"),
    Effect("CaseMinor", "", "unguarded", "child_has_appeared"),
    Effect("CaseMinor", "", "examined", "child_is_seen_to"),
    Effect("CaseMinor", "", "guarded", "child_is_seen_to"),
    Effect("CaseMinor", "", "adult", "child_is_adult"),
    Effect("Registering", "RegistrationRecorded", "recorded", "settle_if_all_is_told"),
)


def effects_of(table: str, trigger: str, reached: str) -> list[str]:
    """What follows, in order, from a track having come into a state."""
    return [row.effect for row in EFFECTS if (row.table, row.reached) == (table, reached) and row.trigger in {"", trigger}]


class Effects(Narrative, Protocol):
    """A case, as the tracks of its parts see it."""

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

    def reached(self, track: Track, trigger: str, to: str) -> None:
        """A track came into another state: what follows in other parts happens."""
        ...


class PartTrack(Track):
    """A track of a part: what follows from its moves happens in the other parts."""

    def __init__(self, case: Effects, home: Home) -> None:
        self.case = case
        super().__init__(case, home)

    def move(self, trigger: str, to: str | None = None, *, anew: bool = False) -> None:
        """Go where a trigger leads; where that is another state, the rest of the case follows."""
        before = self.phase
        super().move(trigger, to, anew=anew)
        if self.phase != before:
            self.case.reached(self, trigger, self.phase)
