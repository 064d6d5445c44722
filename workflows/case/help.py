"""Help asked of aid organisations, one after the other, until one takes over warmly. Runs inside a case."""

from collections.abc import Sequence
from datetime import datetime

from temporalio import workflow

from contracts.agencies import Party
from contracts.events.referrals import ReferralOffered, ReferralRecalled
from contracts.words import Recall, Urgency
from workflows.case.effects import Effects
from workflows.case.file import ReferralFile
from workflows.case.table import REFERRAL, Referral
from workflows.engine.calendar import due
from workflows.engine.table import CLOCK, State
from workflows.engine.track import Track


class AidReferral(Track):
    """One need, and the organisations that are asked in turn; each offer has a number of its own within the case."""

    table = REFERRAL

    def __init__(self, case: Effects, home: ReferralFile) -> None:
        self.case = case
        self.file = home
        super().__init__(case, home)

    @classmethod
    def begin(cls, case: Effects, home: ReferralFile) -> None:
        """Ask the first organisation."""
        first, *home.queue = home.queue
        home.organisation = first
        referral = cls(case, home)
        referral._offer()

    @property
    def them(self) -> Party | None:
        """The organisation that is asked, or helps."""
        return self.file.organisation

    @property
    def title(self) -> str:
        """Help of which kind."""
        return f"{self.file.need.service} help"

    @property
    def number(self) -> int:
        """Of the request; each of its offers has another one."""
        return self.file.number

    @property
    def is_open(self) -> bool:
        """Whether anybody still has to do something."""
        return self.state is not None

    def declined(self, trigger: str = "ReferralDeclined") -> None:
        """The next organisation is asked; nobody left means that the person could not be placed, which is counted."""
        if self.file.queue:
            self.file.organisation, *self.file.queue = self.file.queue
            unanswered = trigger == CLOCK and self.phase == Referral.OFFERED
            anew = unanswered and workflow.patched("whoever-is-asked-next-was-not-reminded")
            self.move(trigger, Referral.OFFERED, anew=anew)
            self._offer()
        else:
            self.case.file.not_placed += 1
            self.file.offer = 0
            self.move(trigger, Referral.NOT_PLACED)
            self.case.count_not_placed()

    def rang(self) -> None:
        """An offer that nobody answered is taken back; an accepted one is asked after."""
        if self.phase in {Referral.OFFERED, Referral.SEEN}:
            self._recall(Recall.NO_ANSWER)
            self.declined(CLOCK)
        else:
            self.move(CLOCK)

    def offer_again(self, organisations: Sequence[Party]) -> None:
        """The coordinator found others to ask."""
        self.file.organisation, *self.file.queue = organisations
        self.move("offer_again")
        self._offer()

    def recall(self, reason: Recall) -> None:
        """Take back what is offered; an answer that crosses this is only noted. Help that runs ends by hand, there."""
        if self.phase == Referral.LEAVING:
            return
        if self.file.offer:
            self._recall(reason)
        if self.phase == Referral.WITH_AID and workflow.patched("help-that-runs-ends-by-hand"):
            self.move("recall", Referral.LEAVING)
            return
        self.file.offer = 0
        self.move("recall", Referral.RECALLED)
        self.case.hand_back()

    @property
    def in_crisis(self) -> bool:
        """Until the organisation helps: where this need is urgent, or the case."""
        urgent = self.file.need.urgency is Urgency.CRISIS or self.case.in_crisis
        return urgent and self.phase not in {Referral.WITH_AID}

    def clock_end(self, state: State) -> datetime:
        """An offer keeps its term when it is read; in a crisis the term is short."""
        if state.name == Referral.SEEN and self.home.progress is not None and self.file.answer_by is not None:
            return self.file.answer_by
        if state.clock == "offer" and self.file.need.urgency is Urgency.CRISIS and self.them is not None:
            return due(workflow.now(), self.case.file.clocks.offer_crisis, self.them.hours)
        return super().clock_end(state)

    def _offer(self) -> None:
        self.case.file.offers += 1
        self.file.offer = self.case.file.offers
        if self.them is not None:
            self.file.asked[self.file.offer] = self.them.slug
        self.file.answer_by = self.progress.due
        intake = self.case.file.intake
        offered = ReferralOffered(referral=self.file.offer, need=self.file.need, answer_by=self.progress.due)
        if intake is not None:
            offered = offered.model_copy(update={"person": intake.person})
        self.case.tell(self.them, offered)

    def _recall(self, reason: Recall) -> None:
        self.case.tell(self.them, ReferralRecalled(referral=self.file.offer, reason=reason))
