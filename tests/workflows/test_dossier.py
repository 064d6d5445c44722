"""At the RIEC: enrich, weigh, plan, close, and report back within the term."""

from datetime import timedelta

import pytest

from contracts.commands import CloseDossier, RecordEnrichment, RecordPlan, RecordWeighing
from contracts.events.dossiers import DossierReportedBack
from contracts.words import Weighing
from tests.workflows.conftest import Staged
from tests.workflows.stage import Stage
from tests.workflows.tables_found import possible_now
from tests.workflows.ways import DOSSIER, LELYSTAD, PLAN, WEIGHING, walk


async def reported(dossier: Stage) -> list[tuple[str, Weighing]]:
    return [(to, back.weighing) for to, back in await dossier.sent(DossierReportedBack)]


async def test_from_an_observation_to_interventions(stage: Staged) -> None:
    dossier = await walk(stage, PLAN)
    assert await dossier.phase() == "plan"
    await dossier.decide(RecordPlan(interventions="an example plan"))
    assert possible_now("Dossier", "interventions") in await dossier.refused(RecordPlan(interventions="an example plan"))
    await dossier.decide(CloseDossier())
    await dossier.handle.result()
    assert await reported(dossier) == [(LELYSTAD, Weighing.CASE), (LELYSTAD, Weighing.CLOSED)]


@pytest.mark.parametrize("weighing", [Weighing.REJECTED, Weighing.PARTNER_ONLY])
async def test_what_is_not_for_the_riec_ends_and_is_reported_back(stage: Staged, weighing: Weighing) -> None:
    dossier = await walk(stage, WEIGHING)
    await dossier.decide(RecordWeighing(weighing=weighing))
    await dossier.handle.result()
    assert await reported(dossier) == [(LELYSTAD, weighing)]


async def test_when_the_feedback_term_ends_the_municipality_hears_that_work_goes_on(stage: Staged) -> None:
    dossier = await walk(stage, DOSSIER)
    [feedback] = (await dossier.view()).tracks
    assert feedback.until is not None
    await dossier.skip_until(feedback.until + timedelta(minutes=1))
    assert await reported(dossier) == [(LELYSTAD, Weighing.IN_PROGRESS)]
    assert (await dossier.view()).tracks == ()
    await dossier.skip(timedelta(days=60))
    assert await reported(dossier) == [(LELYSTAD, Weighing.IN_PROGRESS)]
    await dossier.decide(RecordEnrichment(findings="an example finding"))
    await dossier.decide(RecordWeighing(weighing=Weighing.REJECTED))
    await dossier.handle.result()
    assert await reported(dossier) == [(LELYSTAD, Weighing.IN_PROGRESS), (LELYSTAD, Weighing.REJECTED)]


async def test_a_weighing_within_the_term_is_the_feedback(stage: Staged) -> None:
    dossier = await walk(stage, PLAN)
    assert (await dossier.view()).tracks == ()
    await dossier.skip(timedelta(days=90))
    assert await reported(dossier) == [(LELYSTAD, Weighing.CASE)]


async def test_a_dossier_is_weighed_after_it_was_enriched(stage: Staged) -> None:
    dossier = await walk(stage, DOSSIER)
    words = await dossier.refused(RecordWeighing(weighing=Weighing.CASE))
    instead = possible_now("Dossier", "enrichment")
    assert words == f"not_possible_now: record_weighing is not possible while dossier is enrichment; {instead}"


async def test_what_was_found_does_not_show(stage: Staged) -> None:
    dossier = await walk(stage, PLAN)
    shown = (await dossier.view()).model_dump_json()
    assert "an example finding" not in shown
    assert "an example phenomenon" not in shown
