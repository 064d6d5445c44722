"""What an agency keeps of ended cases: a line, no workflow, until a term ends or somebody asks."""

import json
from collections.abc import AsyncGenerator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from structlog.testing import capture_logs
from temporalio.worker import Worker

from activities.alarm import Alarms
from activities.disclosing import Disclosing
from activities.erasing import Erasing
from activities.post import Post
from console.installation import Installation
from contracts.agencies import Agency
from contracts.alarms import Alarm
from contracts.ended import EndedFile
from contracts.event import File
from contracts.events.erasures import ErasureRequested
from contracts.reference import new_reference
from contracts.views import FileView
from contracts.words import ErasureReason
from runtime.keys.ended_files import EndedFiles
from runtime.temporal.client import plugin
from tests.installed import eventually
from tests.workers.few import few
from tests.workflows.doubles import Awaiting, Letters, Papers, Vault
from workers import keeping
from workers.capabilities import activities_of
from workers.filing import Filing
from workers.keeping import Keeper, terms_watched
from workflows.engine.record import Received
from workflows.retention.process import Retention

SLUG = "coordinator-almere"
PAST, FUTURE = (datetime(year, 3, 2, 12, tzinfo=UTC) for year in (2021, 2090))


class Pages:
    """A person on duty who writes down what they hear."""

    def __init__(self) -> None:
        self.heard: list[Alarm] = []

    async def page(self, alarm: Alarm) -> None:
        self.heard.append(alarm)


class Place:
    """An agency at which only terms of retention are kept; what its workflows ask of the world is answered by doubles."""

    def __init__(self, installation: Installation, agency: Agency, client: Any) -> None:
        self.installation, self.agency, self.client = installation, agency, client
        self.lines = installation.ended_files(SLUG)
        self.keeper = Keeper(agency, installation, client)
        self.vault, self.papers, self.pages = Vault(), Papers(), Pages()

    @property
    def activities(self) -> list[Any]:
        post = Post(self.agency, b"key", Letters(), Awaiting())
        erasing = Erasing(SLUG, self.installation.directory, self.vault.holdings)
        disclosing = Disclosing(SLUG, self.installation.directory, self.papers, self.papers.lines, self.vault)
        return activities_of(post, erasing, disclosing, Alarms(self.pages))

    async def ended(self, until: datetime, kind: File = File.CASE, case: str | None = None) -> str:
        case = case or new_reference()
        await self.keeper.begin(EndedFile(reference=case, kind=kind, system=kind, until=until))
        return case

    async def view(self, case: str) -> FileView:
        return await self.client.get_workflow_handle(f"retention-{case}").query("view", result_type=FileView)

    async def running(self) -> int:
        count = await self.client.count_workflows("ExecutionStatus = 'Running'")
        return int(count.count)

    async def asked_for_erasure(self, case: str) -> None:
        """Another agency's request, as the office hands it over."""
        filing = Filing(self.agency, self.installation, self.client, self.keeper)
        event = ErasureRequested(reason=ErasureReason.REQUEST)
        desk = self.installation.directory.get("signal-desk").party
        received = Received[ErasureRequested](id="one", sender=desk, system="hand", logged=datetime.now(UTC), event=event)
        opening: Any = filing
        await opening._open_with(Retention, File.RETENTION, f"retention-{case}", received, "one")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Place]:
    folder: Path = tmp_path_factory.mktemp("keeping")
    async with few(folder, ("signal-desk", SLUG, "comensha")) as installation:
        agency = installation.directory.get(SLUG)
        installation.prepare_case_keys(SLUG)
        there = Place(installation, agency, await installation.client(agency))
        at_work = Worker(there.client, task_queue=SLUG, workflows=[Retention], activities=there.activities, plugins=[plugin()])
        async with at_work:
            yield there


