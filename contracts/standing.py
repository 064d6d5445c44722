"""Where an event stands that an agency sent: what it noted itself, and what the recipient's office said."""

from datetime import datetime
from typing import NamedTuple


class Outcome(NamedTuple):
    """What a recipient said of an event.

    Attributes:
        at: When we heard it.
        arrived: Else it knows nothing of it.
        code: With which it was refused; None: it was not.
    """

    at: datetime
    arrived: bool
    code: str | None = None


class Standing(NamedTuple):
    """Where an event of ours stands, as far as it was noted.

    Attributes:
        event_id: Of the event.
        other: Slug of its recipient.
        held_at: When it could not leave for the first time; None: it left at once, or has left since.
        left_at: When the recipient's inbox took it; None: it has not.
        asked_at: When the recipient was last asked about it; None: not yet, or not any more.
        outcome: What it said; None: nothing yet.
        never_at: Since when it is known that it never leaves; None: it may.
        code: Why it never leaves; empty: the ground on which it would have been shared had gone.
    """

    event_id: str
    other: str
    held_at: datetime | None = None
    left_at: datetime | None = None
    asked_at: datetime | None = None
    outcome: Outcome | None = None
    never_at: datetime | None = None
    code: str = ""


class Hanging(NamedTuple):
    """An event that its recipient has not confirmed.

    Attributes:
        reference: Of its case.
        event_type: Its type; empty where its line cannot be found.
        standing: Where it stands.
    """

    reference: str
    event_type: str
    standing: Standing

    @property
    def since(self) -> datetime | None:
        """Since when it hangs there."""
        return self.standing.held_at or self.standing.left_at
