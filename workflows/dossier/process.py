"""At the RIEC: enrich, weigh, plan, close, and report back within the term."""

from temporalio import workflow

from contracts.agencies import Party
from contracts.commands import CloseDossier, RecordEnrichment, RecordPlan, RecordWeighing
from contracts.event import File
from contracts.events.dossiers import DossierBrought, DossierReportedBack
from contracts.views import ContentPart
from contracts.words import Weighing
from workflows.dossier.file import DossierFile, FeedbackFile
from workflows.dossier.table import DOSSIER, FEEDBACK
from workflows.dossier.table import Dossier as Phase
from workflows.engine.admission import command, hears
from workflows.engine.content import told
from workflows.engine.narrative import chapter
from workflows.engine.process import Process
from workflows.engine.record import Received
from workflows.engine.table import CLOSED, OPENING
from workflows.engine.track import Track


class Feedback(Track):
    """The RIEC owes an answer to whoever brought the signal; "still at work" is an answer too."""

    table = FEEDBACK

    def __init__(self, dossier: "Dossier", home: FeedbackFile) -> None:
        self.dossier = dossier
        super().__init__(dossier, home)

    def rang(self) -> None:
        """The term ended before the weighing did: say so."""
        self.dossier.report(Weighing.IN_PROGRESS)
        super().rang()


@workflow.defn
class Dossier(Process[DossierFile]):
    """One observation at the RIEC. The victim's identity is not in it."""

    table = DOSSIER
    system = File.DOSSIER
    file_type = DossierFile
    apart = True

    @workflow.init
    def __init__(self, file: DossierFile) -> None:
        super().__init__(file)

    @workflow.run
    async def run(self, file: DossierFile) -> None:  # noqa: ARG002 - the file was taken up in __init__
        """Enrich, weigh, plan, intervene, close."""
        await self.receive()
        await self.enrich()
        await self.weigh()
        await self.plan()
        await self.intervene()
        await self.leave()

    @chapter(OPENING)
    async def receive(self) -> None:
        """A municipality brings an observation."""
        await self.turn()

    @chapter(Phase.ENRICHMENT)
    async def enrich(self) -> None:
        """What do the partners know besides?"""
        await self.turn()

    @chapter(Phase.WEIGHING)
    async def weigh(self) -> None:
        """Is this for us? The municipality hears the answer."""
        move = await self.turn()
        if move.trigger == "record_weighing" and self.file.weighing is not None:
            self.report(self.file.weighing)
            if self.feedback is not None:
                self.feedback.move("report_back")

    @chapter(Phase.PLAN)
    async def plan(self) -> None:
        """Who intervenes, under its own powers?"""
        await self.turn()

    @chapter(Phase.INTERVENTIONS)
    async def intervene(self) -> None:
        """Until the interventions ended; the municipality hears that too."""
        move = await self.turn()
        if move.to == CLOSED:
            self.report(Weighing.CLOSED)

    @hears(anyone=True)
    def dossier_brought(self, received: Received[DossierBrought]) -> None:
        """A municipality brings an observation."""
        self.file.municipality = received.sender
        self.file.observation = received.event.observation
        self.file.feedback = FeedbackFile()
        Feedback(self, self.file.feedback)
        self.move("DossierBrought")

    @command()
    def record_enrichment(self, order: RecordEnrichment) -> None:
        """Record what partners know besides."""
        self.file.enrichment = order.findings
        self.move("record_enrichment")

    @command()
    def record_weighing(self, order: RecordWeighing) -> None:
        """Record what was decided; the municipality hears it."""
        self.file.weighing = order.weighing
        self.move("record_weighing", Phase.PLAN if order.weighing is Weighing.CASE else CLOSED)

    @command()
    def record_plan(self, order: RecordPlan) -> None:
        """Record which partners intervene."""
        self.file.plan = order.interventions
        self.move("record_plan")

    @command()
    def close_dossier(self, _: CloseDossier) -> None:
        """The interventions ended."""
        self.move("close_dossier")

    def parts(self) -> list[ContentPart]:
        """The observation, what partners know besides, and what they plan."""
        brought = {"observation": self.file.observation} if self.file.observation else None
        found = {"findings": self.file.enrichment} if self.file.enrichment else None
        plan = {"interventions": self.file.plan} if self.file.plan else None
        return [
            *told(self.file, "dossier_brought", self.file.municipality, brought),
            *told(self.file, "record_enrichment", self.file.me, found),
            *told(self.file, "record_plan", self.file.me, plan),
        ]

    def report(self, weighing: Weighing) -> None:
        """Report back to whoever brought it."""
        self.tell(self.file.municipality, DossierReportedBack(weighing=weighing))

    @property
    def feedback(self) -> Feedback | None:
        """The answer that is still owed."""
        found = Feedback(self, self.file.feedback) if self.file.feedback else None
        return found if found and found.state else None

    @property
    def tracks(self) -> list[Track]:
        """The answer that is still owed runs beside the dossier, on a clock of its own."""
        return [self.feedback] if self.feedback else []

    @property
    def them(self) -> Party | None:
        """Whoever brought it."""
        return self.file.municipality
