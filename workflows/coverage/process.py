"""At the province: a gap in coverage is seen and taken up with the region, without any case."""

from temporalio import workflow

from contracts.agencies import Party
from contracts.commands import AcknowledgeGap
from contracts.event import File
from contracts.events.coverage import CoverageGapObserved
from workflows.coverage.file import CoverageFile
from workflows.coverage.table import COVERAGE, Coverage
from workflows.engine.admission import command, hears
from workflows.engine.narrative import chapter
from workflows.engine.process import Process
from workflows.engine.record import Received
from workflows.engine.table import OPENING


@workflow.defn
class CoverageGap(Process[CoverageFile]):
    """A region had nobody for a signal."""

    table = COVERAGE
    system = File.COVERAGE
    file_type = CoverageFile

    @workflow.init
    def __init__(self, file: CoverageFile) -> None:
        super().__init__(file)

    @workflow.run
    async def run(self, file: CoverageFile) -> None:  # noqa: ARG002 - the file was taken up in __init__
        """Hear of it; press the region."""
        await self.receive()
        await self.press()
        await self.leave()

    @chapter(OPENING)
    async def receive(self) -> None:
        """The desk found a hole in the net."""
        await self.turn()

    @chapter(Coverage.OBSERVED)
    async def press(self) -> None:
        """The province takes it up, or its term ends; counted it is either way."""
        await self.turn()

    @hears(anyone=True)
    def coverage_gap_observed(self, received: Received[CoverageGapObserved]) -> None:
        """A region had nobody for a signal."""
        self.file.gap = received.event
        self.file.region = received.event.care_region
        self.move("CoverageGapObserved")

    @command()
    def acknowledge_gap(self, _: AcknowledgeGap) -> None:
        """Take the gap up with the region."""
        self.move("acknowledge_gap")

    @property
    def them(self) -> Party | None:
        """Nobody: the province answers to itself."""
        return None
