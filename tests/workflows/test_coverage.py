"""At the province: a gap in coverage, without any case."""

from datetime import timedelta

from contracts.commands import AcknowledgeGap
from contracts.events.coverage import CoverageGapObserved
from contracts.words import CoverageGapKind
from tests.workflows.conftest import Staged
from tests.workflows.ways import DESK, PROVINCE, walk
from tests.workflows.ways import GAP as WAY
from workflows.coverage.process import CoverageGap

GAP = CoverageGapObserved(gap=CoverageGapKind.SILENT_COORDINATOR, care_region="Almere")


async def test_the_province_takes_a_gap_up_with_the_region(stage: Staged) -> None:
    gap = await stage(PROVINCE, CoverageGap)
    await gap.open(GAP, DESK)
    view = await gap.view()
    assert (view.region, view.track.phase, view.track.turn) == ("Almere", "observed", PROVINCE)
    await gap.decide(AcknowledgeGap())
    await gap.handle.result()
    assert gap.letters.all == []


async def test_a_gap_that_nobody_takes_up_closes_and_stays_in_the_story(stage: Staged) -> None:
    gap = await walk(stage, WAY)
    await gap.skip(timedelta(days=30))
    await gap.handle.result()
    assert [line.what for line in (await gap.view()).story] == [
        "coverage_gap_observed",
        "CoverageGap.observed.clock",
        "kept",
    ]
