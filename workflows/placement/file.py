"""What the file of a placement holds."""

from contracts.agencies import Party
from contracts.events.referrals import ReferralOffered
from contracts.words import AidOutcome, Decline
from workflows.engine.record import Record


class PlacementFile(Record):
    """Help at an aid organisation."""

    coordinator: Party | None = None
    offer: ReferralOffered | None = None
    declined: Decline | None = None
    outcome: AidOutcome | None = None
