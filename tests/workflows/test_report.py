"""At the reporter: what is heard back."""

from dataclasses import replace
from datetime import timedelta

from contracts.commands import AcknowledgeAlarms, CloseReport
from contracts.events.registrations import ReportRegistered
from contracts.events.signals import SignalReceived, SignalStatusChanged
from contracts.words import SignalStatus
from tests.workflows.conftest import Staged
from tests.workflows.samples import EVENTS
from tests.workflows.ways import ALMERE, COMENSHA, DESK, FOLLOWING, walk
from workflows.report.process import Report


async def test_the_status_is_followed_to_the_end(stage: Staged) -> None:
    report = await walk(stage, FOLLOWING)
    for status in (SignalStatus.WITH_COORDINATOR, SignalStatus.ACCEPTED, SignalStatus.WITH_AID):
        await report.hear(SignalStatusChanged(status=status), DESK)
        assert await report.phase() == "following"
    told = [line.facts["status"] for line in (await report.view()).story if "status" in line.facts]
    assert told == ["with_desk", "with_coordinator", "accepted", "with_aid"]
    await report.hear(SignalStatusChanged(status=SignalStatus.CLOSED), DESK)
    await report.handle.result()


async def test_only_the_desk_tells_the_status(stage: Staged) -> None:
    report = await walk(stage, FOLLOWING)
    assert await report.code(SignalStatusChanged(status=SignalStatus.CLOSED), ALMERE) == "case_unknown"


async def test_a_long_silence_reminds_the_reporter_again_and_again(stage: Staged) -> None:
    report = await walk(stage, FOLLOWING)
    await report.skip(timedelta(days=400))
    assert ["ask the desk" in alarm.words for alarm in report.pages.alarms] == [True, True]
    assert len((await report.view()).alarms) == 1
    await report.decide(AcknowledgeAlarms())
    assert (await report.view()).alarms == ()


async def test_every_word_from_the_desk_begins_the_term_anew(stage: Staged) -> None:
    report = await walk(stage, FOLLOWING)
    await report.skip(timedelta(days=150))
    await report.hear(SignalStatusChanged(status=SignalStatus.ACCEPTED), DESK)
    await report.skip(timedelta(days=150))
    assert report.pages.alarms == []


async def test_a_report_by_law_is_followed_too(stage: Staged) -> None:
    report = await walk(stage, replace(FOLLOWING, opening=(ReportRegistered(), COMENSHA)))
    assert await report.phase() == "following"
    await report.hear(SignalReceived(status=SignalStatus.WITH_DESK), DESK)
    await report.hear(SignalStatusChanged(status=SignalStatus.CLOSED), DESK)
    await report.handle.result()


async def test_the_reporter_can_stop_following(stage: Staged) -> None:
    report = await walk(stage, FOLLOWING)
    await report.decide(CloseReport())
    await report.handle.result()
    assert await report.phase() == "closed"


async def test_where_the_first_event_was_refused_there_is_nothing_to_follow(stage: Staged) -> None:
    report = await stage("police-midden-nederland", Report)
    await report.open(EVENTS["DeliveryRefused"], DESK)
    await report.handle.result()
    assert [line.what for line in (await report.view()).story] == ["delivery_refused", "kept", "alarms_left_open"]


async def test_a_later_refusal_is_an_alarm(stage: Staged) -> None:
    report = await walk(stage, FOLLOWING)
    await report.hear(EVENTS["DeliveryRefused"], COMENSHA)
    assert (await report.view()).alarms == ("nl.keten.cases.accepted.v1 was refused by comensha: case_unknown",)
    assert await report.phase() == "following"


async def test_where_the_first_event_was_lost_with_a_server_the_second_is_told_that_there_is_no_file_yet(stage: Staged) -> None:
    """The office has it come again; the first comes again before its patience ends."""
    report = await stage("police-midden-nederland", Report)
    await report.start()
    changed = SignalStatusChanged(status=SignalStatus.WITH_COORDINATOR)
    assert await report.code(changed, DESK, sequence=2) == "case_unknown"
    await report.hear(SignalReceived(status=SignalStatus.WITH_DESK), DESK, sequence=1)
    assert await report.hear(changed, DESK, sequence=2) == "following"
