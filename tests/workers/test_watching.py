"""An office watches beside its work: a person hears once of what stands still, and again when it comes back."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from temporalio import workflow
from temporalio.client import Client
from temporalio.worker import Worker

from contracts.alarms import Alarm, AlarmCode
from contracts.reference import new_reference
from runtime.bus.standing import SenderStanding, Standing, StreamStanding
from runtime.office.looks import ROOM, disk, inbox_findings
from runtime.office.watching import Finding, Look, Watch, watching
from runtime.temporal.failing_files import FAILURES, FAILURES_SETTING, failing_files
from tests.installed import eventually
from tests.workflows.servers import real_time
from workers.looks import stuck_files

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Pages:
    """A person on duty who writes down what they hear."""

    def __init__(self) -> None:
        self.heard: list[Alarm] = []

    async def page(self, alarm: Alarm) -> None:
        self.heard.append(alarm)


@workflow.defn(name="Example", sandboxed=False)
class Broken:
    """A narrative with a fault."""

    @workflow.run
    async def run(self) -> None:
        raise KeyError("a fault of ours")


@workflow.defn(name="Example", sandboxed=False)
class Repaired:
    """The same in the next version."""

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: False)


async def test_a_file_whose_workflow_fails_at_every_try_is_an_alarm_once_and_is_cleared_by_a_repair() -> None:
    pages, reference = Pages(), new_reference()
    async with real_time("--dynamic-config-value", f"{FAILURES_SETTING}={FAILURES}") as env:
        watch = Watch("almere", pages, [stuck_files(env.client)])
        async with watching(watch, 0.2):
            await _start(env.client, f"case-{reference}", "broken")
            await _start(env.client, f"case-{new_reference()}", "sound")
            async with (
                Worker(env.client, task_queue="broken", workflows=[Broken]),
                Worker(env.client, task_queue="sound", workflows=[Repaired]),
            ):

                async def alarmed() -> bool:
                    return bool(pages.heard)

                await eventually(alarmed)
                await watch.look()
                await watch.look()
            [alarm] = pages.heard
            assert (alarm.kind, alarm.reference) == (AlarmCode.FILE_STUCK, reference)
            assert alarm.words == f"case-{reference} stands still: WorkflowWorkerUnhandledFailure"
            async with Worker(env.client, task_queue="broken", workflows=[Repaired]):

                async def cleared() -> bool:
                    return not await failing_files(env.client)

                await eventually(cleared)


async def _start(client: Client, name: str, queue: str) -> None:
    await client.start_workflow("Example", id=name, task_queue=queue, task_timeout=timedelta(seconds=1))


def _look(found: Sequence[Finding], sightings: int = 1) -> Look:
    async def look() -> Sequence[Finding]:
        return list(found)

    return Look("example", look, sightings)


async def test_once_while_it_stays_and_again_when_it_comes_back() -> None:
    pages, found = Pages(), [Finding(AlarmCode.INBOX_STUCK, "urk", "it does not move")]
    watch = Watch("almere", pages, [_look(found)])
    for _ in range(3):
        await watch.look()
    assert len(pages.heard) == 1
    gone = found.pop()
    with capture_logs() as said:
        await watch.look()
    assert [line["event"] for line in said] == ["alarm_cleared"]
    found.append(gone)
    await watch.look()
    assert len(pages.heard) == 2


async def test_what_passes_before_the_next_look_is_no_alarm() -> None:
    pages, found = Pages(), [Finding(AlarmCode.FILE_STUCK, "case-k1", "it stands still")]
    watch = Watch("almere", pages, [_look(found, sightings=2)])
    await watch.look()
    gone = found.pop()
    await watch.look()
    found.append(gone)
    await watch.look()
    assert pages.heard == []
    await watch.look()
    await watch.look()
    assert len(pages.heard) == 1


async def test_a_question_that_costs_more_is_asked_less_often() -> None:
    asked: list[int] = []

    async def look() -> Sequence[Finding]:
        asked.append(1)
        return []

    watch = Watch("almere", Pages(), [Look("dear", look, every=3)])
    for _ in range(7):
        await watch.look()
    assert len(asked) == 2


async def test_what_cannot_be_looked_at_keeps_nothing_else_from_being_looked_at() -> None:
    async def away() -> Sequence[Finding]:
        raise ConnectionError("away")

    pages = Pages()
    watch = Watch("almere", pages, [Look("away", away), _look([Finding(AlarmCode.DISK_FULL, "home", "full")])])
    with capture_logs() as said:
        await watch.look()
    assert [(line["event"], line["kind"], line["error"]) for line in said] == [("watch_failed", "away", "ConnectionError")]
    assert [alarm.kind for alarm in pages.heard] == [AlarmCode.DISK_FULL]


def _standing(*senders: SenderStanding, taken: int = 0) -> Standing:
    return Standing(
        agency="signal-desk", streams=(StreamStanding(name="INBOX", messages=3, bytes=taken, most_bytes=100),), senders=senders
    )


def _sender(waited: timedelta, settled: timedelta | None, under_way: int = 0) -> SenderStanding:
    last = NOW - settled if settled is not None else None
    return SenderStanding(sender="urk", waiting=1, under_way=under_way, most_under_way=8, oldest=NOW - waited, last_settled=last)


@pytest.mark.parametrize(
    ("standing", "codes"),
    [
        (_standing(_sender(timedelta(minutes=5), None)), [AlarmCode.INBOX_STUCK]),
        (_standing(_sender(timedelta(minutes=5), timedelta(minutes=4))), [AlarmCode.INBOX_STUCK]),
        (_standing(_sender(timedelta(minutes=5), timedelta(seconds=9))), []),
        (_standing(_sender(timedelta(seconds=20), None)), []),
        (_standing(_sender(timedelta(seconds=20), None, under_way=8)), [AlarmCode.SENDER_THROTTLED]),
        (_standing(taken=79), []),
        (_standing(taken=80), [AlarmCode.STREAM_FULL]),
    ],
)
def test_an_inbox_that_does_not_move_or_is_nearly_full_is_found(standing: Standing, codes: list[AlarmCode]) -> None:
    assert [finding.code for finding in inbox_findings(standing, NOW)] == codes


async def test_a_disk_without_room_is_found(tmp_path: Path) -> None:
    assert await disk(tmp_path, lambda _: ROOM).at() == []
    [finding] = await disk(tmp_path, lambda _: ROOM - 1).at()
    assert (finding.code, finding.words) == (AlarmCode.DISK_FULL, "511 MB are left on the disk of the home directory")
    assert await disk(tmp_path).at() == []