@pytest.mark.asyncio(loop_scope="module")
class TestKeeping:
    async def test_a_file_that_ended_is_a_line_and_nothing_runs_for_it(self, place: Place) -> None:
        running = await place.running()
        case = await place.ended(FUTURE)
        await place.ended(FUTURE + timedelta(days=1), case=case)
        [line] = await place.lines.of(case)
        assert (line.kind, line.until) == (File.CASE, FUTURE), "what was written first stays"
        assert await place.keeper.ask_about_what_is_due() == 0
        assert await place.running() == running
        held, _ = await place.installation.case_keys(SLUG).held(f"r{case[1:]}")
        assert not held, "looking whether somebody asked makes no key"

    async def test_when_the_last_term_of_a_case_has_ended_a_person_is_asked_once(self, place: Place) -> None:
        case = await place.ended(PAST)
        waits = await place.ended(PAST)
        await place.ended(FUTURE, File.PLACEMENT, waits)
        assert await place.keeper.ask_about_what_is_due() == 1
        assert await place.keeper.ask_about_what_is_due() == 0

        async def due() -> bool:
            return (await place.view(case)).track.phase == "due"

        await eventually(due)
        assert "ask_erasure" in {choice.command for choice in (await place.view(case)).choices}
        assert [line.kind for line in await place.lines.of(waits)] == [File.CASE, File.PLACEMENT]

    async def test_who_asks_before_finds_the_term_that_the_lines_give(self, place: Place) -> None:
        case = await place.ended(FUTURE)
        await place.ended(PAST, File.PLACEMENT, case)
        await place.keeper.ask(case)
        await place.keeper.ask(case)
        view = await place.view(case)
        assert (view.track.phase, view.track.until) == ("kept", FUTURE)
        history = await place.client.get_workflow_handle(f"retention-{case}").fetch_history()
        shown = history.events[0].workflow_execution_started_event_attributes.search_attributes.indexed_fields
        assert json.loads(shown["KetenCase"].data) == case, "it is listed before its first task has run"

    async def test_a_request_of_another_agency_finds_it_too(self, place: Place) -> None:
        case = await place.ended(FUTURE)
        await place.asked_for_erasure(case)

        async def asked() -> bool:
            return (await place.view(case)).track.phase == "asked"

        await eventually(asked)
        handle = place.client.get_workflow_handle(f"retention-{case}")
        await handle.execute_update("refuse_erasure", {"reason": "legal_duty"})
        view = await place.view(case)
        assert (view.track.phase, view.track.until) == ("kept", FUTURE), "a request that is refused lengthens no term"

    async def test_a_request_that_waits_for_the_end_hears_of_it(self, place: Place) -> None:
        case = new_reference()
        place.vault.open_files = (f"case-{case}",)
        await place.asked_for_erasure(case)

        async def in_use() -> bool:
            return (await place.view(case)).track.phase == "in_use"

        await eventually(in_use)
        place.vault.open_files = ()
        await place.ended(FUTURE, case=case)
        assert (await place.view(case)).track.phase == "asked"

    async def test_a_search_that_still_shows_what_has_ended_holds_nothing_up(self, place: Place) -> None:
        case = await place.ended(FUTURE)
        place.vault.open_files = (f"case-{case}",)
        place.vault.ended = list(await place.lines.of(case))
        await place.asked_for_erasure(case)

        async def asked() -> bool:
            return (await place.view(case)).track.phase == "asked"

        await eventually(asked)
        place.vault.open_files, place.vault.ended = (), []

    async def test_nothing_that_ended_is_nothing_to_ask_about(self, place: Place) -> None:
        with pytest.raises(LookupError, match=r"nothing of .* that has ended is kept at coordinator-almere"):
            await place.keeper.ask(new_reference())

    async def test_what_was_erased_is_not_kept_any_more(self, place: Place) -> None:
        case = await place.ended(PAST)
        await place.lines.forget(case)
        assert await place.lines.of(case) == ()
        assert await place.keeper.ask_about_what_is_due() == 0


class Refusing(Keeper):
    """A keeper whose database is away at the first look."""

    looks = 0

    async def ask_about_what_is_due(self) -> int:
        self.looks += 1
        if self.looks == 1:
            raise OSError
        return await super().ask_about_what_is_due()


class Failing(Keeper):
    """A keeper to whom some cases are a riddle."""

    riddles: Sequence[str] = ()

    async def ask(self, case: str) -> None:
        if case in self.riddles:
            raise RuntimeError
        await super().ask(case)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("at_once", [100, 1], ids=["in one look", "though as many fail as fit into a look"])
async def test_cases_that_cannot_be_asked_about_hold_up_no_other(
    place: Place, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "AT_ONCE", at_once)
    keeper = Failing(place.agency, place.installation, place.client)
    keeper.riddles = [await place.ended(PAST - timedelta(days=days)) for days in (9, 8)]
    other = await place.ended(PAST)
    with capture_logs() as said:
        assert await keeper.ask_about_what_is_due() == 1
    assert [line["reference"] for line in said if line["event"] == "term_not_asked_about"] == keeper.riddles
    assert (await place.view(other)).track.phase in {"kept", "due"}
    for riddle in keeper.riddles:
        await place.lines.forget(riddle)


@pytest.mark.asyncio(loop_scope="module")
async def test_an_office_looks_again_and_again_and_goes_on_after_a_fault(place: Place) -> None:
    case = await place.ended(PAST)
    keeper = Refusing(place.agency, place.installation, place.client)
    with capture_logs() as said:
        async with terms_watched(place.agency, keeper, 0.01):

            async def opened() -> bool:
                return any(line["event"] == "terms_ended" for line in said)

            await eventually(opened)
    assert [line["event"] for line in said if line["event"].startswith("terms")][:2] == ["terms_not_looked_at", "terms_ended"]
    assert (await place.view(case)).track.phase in {"kept", "due"}


async def test_as_many_as_fit_at_one_look_the_oldest_first(tmp_path: Path) -> None:
    async with few(tmp_path, ("signal-desk", SLUG, "comensha")) as installation:
        installation.prepare_case_keys(SLUG)
        lines = EndedFiles(installation.settings.case_keys(SLUG))
        cases = [new_reference() for _ in range(3)]
        for number, case in enumerate(reversed(cases)):
            await lines.add(EndedFile(reference=case, kind=File.CASE, system="case", until=PAST - timedelta(days=number)))
        assert await lines.due(PAST, 2) == (cases[0], cases[1])
        assert await lines.due(PAST - timedelta(days=1), 9) == (cases[0], cases[1])
        await lines.opened(cases[0])
        assert await lines.due(PAST, 9) == (cases[1], cases[2])
