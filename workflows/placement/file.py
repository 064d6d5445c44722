"""What the file of a placement holds."""

from pydantic import BaseModel

from contracts.agencies import Party
from contracts.events.referrals import PersonRevealed, ReferralOffered
from contracts.words import AidOutcome, Decline, Destination, Urgency
from workflows.engine.record import Record


class LetGo(BaseModel):
    """What stays of an offer that led to no help here: nothing that it told of a person."""

    referral: int
    urgency: Urgency


class PlacementFile(Record):
    """Help at an aid organisation."""

    coordinator: Party | None = None
    offer: ReferralOffered | None = None
    revealed: PersonRevealed | None = None
    let_go: LetGo | None = None
    declined: Decline | None = None
    outcome: AidOutcome | None = None
    destination: Destination | None = None

    @property
    def number(self) -> int:
        """Of the offer, within the case."""
        told = self.offer or self.let_go
        return told.referral if told else 0

    @property
    def urgency(self) -> Urgency:
        """Of the need for which help is asked."""
        if self.let_go:
            return self.let_go.urgency
        return self.offer.need.urgency if self.offer else Urgency.NORMAL

    @property
    def knows_the_person(self) -> bool:
        """Whether it was told for whom the help is: by name when it accepted, or by an offer of before at once."""
        return self.revealed is not None or (self.offer is not None and not self.offer.is_blind)

    def forget(self) -> None:
        """The offer leads to no help here: what it told of a person is not kept."""
        if self.offer is not None:
            self.let_go = LetGo(referral=self.number, urgency=self.urgency)
            self.offer = self.revealed = None
