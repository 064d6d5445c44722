"""At an aid organisation: an offer is seen, decided, and becomes help that ends with an outcome."""

from datetime import datetime

from temporalio import workflow

from contracts.agencies import Party
from contracts.clocks import Duration
from contracts.commands import AcceptOffer, DeclineOffer, ReportFirstContact, SeeOffer, WaitlistOffer
from contracts.event import File
from contracts.events.referrals import (
    FirstContactMade,
    PersonRevealed,
    ReferralAccepted,
    ReferralDeclined,
    ReferralOffered,
    ReferralSeen,
    ReferralWaitlisted,
)
from contracts.views import ContentPart
from contracts.words import Urgency
from workflows.engine.admission import command, hears
from workflows.engine.content import told
from workflows.engine.narrative import chapter
from workflows.engine.record import Received
from workflows.engine.table import OPENING, State
from workflows.placement.file import PlacementFile
from workflows.placement.stay import Stay
from workflows.placement.table import PLACEMENT
from workflows.placement.table import Placement as Phase

NOT_REVEALED = "who the person is has not been told yet: wait for the coordinator's answer to your acceptance, or call them"


def _not_revealed(self: "Placement") -> str | None:
    """Nobody is met who is not known."""
    return None if self.file.knows_the_person else NOT_REVEALED


@workflow.defn
class Placement(Stay):
    """Help for one person at one organisation."""

    table = PLACEMENT
    system = File.PLACEMENT
    file_type = PlacementFile
    apart = True

    @workflow.init
    def __init__(self, file: PlacementFile) -> None:
        super().__init__(file)

    @workflow.run
    async def run(self, file: PlacementFile) -> None:  # noqa: ARG002 - the file was taken up in __init__
        """See, decide, meet, help."""
        await self.receive()
        await self.decide()
        await self.meet()
        await self.help()
        await self.let_go()
        await self.leave()

    @chapter(OPENING)
    async def receive(self) -> None:
        """A coordinator asks for help."""
        await self.turn()

    @chapter(Phase.OFFERED, Phase.SEEN, Phase.WAITLISTED)
    async def decide(self) -> None:
        """A human reads it and decides before the offer expires, or keeps it on the waiting list until there is a place."""
        move = await self.turn()
        if move.to == Phase.SEEN:
            self.tell(self.them, ReferralSeen(referral=self.file.number))
        elif move.trigger == "waitlist_offer":
            self.tell(self.them, ReferralWaitlisted(referral=self.file.number))
        elif move.to == Phase.ACCEPTED:
            self.tell(self.them, ReferralAccepted(referral=self.file.number))
        elif move.trigger == "decline_offer":
            self._tell_declined()

    @chapter(Phase.ACCEPTED)
    async def meet(self) -> None:
        """Meet the person: responsibility moves with the first contact, not before."""
        move = await self.turn()
        if move.to == Phase.IN_CARE:
            self.tell(self.them, FirstContactMade(referral=self.file.number))
        elif move.trigger == "decline_offer":
            self._tell_declined()

    @hears(anyone=True)
    def referral_offered(self, received: Received[ReferralOffered]) -> None:
        """A coordinator offers a person's need."""
        self.file.coordinator = received.sender
        self.file.offer = received.event
        self.move("ReferralOffered")

    @hears()
    def person_revealed(self, received: Received[PersonRevealed]) -> None:
        """The coordinator says who it is, now that we accepted."""
        self.file.revealed = received.event
        self.move("PersonRevealed")

    @command()
    def see_offer(self, _: SeeOffer) -> None:
        """Confirm that a human has read the offer."""
        self.move("see_offer")

    @command()
    def accept_offer(self, _: AcceptOffer) -> None:
        """Accept; the coordinator stays responsible until first contact."""
        self.move("accept_offer")

    @command()
    def waitlist_offer(self, _: WaitlistOffer) -> None:
        """Put the person on the waiting list; others may be asked meanwhile, and the first place counts."""
        self.move("waitlist_offer")

    @command()
    def decline_offer(self, order: DeclineOffer) -> None:
        """Decline with a reason; the coordinator asks another at once."""
        self.file.declined = order.reason
        self.file.forget()
        self.move("decline_offer")

    @command(bar=_not_revealed)
    def report_first_contact(self, _: ReportFirstContact) -> None:
        """Report that the worker has met the person."""
        self.move("report_first_contact")

    def parts(self) -> list[ContentPart]:
        """What is needed, and who needs it; nothing once the offer was declined, taken back, or has lapsed."""
        by = self.file.coordinator
        return [
            *told(self.file, "referral_offered", by, self.file.offer),
            *told(self.file, "person_revealed", by, self.file.revealed),
        ]

    @property
    def them(self) -> Party | None:
        """The coordinator."""
        return self.file.coordinator

    @property
    def responsible(self) -> Party:
        """The coordinator, until first contact."""
        return self.file.me if self.phase in {Phase.IN_CARE, Phase.LEAVING} else self.file.coordinator or self.file.me

    @property
    def in_crisis(self) -> bool:
        """Where the offer says so, until the worker has met the person; and when the help is taken back."""
        return self.file.urgency is Urgency.CRISIS and self.phase != Phase.IN_CARE

    def rang(self) -> None:
        """An offer that nobody answered has lapsed."""
        super().rang()
        if self.state is None:
            self.file.forget()

    @property
    def kept_for(self) -> Duration:
        """An offer that led to no help is kept for a short term of its own."""
        if self.file.let_go and workflow.patched("an-offer-without-help-is-kept-shortly"):
            return self.file.clocks.retention_offer
        return super().kept_for

    def clock_end(self, state: State) -> datetime:
        """An offer ends when the coordinator said it would."""
        if state.clock == "offer" and self.file.offer is not None:
            return self.file.offer.answer_by
        return super().clock_end(state)

    def _tell_declined(self) -> None:
        if self.file.declined is not None:
            self.tell(self.them, ReferralDeclined(referral=self.file.number, reason=self.file.declined))
