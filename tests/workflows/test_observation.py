"""At the coordinator: an observation apart from the case that it was noted in."""

from datetime import timedelta

from contracts.commands import CloseObservation
from contracts.event import Event
from contracts.events.dossiers import (
    Observation,
    PrivacyCheckAnsweredV2,
    PrivacyCheckDecidedV2,
    PrivacyCheckRequestedV2,
)
from contracts.events.observations import ObservationAnswered, ObservationNoted
from contracts.words import NotBrought, ObservationStands, Weighing
from tests.workflows.conftest import Staged
from tests.workflows.stage import Stage
from tests.workflows.ways import ALMERE, LELYSTAD, NOTED, OBSERVATION, RIEC, walk
from workflows.observation.process import NO_OFFICER
from workflows.observation.process import Observation as Observing

NOT = PrivacyCheckDecidedV2(brought=False, reason=NotBrought.NOT_PROPORTIONATE)
BROUGHT = NOTED.then((PrivacyCheckDecidedV2(brought=True), LELYSTAD))


def answers(observation: Stage) -> list[Event]:
    """What the case hears, in order."""
    return [message.event() for message in observation.letters.to_itself]


async def test_the_officer_of_the_place_is_asked_under_the_reference_of_the_observation(stage: Staged) -> None:
    observation = await walk(stage, NOTED)
    assert await observation.sent(PrivacyCheckRequestedV2) == [(LELYSTAD, PrivacyCheckRequestedV2(observation=OBSERVATION))]
    assert {message.caseref for _, message in observation.letters.all} == {observation.reference}
    view = await observation.view()
    assert (view.track.phase, view.track.turn) == ("asked", LELYSTAD)


async def test_what_is_not_brought_ends_and_the_case_hears_it(stage: Staged) -> None:
    observation = await walk(stage, NOTED)
    await observation.hear(NOT, LELYSTAD)
    await observation.handle.result()
    assert answers(observation) == [ObservationAnswered(stands=ObservationStands.NOT_BROUGHT)]


async def test_feedback_goes_on_to_the_case_until_the_riec_is_done(stage: Staged) -> None:
    observation = await walk(stage, BROUGHT)
    for weighing in (Weighing.IN_PROGRESS, Weighing.CASE, Weighing.CLOSED):
        assert await observation.phase() == "brought"
        await observation.hear(PrivacyCheckAnsweredV2(weighing=weighing), LELYSTAD)
    await observation.handle.result()
    stands = ObservationStands.BROUGHT
    assert answers(observation) == [
        ObservationAnswered(stands=stands),
        ObservationAnswered(stands=stands, weighing=Weighing.IN_PROGRESS),
        ObservationAnswered(stands=stands, weighing=Weighing.CASE),
        ObservationAnswered(stands=ObservationStands.ANSWERED, weighing=Weighing.CLOSED),
    ]


async def test_who_stops_waiting_tells_the_case_that_nothing_more_comes(stage: Staged) -> None:
    for way in (NOTED, BROUGHT):
        observation = await walk(stage, way)
        await observation.decide(CloseObservation())
        await observation.handle.result()
        assert answers(observation)[-1] == ObservationAnswered(stands=ObservationStands.UNANSWERED)


async def test_only_the_municipality_that_was_asked_answers(stage: Staged) -> None:
    observation = await walk(stage, NOTED)
    assert await observation.code(NOT, RIEC) == "case_unknown"
    assert await observation.code(NOT, ALMERE) == "not_a_party"
    assert await observation.phase() == "asked"


async def test_silence_is_reminded_of_and_ends_nothing(stage: Staged) -> None:
    observation = await walk(stage, NOTED)
    await observation.skip(timedelta(days=60))
    view = await observation.view()
    assert (view.track.phase, view.track.reminders > 3) == ("asked", True)


async def test_where_no_municipality_takes_part_a_person_is_told_and_can_close_it(stage: Staged) -> None:
    observation = await stage(ALMERE, Observing)
    elsewhere = Observation(municipality="GM0193", phenomenon="an example phenomenon in Zwolle")
    await observation.open(ObservationNoted(observation=elsewhere), ALMERE)
    assert [alarm.words for alarm in observation.pages.alarms] == [NO_OFFICER]
    assert observation.letters.all == []
    await observation.decide(CloseObservation())
    await observation.handle.result()
