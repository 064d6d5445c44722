"""At an investigation service: a danger is taken up, looked at again, and ends when a person there says so."""

from temporalio import workflow

from contracts.agencies import Party
from contracts.clocks import Duration
from contracts.commands import EndDanger, TakeDanger
from contracts.event import File
from contracts.events.dangers import DangerEnded, DangerRecalled, DangerReported, DangerTaken, PersonMissing
from contracts.views import ContentPart
from workflows.danger.file import DangerFile
from workflows.danger.table import CALL, DANGER, OVER
from workflows.danger.table import Danger as Phase
from workflows.engine.admission import command, hears
from workflows.engine.content import told
from workflows.engine.narrative import chapter
from workflows.engine.process import Process
from workflows.engine.record import Received
from workflows.engine.table import OPENING


@workflow.defn
class Danger(Process[DangerFile]):
    """One report of a danger; what changes is reported anew, and is a file of its own."""

    table = DANGER
    system = File.DANGER
    file_type = DangerFile
    apart = True

    @workflow.init
    def __init__(self, file: DangerFile) -> None:
        super().__init__(file)

    @workflow.run
    async def run(self, file: DangerFile) -> None:  # noqa: ARG002 - the file was taken up in __init__
        """Hear of it; protect until a person says that nothing more is done."""
        await self.receive()
        await self.protect()
        await self.leave()

    @chapter(OPENING)
    async def receive(self) -> None:
        """Somebody is in danger, or is missing: the officer on duty is paged at once."""
        await self.turn()

    @chapter(Phase.CALLED, Phase.TAKEN)
    async def protect(self) -> None:
        """Whoever reported it hears that somebody protects the person, and how it ended."""
        move = await self.turn()
        if move.trigger == "take_danger":
            self.tell(self.them, DangerTaken(system=self.file.asked_by, danger=self.file.number))
        elif move.trigger == "end_danger" and self.file.outcome is not None:
            ended = DangerEnded(system=self.file.asked_by, danger=self.file.number, outcome=self.file.outcome)
            self.tell(self.them, ended)

    @hears(anyone=True)
    def danger_reported(self, received: Received[DangerReported]) -> None:
        """Somebody is in danger."""
        self.move("DangerReported")
        self.file.reported = received.event
        self._call(received.sender, received.system, received.event.danger)

    @hears(anyone=True)
    def person_missing(self, received: Received[PersonMissing]) -> None:
        """Somebody is missing, and that is dangerous."""
        self.move("PersonMissing")
        self.file.missing = received.event
        self._call(received.sender, received.system, received.event.danger)

    def _call(self, reporter: Party, system: str, number: int) -> None:
        self.file.reporter, self.file.asked_by, self.file.number = reporter, system, number
        self.alarm(CALL)

    @hears()
    def danger_recalled(self, _: Received[DangerRecalled]) -> None:
        """It is said to be over. Whoever says so may have been made to: a person here looks, and ends it."""
        self.alarm(OVER, told_by_others=True)
        self.move("DangerRecalled")

    @command()
    def take_danger(self, _: TakeDanger) -> None:
        """Take the danger up: from now on somebody here protects the person, or looks for them."""
        self.file.alarms[:] = [alarm for alarm in self.file.alarms if alarm.words != CALL]
        self.move("take_danger")

    @command()
    def end_danger(self, order: EndDanger) -> None:
        """Do nothing more about it; where the danger is not over, whoever reported it must act again."""
        self.file.outcome = order.outcome
        if self.phase == Phase.CALLED:
            self.file.forget()
        self.move("end_danger")

    def parts(self) -> list[ContentPart]:
        """Who is in danger, of what and where; nothing where nobody here took it up."""
        file = self.file
        reported = told(file, "danger_reported", file.reporter, file.reported)
        return [*reported, *told(file, "person_missing", file.reporter, file.missing)]

    @property
    def them(self) -> Party | None:
        """Whoever reported it."""
        return self.file.reporter

    @property
    def responsible(self) -> Party:
        """Whoever reported it: protecting somebody is not coordinating their help."""
        return self.file.reporter or self.file.me

    @property
    def in_crisis(self) -> bool:
        """Always: whoever is on duty is paged at any hour."""
        return True

    @property
    def kept_for(self) -> Duration:
        """What nobody here took up is kept for a short term."""
        return self.file.clocks.retention_offer if self.file.let_go else super().kept_for
