"""At every agency: what is kept of a case stays for its term, and is then erased, here and wherever it was told."""

from datetime import datetime

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

from activities.erasing import STILL_OPEN, Erasing, Erasure, ErasureOrder, Holding, Question
from contracts.events.erasures import ErasureCompleted, ErasureRequested
from contracts.words import ErasureReason
from workflows.engine.calendar import due
from workflows.engine.narrative import chapter
from workflows.engine.table import OPENING, State
from workflows.retention.file import RetentionFile
from workflows.retention.letters import Recall, RetentionLetters
from workflows.retention.table import Phase


@workflow.defn
class Retention(RetentionLetters):
    """How long an agency keeps what it holds of a case, and that it is erased."""

    @workflow.init
    def __init__(self, file: RetentionFile) -> None:
        super().__init__(file)

    @workflow.run
    async def run(self, file: RetentionFile) -> None:  # noqa: ARG002 - the file was taken up in __init__
        """Keep it for its term; erase it when two persons say so; collect the receipts of all who were told."""
        await self.receive()
        while self.reading not in self.table.ends:
            await self.look()
            await self.keep()
            await self.erase()
            await self.collect()
        await self.leave()

    @chapter(OPENING)
    async def receive(self) -> None:
        """A file has ended, a consent was withdrawn, or another agency asks to erase."""
        await self.turn()

    @chapter(Phase.LOOKING)
    async def look(self) -> None:
        """Is there anything here of what we are asked to erase?"""
        holding = await self._holding()
        if self.phase == Phase.LOOKING:
            self.move("found", self._found(holding))
        await self.turn()
        if self.phase == Phase.ERASED:
            self._prove()

    @chapter(Phase.IN_USE, Phase.KEPT, Phase.DUE, Phase.ASKED)
    async def keep(self) -> None:
        """It stays until its term ends or somebody asks; what was shared on a withdrawn consent is asked back at once."""
        await self._ask_back()
        await self.turn()

    @chapter(Phase.ERASING)
    async def erase(self) -> None:
        """Destroy the key in every store, prove it to whoever asked, and ask whoever was told to do the same."""
        holding = await self._holding()
        erasure = await self._erasure()
        if erasure is not None:
            self.file.destroyed_on, self.file.unreadable_from = erasure.destroyed_on, erasure.unreadable_from
            self.file.persons = list(erasure.persons)
            self._prove()
            self._ask_others(holding)
        await self.turn()

    @chapter(Phase.COLLECTING)
    async def collect(self) -> None:
        """Every agency that was asked proves that it erased the case, or says why it keeps it."""
        await self.turn()
        self._prove()

    def clock_end(self, state: State) -> datetime:
        """The longest of the terms of the kinds of file that have ended."""
        if state.name != Phase.KEPT:
            return super().clock_end(state)
        if self.file.kept_until is not None:
            return max(self.file.kept_until, workflow.now())
        terms = [getattr(self.file.clocks, f"retention_{kind}") for kind in self.file.kinds]
        return max(due(workflow.now(), term, self.file.me.hours) for term in terms or [self.file.clocks.retention_use])

    async def _holding(self) -> Holding:
        return await self.ask(Erasing.look, Question(reference=self.file.reference), "what is held of this case")

    async def _erasure(self) -> Erasure | None:
        """None where it was not ordered as it must be, or a file is open: a person is told which."""
        order = ErasureOrder(
            reference=self.file.reference,
            orders=tuple(self.file.orders),
            askers=tuple(asker.party.slug for asker in self.file.askers),
            asked_at=self.file.last_asked,
        )
        try:
            return await self.ask(Erasing.erase, order, "destroy the key of this case in every store")
        except ActivityError as error:
            cause = error.cause if isinstance(error.cause, ApplicationError) else None
            self.alarm(f"not erased: {cause.message if cause else 'the order was not carried out'}")
            self._nothing_erased(still_open=cause is not None and cause.type == STILL_OPEN)
            return None

    def _found(self, holding: Holding) -> Phase:
        self.file.held, self.file.destroyed_on = holding.held, holding.destroyed_on
        if holding.open_files:
            return Phase.IN_USE
        if not holding.held:
            return Phase.ERASED
        return Phase.ASKED if self.file.askers else Phase.KEPT

    def _nothing_erased(self, *, still_open: bool) -> None:
        """Where a file is open the order falls; else only what was signed last does, and another person may confirm."""
        self.file.orders = [] if still_open else self.file.orders[:-1]
        self.move("not_erased", Phase.IN_USE if still_open else Phase.ASKED)

    def _prove(self) -> None:
        """A receipt to everybody who asked so far."""
        for asker in self.file.askers:
            receipt = ErasureCompleted(
                system=asker.system,
                held=self.file.held,
                destroyed_on=self.file.destroyed_on,
                unreadable_from=self.file.unreadable_from,
            )
            self.tell(asker.party, receipt, because=asker.because)
        self.file.askers.clear()

    def _ask_others(self, holding: Holding) -> None:
        """Whoever asked us is asked by nobody: it erases what it must by itself."""
        self.file.waiting = [party for party in holding.partners if party.slug not in self.file.asked_by]
        for party in self.file.waiting:
            self.tell(party, ErasureRequested(reason=self.file.reason or ErasureReason.REQUEST))
        self.move("erased", Phase.COLLECTING if self.file.waiting else Phase.ERASED)

    async def _ask_back(self) -> None:
        asked = [recall for recall in self.file.recalls if recall.progress is None]
        if not asked:
            return
        holding = await self._holding()
        for recall in asked:
            recall.waiting = [party for party in holding.partners if party.slug in recall.told]
            Recall.begin(self, recall)
            for party in recall.waiting:
                self.tell(party, ErasureRequested(reason=ErasureReason.CONSENT_WITHDRAWN, consent=recall.consent))
