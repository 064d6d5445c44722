"""A file is asked again only when its history has grown; whether it may be read is asked each time, and written down first."""

from types import SimpleNamespace
from typing import Any

import pytest
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionResponse

from console.files import Files
from console.views_seen import LASTS, MOST, ViewsSeen
from contracts.agencies import read_directory
from contracts.views import FileView, TrackView
from tests.console.test_listing import REFERENCE

ALMERE = read_directory().get("coordinator-almere")
ZWOLLE = read_directory().get("coordinator-zwolle")
NAME = f"case-{REFERENCE}"


def described(events: int, run: str = "1", name: str = NAME) -> DescribeWorkflowExecutionResponse:
    answer = DescribeWorkflowExecutionResponse()
    answer.workflow_execution_info.execution.workflow_id = name
    answer.workflow_execution_info.execution.run_id = run
    answer.workflow_execution_info.history_length = events
    return answer


def a_view(phase: str = "triage") -> FileView:
    track = TrackView.model_construct(phase=phase, troubles=())
    return FileView.model_construct(kind="case", reference=REFERENCE, track=track, story=())


class World:
    """An installation with one file. For its files it is Temporal, the case keys and the witness, too."""

    def __init__(self) -> None:
        self.events, self.asked, self.written, self.destroyed = 10, 0, list[str](), False
        self.namespace = "almere"
        self.workflow_service = self.witness = self

    async def client(self, agency: Any) -> Any:
        return self

    async def describe_workflow_execution(self, request: Any, retry: bool) -> DescribeWorkflowExecutionResponse:
        return described(self.events, name=request.execution.workflow_id)

    def get_workflow_handle(self, name: str) -> Any:
        return SimpleNamespace(id=name, query=self.query)

    async def query(self, name: str, **_: Any) -> FileView:
        self.asked += 1
        return a_view(f"asked {self.asked}")

    def case_keys(self, slug: str) -> Any:
        return self

    async def held(self, reference: str) -> tuple[bool, bool]:
        return not self.destroyed, self.destroyed

    async def read(self, agency: Any, what: str, case: str) -> None:
        self.written.append(what)


async def phase(files: Files) -> str | None:
    found = await files.one(ALMERE, NAME)
    return found.view.track.phase if found else None


async def test_a_file_is_asked_again_when_its_history_has_grown_and_not_before() -> None:
    world, seen = World(), ViewsSeen()
    for _ in range(3):
        assert await phase(Files(world, seen=seen)) == "asked 1"  # type: ignore[arg-type]
    world.events += 1
    assert await phase(Files(world, seen=seen)) == "asked 2"  # type: ignore[arg-type]
    assert world.written == ["case"] * 4, "each look is written down"


async def test_of_what_was_erased_nothing_is_given_that_was_seen_before() -> None:
    world, seen = World(), ViewsSeen()
    await phase(Files(world, seen=seen))  # type: ignore[arg-type]
    world.destroyed = True
    assert await phase(Files(world, seen=seen)) is None  # type: ignore[arg-type]


async def test_who_cannot_be_written_down_sees_nothing_that_was_seen_before() -> None:
    world, seen = World(), ViewsSeen()
    await phase(Files(world, seen=seen))  # type: ignore[arg-type]

    async def cannot(*_: Any) -> None:
        raise ConnectionError

    world.read = cannot  # type: ignore[method-assign]
    with pytest.raises(ConnectionError):
        await phase(Files(world, seen=seen))  # type: ignore[arg-type]


async def test_the_control_whoever_remembers_nothing_asks_each_time() -> None:
    world = World()
    assert [await phase(Files(world)) for _ in range(2)] == ["asked 1", "asked 2"]  # type: ignore[arg-type]


def test_another_run_another_length_and_another_agency_are_other_views() -> None:
    seen, known = ViewsSeen(), a_view()
    seen.note(ALMERE, described(5), known)
    assert seen.find(ALMERE, described(5)) is known
    for agency, description in ((ALMERE, described(6)), (ALMERE, described(5, run="2")), (ZWOLLE, described(5))):
        assert seen.find(agency, description) is None


def test_a_view_is_given_again_for_a_while_and_not_more_are_kept_than_a_bound() -> None:
    at = [0.0]
    seen = ViewsSeen(lambda: at[0])
    for number in range(MOST + 1):
        seen.note(ALMERE, described(number), a_view())
    assert seen.find(ALMERE, described(0)) is None
    assert seen.find(ALMERE, described(1))
    at[0] = LASTS
    assert seen.find(ALMERE, described(1)) is None
