"""At CoMensha: every report is counted, persons apart; later facts are appended."""

from temporalio import workflow

from activities.register import Registrar
from contracts.agencies import Party
from contracts.commands import CloseRegistration
from contracts.event import File
from contracts.events.registrations import (
    RegistrationAmended,
    RegistrationRecorded,
    RegistrationRequested,
    ReportRegistered,
)
from contracts.register import Amendment, Report
from contracts.views import ContentPart
from contracts.words import AgencyKind
from workflows.engine.admission import command, hears
from workflows.engine.content import told_often
from workflows.engine.narrative import chapter
from workflows.engine.process import Process
from workflows.engine.record import Received
from workflows.engine.table import OPENING
from workflows.registration.file import RegistrationFile
from workflows.registration.table import REGISTRATION
from workflows.registration.table import Registration as Phase


@workflow.defn
class Registration(Process[RegistrationFile]):
    """The reports about one case."""

    table = REGISTRATION
    system = File.REGISTRATION
    file_type = RegistrationFile
    apart = True

    @workflow.init
    def __init__(self, file: RegistrationFile) -> None:
        super().__init__(file)

    @workflow.run
    async def run(self, file: RegistrationFile) -> None:  # noqa: ARG002 - the file was taken up in __init__
        """Record what is reported, for as long as the case goes on."""
        await self.receive()
        await self.keep()
        await self.leave()

    @chapter(OPENING)
    async def receive(self) -> None:
        """Somebody reports a case."""
        await self.turn()

    @chapter(Phase.RECORDING, Phase.RECORDED)
    async def keep(self) -> None:
        """Each report and each later fact goes into the register once; then we wait for the next."""
        if self.reading == Phase.RECORDING:
            await self._record()
        await self.turn()

    @hears(anyone=True)
    def registration_requested(self, received: Received[RegistrationRequested]) -> None:
        """A report: with consent, by legal task, or anonymous."""
        self.file.requests.append(received.event)
        self.file.reporters.append(received.sender)
        self.file.region = self.file.region or received.event.care_region
        self.move("RegistrationRequested")

    @hears()
    def registration_amended(self, received: Received[RegistrationAmended]) -> None:
        """A later fact."""
        self.file.amendments.append(received.event)
        self.move("RegistrationAmended")

    @command()
    def close_registration(self, _: CloseRegistration) -> None:
        """Close a registration whose case does not report any more."""
        self.move("close_registration")

    def parts(self) -> list[ContentPart]:
        """Every report."""
        reports = zip(self.file.reporters, self.file.requests, strict=True)
        return told_often(self.file, "registration_requested", [(by.slug, report) for by, report in reports])

    @property
    def them(self) -> Party | None:
        """Whoever coordinates."""
        coordinators = [party for party in self.file.reporters if party.kind is not AgencyKind.REPORTER]
        return coordinators[-1] if coordinators else None

    def expects(self, sender: Party) -> bool:
        """Whoever reported may append."""
        return sender.slug in {party.slug for party in self.file.reporters}

    def admits(self, sender: Party) -> bool:
        """A reporter's report counts beside that of the one who coordinates; another coordinator has a file of its own."""
        return sender.kind is AgencyKind.REPORTER or self.them is None or sender.slug == self.them.slug

    @property
    def _later(self) -> str:
        """Where another agency opened the first file of this case: the name of this one. Each counts its own numbers."""
        return "" if self.file.system == File.REGISTRATION else self.file.system

    async def _record(self) -> None:
        """Write what the register does not hold yet, and tell whoever reported."""
        while self.file.recorded < len(self.file.requests):
            await self._record_report(self.file.recorded)
        while self.file.appended < len(self.file.amendments):
            await self._append(self.file.appended)
        if self.phase == Phase.RECORDING and not self.unread:
            self.move("record")
        if self.file.ended and self.phase == Phase.RECORDED:
            self.move("settle")

    async def _record_report(self, place: int) -> None:
        request, reporter = self.file.requests[place], self.file.reporters[place]
        report = Report(
            reference=self.file.reference,
            file=self._later,
            number=place + 1,
            reported_on=workflow.now().date().isoformat(),
            reported_by=reporter.kind,
            care_region=request.care_region,
            sector=request.sector,
            consented=request.consented,
            registrant=request.registrant,
        )
        await self.ask(Registrar.record_report, report, f"report {place + 1} into the register")
        self.file.recorded = place + 1
        if reporter.kind is AgencyKind.REPORTER:
            self.tell(reporter, ReportRegistered())
        else:
            self.tell(reporter, RegistrationRecorded(anonymous=request.registrant is None))

    async def _append(self, place: int) -> None:
        amended = self.file.amendments[place]
        amendment = Amendment(
            reference=self.file.reference,
            file=self._later,
            number=place + 1,
            recorded_on=workflow.now().date().isoformat(),
            not_placed=amended.not_placed,
            outcome=amended.outcome,
        )
        await self.ask(Registrar.record_amendment, amendment, f"later fact {place + 1} into the register")
        self.file.appended = place + 1
        self.file.ended = self.file.ended or amended.outcome is not None
