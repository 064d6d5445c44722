"""One request for help: aid organisations are asked one after the other, until one takes over warmly."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from temporalio import workflow

from contracts.agencies import Party
from contracts.events.referrals import PersonRevealed, ReferralOffered, ReferralRecalled
from contracts.words import Recall, Urgency
from workflows.case.effects import Effects, PartTrack
from workflows.case.file import ReferralFile
from workflows.case.table import COORDINATOR
from workflows.engine.calendar import due
from workflows.engine.table import CLOCK, State, Turn, state, table


class Referral(StrEnum):
    """Where one request for help is."""

    OFFERED = "offered"
    SEEN = "seen"
    ACCEPTED = "accepted"
    WITH_AID = "with_aid"
    LEAVING = "leaving"
    NOT_PLACED = "not_placed"
    COMPLETED = "completed"
    RECALLED = "recalled"
    GIVEN_UP = "given_up"


R = Referral
AID = "the aid organisation"
_NEXT = {R.OFFERED, R.NOT_PLACED}
_ANSWERS = {
    "ReferralSeen": R.SEEN,
    "ReferralAccepted": R.ACCEPTED,
    "ReferralDeclined": _NEXT,
    CLOCK: _NEXT,
    "recall": R.RECALLED,
}
NEXT_ASKED = "the offer is taken back and the next organisation is asked"

REFERRAL = table(
    "AidReferral",
    "help",
    state(R.OFFERED, Turn.THEM, AID, clock="offer", then=NEXT_ASKED, moves=_ANSWERS),
    state(R.SEEN, Turn.THEM, AID, clock="offer", then=NEXT_ASKED, moves=_ANSWERS),
    state(
        R.ACCEPTED,
        Turn.THEM,
        AID,
        clock="first_contact",
        then="the coordinator, still responsible, is reminded to ask",
        moves={"FirstContactMade": R.WITH_AID, "ReferralDeclined": _NEXT, "recall": R.RECALLED, CLOCK: R.ACCEPTED},
    ),
    state(
        R.WITH_AID,
        Turn.THEM,
        AID,
        clock="care_review",
        then="the coordinator asks how it goes",
        moves={"ReferralCompleted": R.COMPLETED, "recall": {R.LEAVING, R.RECALLED}, CLOCK: R.WITH_AID},
    ),
    state(
        R.LEAVING,
        Turn.THEM,
        AID,
        clock="leaving",
        then="the coordinator is reminded to ask where the person goes",
        moves={"ReferralCompleted": R.RECALLED, CLOCK: R.LEAVING},
    ),
    state(
        R.NOT_PLACED,
        Turn.US,
        COORDINATOR,
        clock="not_placed",
        then="the coordinator looks again; it is counted as not placed",
        moves={"offer_again": R.OFFERED, "give_up": R.GIVEN_UP, "recall": R.RECALLED, CLOCK: R.NOT_PLACED},
    ),
    ends={R.COMPLETED, R.RECALLED, R.GIVEN_UP},
)


class AidReferral(PartTrack):
    """One need, and the organisations that are asked in turn; each offer has a number of its own within the case."""

    table = REFERRAL

    def __init__(self, case: Effects, home: ReferralFile) -> None:
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

    def accepted(self) -> None:
        """Whoever was asked in codes hears now who it is; nobody else ever does."""
        self.move("ReferralAccepted")
        if self.file.profile is not None:
            revealed = PersonRevealed(referral=self.file.offer, need=self.file.need, person=self.case.file.person)
            self.case.tell(self.them, revealed)

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
        self.case.tell(self.them, self._offered())

    def _offered(self) -> ReferralOffered:
        """In codes; a request that began when an offer told all goes on as it began."""
        offered = ReferralOffered(referral=self.file.offer, need=self.file.need, answer_by=self.progress.due)
        if self.file.profile is not None:
            in_codes = self.file.need.model_copy(update={"safety": None})
            return offered.model_copy(update={"need": in_codes, "profile": self.file.profile})
        return offered.model_copy(update={"person": self.case.file.intake.person}) if self.case.file.intake else offered

    def _recall(self, reason: Recall) -> None:
        self.case.tell(self.them, ReferralRecalled(referral=self.file.offer, reason=reason))
