"""A case that does not mind whether consent still holds. In a module of its own, because the workflow sandbox imports it."""

from temporalio import workflow

from contracts.words import ConsentTo, Ground
from workflows.case.case import Case
from workflows.case.file import CaseFile


@workflow.defn(name="Case")
class CarelessCase(Case):
    """It asks for the ground as long as nothing was offered, and never again."""

    @workflow.init
    def __init__(self, file: CaseFile) -> None:
        super().__init__(file)

    @workflow.run
    async def run(self, file: CaseFile) -> None:
        await super().run(file)

    def holds(self, ground: Ground, consent: ConsentTo | None) -> bool:
        return bool(self.file.referrals) or super().holds(ground, consent)
