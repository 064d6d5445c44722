"""At child protection: a child's safety is assessed within the term of the law, and somebody guards the child."""

from temporalio import workflow

from contracts.agencies import Party
from contracts.clocks import Duration
from contracts.commands import AssessChild, DeclineChild, EndGuarding, NameGuardian
from contracts.event import File
from contracts.events.children import (
    ChildAssessed,
    ChildDeclined,
    ChildRecalled,
    ChildReported,
    GuardianNamed,
    GuardingEnded,
)
from contracts.views import ContentPart
from contracts.words import ChildAssessment, Urgency
from workflows.engine.admission import command, hears
from workflows.engine.content import told
from workflows.engine.narrative import chapter
from workflows.engine.process import Process
from workflows.engine.record import Received
from workflows.engine.table import CLOSED, OPENING
from workflows.guarding.file import GuardingFile
from workflows.guarding.table import GUARDING, RECALLED, URGENT
from workflows.guarding.table import Guarding as Phase

AFTER = {
    ChildAssessment.GUARDED: Phase.GUARDING,
    ChildAssessment.EXAMINED: Phase.EXAMINING,
    ChildAssessment.NO_NEED: CLOSED,
}


def _examined_already(self: "Guarding", order: AssessChild) -> str | None:
    again = self.phase == Phase.EXAMINING and order.assessment is ChildAssessment.EXAMINED
    return "this child is being examined already: say whether somebody guards it, or that there is no need" if again else None


@workflow.defn
class Guarding(Process[GuardingFile]):
    """One child at one agency of child protection."""

    table = GUARDING
    system = File.GUARDING
    file_type = GuardingFile
    apart = True

    @workflow.init
    def __init__(self, file: GuardingFile) -> None:
        super().__init__(file)

    @workflow.run
    async def run(self, file: GuardingFile) -> None:  # noqa: ARG002 - the file was taken up in __init__
        """Assess; examine where that is needed; guard."""
        await self.receive()
        await self.assess()
        await self.examine()
        await self.guard()
        await self.leave()

    @chapter(OPENING)
    async def receive(self) -> None:
        """A coordinator reports a child."""
        await self.turn()

    @chapter(Phase.ASKED)
    async def assess(self) -> None:
        """Look whether the child is safe; in a crisis at once."""
        move = await self.turn()
        self._tell_assessed(move.trigger)
        if move.trigger == "decline_child" and self.file.declined is not None:
            self.tell(self.them, ChildDeclined(report=self.file.number, reason=self.file.declined))

    @chapter(Phase.EXAMINING)
    async def examine(self) -> None:
        """Find out what the child needs."""
        move = await self.turn()
        self._tell_assessed(move.trigger)
        self._tell_guardian(move.trigger)

    @chapter(Phase.GUARDING)
    async def guard(self) -> None:
        """Somebody guards the child, until it is 18 or somebody else does."""
        move = await self.turn()
        self._tell_guardian(move.trigger)
        if move.trigger == "end_guarding" and self.file.outcome is not None:
            self.tell(self.them, GuardingEnded(report=self.file.number, outcome=self.file.outcome))

    @hears(anyone=True)
    def child_reported(self, received: Received[ChildReported]) -> None:
        """A child may need protection; in a crisis the worker on duty is paged at once."""
        event = received.event
        self.file.coordinator, self.file.reported = received.sender, event
        self.file.number, self.file.urgency = event.report, event.urgency
        self.move("ChildReported")
        if self.in_crisis:
            self.alarm(URGENT)

    @hears()
    def child_recalled(self, _: Received[ChildRecalled]) -> None:
        """The coordinator's report stands no more; whether the child needs protection still, a person here decides."""
        self.alarm(RECALLED, told_by_others=True)
        self.move("ChildRecalled")

    @command(check=_examined_already)
    def assess_child(self, order: AssessChild) -> None:
        """Record whether somebody guards the child, whether it is examined, or that there is no need."""
        self.file.assessment = order.assessment
        self.move("assess_child", AFTER[order.assessment])

    @command()
    def decline_child(self, order: DeclineChild) -> None:
        """Do not take the report; the coordinator turns to another agency at once, and nothing of the child stays here."""
        self.file.declined = order.reason
        self.file.forget()
        self.move("decline_child")

    @command()
    def name_guardian(self, order: NameGuardian) -> None:
        """Say who may consent for the child, and how they can be reached."""
        self.file.guardian = order.guardian
        self.move("name_guardian")

    @command()
    def end_guarding(self, order: EndGuarding) -> None:
        """Guard no longer; the coordinator hears why."""
        self.file.outcome = order.outcome
        self.move("end_guarding")

    def parts(self) -> list[ContentPart]:
        """Who the child is and why it was reported, and the guardian; nothing of a child that was declined."""
        file = self.file
        named = NameGuardian(guardian=file.guardian) if file.guardian else None
        return [*told(file, "child_reported", file.coordinator, file.reported), *told(file, "name_guardian", file.me, named)]

    @property
    def them(self) -> Party | None:
        """The coordinator."""
        return self.file.coordinator

    @property
    def responsible(self) -> Party:
        """The coordinator: a guardian represents the child, and does not coordinate its help."""
        return self.file.coordinator or self.file.me

    @property
    def in_crisis(self) -> bool:
        """Where the report says so, until it is assessed."""
        return self.file.urgency is Urgency.CRISIS and self.phase in {OPENING, Phase.ASKED}

    @property
    def kept_for(self) -> Duration:
        """What was declined is kept for a short term."""
        return self.file.clocks.retention_offer if self.file.let_go else super().kept_for

    def _tell_assessed(self, trigger: str) -> None:
        if trigger == "assess_child" and self.file.assessment is not None:
            self.tell(self.them, ChildAssessed(report=self.file.number, assessment=self.file.assessment))

    def _tell_guardian(self, trigger: str) -> None:
        if trigger == "name_guardian" and self.file.guardian is not None:
            self.tell(self.them, GuardianNamed(report=self.file.number, guardian=self.file.guardian))
