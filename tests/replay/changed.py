"""A workflow that was changed without care: one event more than the recordings have. Imported by the workflow sandbox."""

from temporalio import workflow

from contracts.words import Weighing
from workflows.dossier.file import DossierFile
from workflows.dossier.process import Dossier
from workflows.dossier.table import Dossier as Phase
from workflows.engine.narrative import chapter


@workflow.defn(name="Dossier")
class TalkativeDossier(Dossier):
    @workflow.init
    def __init__(self, file: DossierFile) -> None:
        super().__init__(file)

    @workflow.run
    async def run(self, file: DossierFile) -> None:
        await super().run(file)

    @chapter(Phase.ENRICHMENT)
    async def enrich(self) -> None:
        move = await self.turn()
        if move.trigger == "record_enrichment":
            self.report(Weighing.IN_PROGRESS)
