"""One request for help: aid organisations are asked, one after the other or all at once, until one takes over warmly."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from temporalio import workflow

from contracts.agencies import Party
from contracts.events.referrals import PersonRevealed, ReferralOffered, ReferralRecalled
from contracts.words import Recall, Urgency
from workflows.case.effects import Effects, PartTrack
from workflows.case.file import ReferralFile
from workflows.case.referral_table import REFERRAL, Referral
from workflows.engine.calendar import due
from workflows.engine.table import CLOCK, State


class AidReferral(PartTrack):
    """One need, and the organisations that are asked; each offer has a number of its own within the case.

    Args:
        case: The case.
        home: Where it is kept.
        spoken: Number of the offer that an answer is about, where several stand at once.
    """

    table = REFERRAL

    def __init__(self, case: Effects, home: ReferralFile, spoken: int = 0) -> None:
        self.file = home
        self._spoken = spoken or home.offer
        super().__init__(case, home)

    @classmethod
    def begin(cls, case: Effects, home: ReferralFile) -> None:
        """Ask the first organisation, or all."""
        first, *home.queue = home.queue
        home.organisation = first
        referral = cls(case, home)
        referral._offer()

    @property
    def them(self) -> Party | None:
        """The organisation that is asked, or helps."""
        return self.file.beside.get(self._spoken) or self.file.waiting.get(self._spoken) or self.file.organisation

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
        """Whoever was asked in codes hears now who it is; nobody else ever does. The first who accepts is the one."""
        others = {number: party for number, party in self._standing.items() if number != self._spoken}
        self.file.organisation, self.file.offer = self.them, self._spoken
        self.file.beside, self.file.waiting = {}, {}
        self.move("ReferralAccepted")
        if self.file.profile is not None:
            revealed = PersonRevealed(referral=self.file.offer, need=self.file.need, person=self.case.file.person)
            self.case.tell(self.them, revealed)
        self._recall(Recall.PLACED_ELSEWHERE, others)

    def declined(self, trigger: str = "ReferralDeclined") -> None:
        """The next organisation is asked; nobody left means that the person could not be placed, which is counted."""
        self.file.waiting.pop(self._spoken, None)
        self._go_on(trigger)

    def waitlisted(self) -> None:
        """There is no place there yet: others are asked beside it, and the first place counts."""
        if self.them is not None and self._spoken not in self.file.waiting:
            self.file.waiting[self._spoken] = self.them
            self._go_on("ReferralWaitlisted")

    def _go_on(self, trigger: str) -> None:
        """After an offer that brings no place now: with whoever else is asked, is next, or has the person on a waiting list."""
        asked = {number: party for number, party in self._asked.items() if number != self._spoken}
        if asked:
            self.file.offer, self.file.organisation = next(iter(asked.items()))
            self.file.beside = {number: party for number, party in asked.items() if number != self.file.offer}
        elif self.file.queue:
            self.file.organisation, *self.file.queue = self.file.queue
            unanswered = trigger == CLOCK and self.phase == Referral.OFFERED
            anew = unanswered and workflow.patched("whoever-is-asked-next-was-not-reminded")
            self.move(trigger, Referral.OFFERED, anew=anew)
            self._offer()
        elif self.file.waiting:
            self.file.offer, self.file.organisation = next(iter(self.file.waiting.items()))
            self.move(trigger, Referral.WAITLISTED)
        else:
            self.case.file.not_placed += 1
            self.file.offer = 0
            self.move(trigger, Referral.NOT_PLACED)

    def rang(self) -> None:
        """An offer that nobody answered is taken back; an accepted one is asked after."""
        if self.phase in {Referral.OFFERED, Referral.SEEN}:
            self._recall(Recall.NO_ANSWER, self._asked)
            self.file.beside = {}
            self.declined(CLOCK)
        else:
            self.move(CLOCK)

    def offer_again(self, organisations: Sequence[Party], *, at_once: bool) -> None:
        """The coordinator found others to ask."""
        self.file.at_once = at_once
        self.file.organisation, *self.file.queue = organisations
        self.move("offer_again")
        self._offer()

    def give_up(self) -> None:
        """Nobody is asked any more; whoever has the person on a waiting list hears it."""
        self._recall(Recall.SEARCH_STOPPED, self.file.waiting)
        self.file.offer, self.file.waiting = 0, {}
        self.move("give_up")

    def recall(self, reason: Recall) -> None:
        """Take back what is offered; an answer that crosses this is only noted. Help that runs ends by hand, there."""
        if self.phase == Referral.LEAVING:
            return
        if self.file.offer:
            self._recall(reason, self._standing)
            self.file.beside, self.file.waiting = {}, {}
        runs = self.phase == Referral.WITH_AID and workflow.patched("help-that-runs-ends-by-hand")
        if runs or self.phase == Referral.MISSING:  # who is missing may be back there when this arrives
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
        """An offer keeps its term when it is read; in a crisis the term is short. Of several at once the latest counts."""
        if state.name == Referral.SEEN and self.home.progress is not None and self.file.answer_by is not None:
            return self.file.answer_by
        if state.clock == "offer" and self.file.need.urgency is Urgency.CRISIS and self.them is not None:
            asked = [self.them, *self._beside_it]
            return max(due(workflow.now(), self.case.file.clocks.offer_crisis, party.hours) for party in asked)
        end = super().clock_end(state)
        if state.clock == "offer" and not self.in_crisis:
            others = [due(workflow.now(), self.case.file.clocks.offer, party.hours) for party in self._beside_it]
            return max([end, *others])
        return end

    @property
    def _beside_it(self) -> Sequence[Party]:
        """Who is asked together with the first."""
        return self.file.queue if self.file.at_once else []

    @property
    def _standing(self) -> dict[int, Party]:
        """The offers that stand, by their numbers."""
        first = {self.file.offer: self.file.organisation} if self.file.offer and self.file.organisation else {}
        return {**first, **self.file.beside, **self.file.waiting}

    @property
    def _asked(self) -> dict[int, Party]:
        """Those of them that an answer is still to come to: a waiting list is one."""
        return {number: party for number, party in self._standing.items() if number not in self.file.waiting}

    def _offer(self) -> None:
        """Ask whoever is next; where all are asked at once, the others, too."""
        self.file.answer_by = self.progress.due
        self.file.offer = self._spoken = self._ask(self.file.organisation)
        if self.file.at_once:
            self.file.beside = {self._ask(party): party for party in self.file.queue}
            self.file.queue = []

    def _ask(self, party: Party | None) -> int:
        self.case.file.offers += 1
        number = self.case.file.offers
        if party is not None:
            self.file.asked[number] = party.slug
        self.case.tell(party, self._offered(number))
        return number

    def _offered(self, number: int) -> ReferralOffered:
        """In codes; a request that began when an offer told all goes on as it began."""
        offered = ReferralOffered(referral=number, need=self.file.need, answer_by=self.progress.due)
        if self.file.profile is not None:
            in_codes = self.file.need.model_copy(update={"safety": None})
            return offered.model_copy(update={"need": in_codes, "profile": self.file.profile})
        return offered.model_copy(update={"person": self.case.file.intake.person}) if self.case.file.intake else offered

    def _recall(self, reason: Recall, offers: Mapping[int, Party]) -> None:
        for number, party in offers.items():
            self.case.tell(party, ReferralRecalled(referral=number, reason=reason))
