"""At the reporter: what is heard back."""

from temporalio import workflow

from contracts.agencies import Party
from contracts.commands import CloseReport, SupplementSignal
from contracts.event import File
from contracts.events.deliveries import DeliveryRefused
from contracts.events.registrations import ReportRegistered
from contracts.events.signals import SignalReceived, SignalStatusChanged, SignalSupplemented, Supplement
from contracts.words import AgencyKind, SignalStatus
from workflows.engine.admission import command, hears, no_track
from workflows.engine.narrative import chapter
from workflows.engine.process import Process
from workflows.engine.record import Received
from workflows.engine.table import CLOCK, CLOSED, OPENING
from workflows.report.file import ReportFile
from workflows.report.table import REPORT
from workflows.report.table import Report as Phase


def _no_desk(self: "Report") -> str | None:
    """Only what the desk has can be added to."""
    return None if self.file.desk else "the signal desk has not confirmed this signal yet: add to it when it has"


@workflow.defn
class Report(Process[ReportFile]):
    """A reporter follows a signal: receipt, status, end. Never its content."""

    table = REPORT
    system = File.REPORT
    file_type = ReportFile

    @workflow.init
    def __init__(self, file: ReportFile) -> None:
        super().__init__(file)

    @workflow.run
    async def run(self, file: ReportFile) -> None:  # noqa: ARG002 - the file was taken up in __init__
        """From the receipt to the end."""
        await self.begin()
        await self.follow()
        await self.leave()

    @chapter(OPENING)
    async def begin(self) -> None:
        """The receipt came, or a refusal."""
        await self.turn()

    @chapter(Phase.FOLLOWING)
    async def follow(self) -> None:
        """Every change of hands is heard; silence for a long time is a reason to ask."""
        await self.turn()

    @hears(anyone=True)
    def signal_received(self, received: Received[SignalReceived]) -> None:
        """The desk has it."""
        self.file.desk = received.sender
        self.file.status = received.event.status
        self.move("SignalReceived")

    @hears()
    def signal_status_changed(self, received: Received[SignalStatusChanged]) -> None:
        """It changed hands, or ended."""
        self.file.status = received.event.status
        self.move("SignalStatusChanged", CLOSED if received.event.status is SignalStatus.CLOSED else Phase.FOLLOWING)

    @hears(anyone=True)
    def report_registered(self, _: Received[ReportRegistered]) -> None:
        """A report that we must make by law counts."""
        self.move("ReportRegistered")

    @hears(track=no_track)
    def delivery_refused(self, received: Received[DeliveryRefused]) -> None:
        """An event of ours was not taken; where it was the first, there is nothing to follow."""
        self.alarm_refused(received)
        if self.phase == OPENING:
            self.move("DeliveryRefused")

    @command(bar=_no_desk)
    def supplement_signal(self, order: SupplementSignal) -> None:
        """Tell the desk what was learned since; it stays there and with whoever has the case, and not here."""
        supplement = Supplement(account=order.account, person=order.person, urgency=order.urgency)
        self.tell(self.file.desk, SignalSupplemented(supplement=supplement))
        self.move("supplement_signal")

    @command()
    def close_report(self, _: CloseReport) -> None:
        """Stop following."""
        self.move("close_report")

    def ring(self) -> None:
        """Who is no professional hears nothing in between, so no silence is a reason to ask."""
        if self.file.me.professional:
            super().ring()
        else:
            self.move(CLOCK)

    @property
    def them(self) -> Party | None:
        """The desk."""
        return self.file.desk

    def admits(self, sender: Party) -> bool:
        """The desk and the registry: each has something to say first."""
        return self.is_party(sender)

    def is_party(self, sender: Party) -> bool:
        """Also the two to whom a reporter writes without a file: by hand."""
        return sender.kind in {AgencyKind.DESK, AgencyKind.REGISTRY} or super().is_party(sender)
