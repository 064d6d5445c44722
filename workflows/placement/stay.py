"""The part of a placement in which somebody is helped, until that ends with an outcome or the person has gone."""

from temporalio import workflow

from contracts.commands import CompleteHelp, EndStay
from contracts.events.referrals import ReferralCompleted, ReferralEnded, ReferralRecalled
from workflows.engine.admission import command, hears
from workflows.engine.narrative import Move, chapter
from workflows.engine.process import Process
from workflows.engine.record import Received
from workflows.engine.table import CLOSED
from workflows.placement.file import PlacementFile
from workflows.placement.table import TAKEN_BACK, Placement


class Stay(Process[PlacementFile]):
    """Nobody is put out by a message: help that runs ends by a person here, who knows where the other one goes."""

    @chapter(Placement.IN_CARE)
    async def help(self) -> None:
        """Help, until it ends with an outcome."""
        self._tell_ended(await self.turn())

    @chapter(Placement.LEAVING)
    async def let_go(self) -> None:
        """The coordinator took the help back: it ends when a person here has seen to it where the other one goes."""
        self._tell_ended(await self.turn())

    @hears()
    def referral_recalled(self, _: Received[ReferralRecalled]) -> None:
        """The offer no longer stands; help that runs ends by hand only."""
        if self.phase not in {Placement.IN_CARE, Placement.LEAVING}:
            self.file.forget()
            self.move("ReferralRecalled")
        elif workflow.patched("help-that-runs-ends-by-hand"):
            self.alarm(TAKEN_BACK)
            self.move("ReferralRecalled", Placement.LEAVING)
        else:
            self.move("ReferralRecalled", CLOSED)

    @command()
    def complete_help(self, order: CompleteHelp) -> None:
        """End the help with an outcome."""
        self.file.outcome = order.outcome
        self.move("complete_help")

    @command()
    def end_stay(self, order: EndStay) -> None:
        """End help that was taken back: the coordinator hears where the person sleeps from tonight on."""
        self.file.destination = order.destination
        self.move("end_stay")

    def _tell_ended(self, move: Move) -> None:
        if move.trigger == "complete_help" and self.file.outcome is not None:
            self.tell(self.them, ReferralCompleted(referral=self.file.number, outcome=self.file.outcome))
        elif move.trigger == "end_stay" and self.file.destination is not None:
            self.tell(self.them, ReferralEnded(referral=self.file.number, destination=self.file.destination))
