"""The part of a placement in which somebody is helped, until that ends with an outcome or the person has gone."""

from temporalio import workflow

from contracts.commands import CompleteHelp, EndStay, ReportFound, ReportMissing
from contracts.events.referrals import ClientFound, ClientMissing, ReferralCompleted, ReferralEnded, ReferralRecalled
from contracts.words import Destination
from workflows.engine.admission import command, hears
from workflows.engine.narrative import Move, chapter
from workflows.engine.process import Process
from workflows.engine.record import Received
from workflows.engine.table import CLOSED
from workflows.placement.file import PlacementFile
from workflows.placement.table import TAKEN_BACK, Placement


class Stay(Process[PlacementFile]):
    """Nobody is put out by a message: help that runs ends by a person here, who knows where the other one goes."""

    @chapter(Placement.IN_CARE, Placement.MISSING)
    async def help(self) -> None:
        """Help, until it ends with an outcome; who is missing, and who is back, is told of at once."""
        move = await self.turn()
        if move.trigger == "report_missing":
            self.tell(self.them, ClientMissing(referral=self.file.number))
        elif move.trigger == "report_found":
            self.tell(self.them, ClientFound(referral=self.file.number))
        self._tell_ended(move)

    @chapter(Placement.LEAVING)
    async def let_go(self) -> None:
        """The coordinator took the help back: it ends when a person here has seen to it where the other one goes."""
        self._tell_ended(await self.turn())

    @hears()
    def referral_recalled(self, _: Received[ReferralRecalled]) -> None:
        """The offer no longer stands; help that runs ends by hand only. Of who is missing nobody here knows where they sleep."""
        if self.phase == Placement.MISSING:
            self.file.destination = Destination.UNKNOWN
            self.move("ReferralRecalled")
        elif self.phase not in {Placement.IN_CARE, Placement.LEAVING}:
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
    def report_missing(self, _: ReportMissing) -> None:
        """Nobody here knows where the person is: the coordinator looks for them, and the bed is kept for its term."""
        self.move("report_missing")

    @command()
    def report_found(self, _: ReportFound) -> None:
        """The person is back, and help goes on."""
        self.move("report_found")

    @command()
    def end_stay(self, order: EndStay) -> None:
        """End help that was taken back: the coordinator hears where the person sleeps from tonight on."""
        self.file.destination = order.destination
        self.move("end_stay")

    def _tell_ended(self, move: Move) -> None:
        if move.trigger == "complete_help" and self.file.outcome is not None:
            self.tell(self.them, ReferralCompleted(referral=self.file.number, outcome=self.file.outcome))
        elif move.to == CLOSED and self.file.destination is not None:
            self.tell(self.them, ReferralEnded(referral=self.file.number, destination=self.file.destination))
