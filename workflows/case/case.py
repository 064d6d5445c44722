"""At whoever coordinates: accept, triage, intake, consent, refer, follow up, close."""

from temporalio import workflow

from activities.routing import Place, Routing
from contracts.events.registrations import RegistrationAmended
from contracts.events.signals import CaseAccepted, CaseConcluded, CaseDeclined
from contracts.words import CaseOutcome, Finding, Recall
from workflows.case.decisions import CaseDecisions
from workflows.case.file import CaseFile
from workflows.case.table import Phase
from workflows.engine.narrative import Move, chapter
from workflows.engine.table import OPENING


@workflow.defn
class Case(CaseDecisions):
    """One case, from the routed signal to closure."""

    @workflow.init
    def __init__(self, file: CaseFile) -> None:
        super().__init__(file)

    @workflow.run
    async def run(self, file: CaseFile) -> None:  # noqa: ARG002 - the file was taken up in __init__
        """The process, as a coordinator would tell it."""
        await self.receive()
        while self.goes_on:  # consent that was taken back is asked for again
            await self.accept()
            await self.triage()
            await self.hold_intake()
            await self.ask_consent()
            await self.refer()
            await self.follow_up()
            await self.close()
        await self.leave()

    @chapter(OPENING)
    async def receive(self) -> None:
        """The desk asks us to take a case."""
        await self.turn()

    @chapter(Phase.OFFERED)
    async def accept(self) -> None:
        """Take it or not; the desk hears either."""
        move = await self.turn()
        if move.to == Phase.TRIAGE:
            self.tell(self.file.desk, CaseAccepted())
            await self._find_help()
        elif move.trigger == "decline_case" and self.file.not_ours is not None:
            self.tell(self.file.desk, CaseDeclined(reason=self.file.not_ours, municipality=self.file.stays_in))

    @chapter(Phase.TRIAGE, Phase.TALK)
    async def triage(self) -> None:
        """May this be a victim? Unclear means a talk, soon."""
        await self.turn()

    @chapter(Phase.INTAKE)
    async def hold_intake(self) -> None:
        """What does the person need?"""
        await self.turn()

    @chapter(Phase.CONSENT)
    async def ask_consent(self) -> None:
        """Where nothing was said yet: what may be shared, and for which purpose?"""
        move = await self.turn()
        if move.trigger == "record_consent" and not self.file.counted_at_the_end:
            self.register()

    @chapter(Phase.PLANNING)
    async def refer(self) -> None:
        """With a ground: ask aid organisations, and the privacy officer for the RIEC, side by side."""
        await self.turn()
        await self.note_observation()

    @chapter(Phase.WAITING, Phase.IN_CARE, Phase.LOST, Phase.AFTERCARE)
    async def follow_up(self) -> None:
        """Stay with the case while help runs, and after; and with who wants none now."""
        await self.turn()
        await self.note_observation()

    @chapter(Phase.CLOSING)
    async def close(self) -> None:
        """Take back what is still offered, see the case registered, and tell the desk, who tells the reporter."""
        taken = self.file.outcome is CaseOutcome.TAKEN_ELSEWHERE
        self.take_help_back(Recall.PLACED_ELSEWHERE if taken else Recall.CASE_CLOSED)
        self.child_is_left()
        if self._counts:
            self.register()
        if self.phase == Phase.CLOSING and self.is_settled and not self.unread:
            self.move("settle")
        move = await self.turn()
        if move.to == Phase.CLOSED and self.file.outcome is not None:
            if self.file.registering is not None:
                self.tell(self.registry, RegistrationAmended(not_placed=self.file.not_placed, outcome=self.file.outcome))
            if self.file.outcome is not CaseOutcome.TAKEN_ELSEWHERE:
                self.tell(self.file.desk, CaseConcluded(outcome=self.file.outcome))

    async def turn(self) -> Move:
        """Also see to what a case of before does not know yet: that a child in it is protected, and who does that."""
        move = await super().turn()
        if self.is_child_of_before and workflow.patched("a-child-of-before-is-a-part-of-the-case"):
            self.age_was_told()
        if self.file.care is not None and self.file.care.protection is None and (self.open_danger or self.open_minor):
            await self._find_help()
        return move

    async def _find_help(self) -> None:
        if self.file.signal is not None:
            place = Place(municipality=self.file.signal.municipality, at=workflow.now())
            self.file.care = await self.look_up(Routing.find_help, place, "whom we can turn to for this place")

    @property
    def _counts(self) -> bool:
        """Whether this is a presumed victim that we report: also one that was lost from sight before consent was asked."""
        return self.file.finding is Finding.PRESUMED_VICTIM and self.file.outcome is not CaseOutcome.TAKEN_ELSEWHERE
