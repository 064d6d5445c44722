"""How often Keten waits for the disk at each step. No time is measured: each commit and each flushed file is counted."""

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.api.common.v1 import Payload
from temporalio.converter import WorkflowSerializationContext
from temporalio.service import RPCError
from temporalio.testing import ActivityEnvironment

from activities.post import Batch, Post
from contracts.agencies import Directory
from contracts.ended import EndedFile
from contracts.event import File
from contracts.events.signals import SignalReported
from contracts.reference import new_reference
from contracts.views import FileView
from runtime.audit.head import HeadFile
from runtime.audit.log import AuditLog
from runtime.audit.store import AuditStore
from runtime.database import open_database
from runtime.keys.case_keys import CaseKeys
from runtime.keys.files import Keys
from runtime.keys.wrapping import KeyFiles
from runtime.migrations import Tables, upgrade
from runtime.processing.deliveries import SqlDeliveries
from runtime.processing.log import SqlProcessingLog
from runtime.temporal.codec import CaseCodec
from tests.flushes import counted
from tests.installed import Here, eventually
from tests.runtime.audit_logs import act
from tests.runtime.lines import a_line, exchange
from tests.workers.few import few
from tests.workflows.doubles import Letters
from tests.workflows.test_admission import letter
from workers.keeping import Keeper
from workers.kinds import office

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads in /proc which file was flushed")
POLICE, DESK, COORDINATOR, REGISTRY = "police-midden-nederland", "signal-desk", "coordinator-almere", "comensha"
SIGNAL = {"signal": {"municipality": "GM0995", "account": "an example"}}

FLUSHES = {
    "a post": {"processing-log": 1},
    "a post that one of two agencies gets": {"processing-log": 2},
    "letters that had waited": {"processing-log": 2},
    "a question and its answer": {"processing-log": 1},
    "the keys of a case": {"case-keys": 1},
    "an entry": {"audit": 1},
    "a report, until it is offered": {"case-keys": 3, "processing-log": 5},
    "an end": {"case-keys": 1},
    "a decision, until all heard it": {"audit": 1, "processing-log": 5},
}
"""How often each store waits for the disk at a step."""


def assert_flushes(step: str, found: Counter[str]) -> None:
    """That a step waits for the disk as often as is written down."""
    remedy = f"if it must be so, write that into FLUSHES in {Path(__file__).name}, and into the changelog why"
    assert dict(found) == FLUSHES[step], f"{step} was {FLUSHES[step]} and is {dict(found)}: {remedy}"


class Room:
    """The post room of a coordinator, on a bus in memory and a log on disk."""

    def __init__(self, home: Path, directory: Directory) -> None:
        url = f"sqlite:///{home}/processing-log/some.db"
        upgrade(url, Tables.PROCESSING_LOG)
        self.bus, self.log = Letters(), SqlProcessingLog(url)
        self.kept = SqlDeliveries(self.log)
        self.post = Post(directory.get(COORDINATOR), b"key", self.bus, self.kept)


@pytest.fixture
def room(tmp_path: Path, directory: Directory) -> Room:
    return Room(tmp_path, directory)


async def test_a_post(tmp_path: Path, room: Room) -> None:
    batch = Batch(letters=(letter(1), letter(2), letter(3, "comensha")))
    with counted(tmp_path) as found:
        assert (await ActivityEnvironment().run(room.post.post, batch)).steps == (1, 2, 3)
    assert_flushes("a post", found)


async def test_a_post_that_one_of_two_agencies_gets_and_what_waited_afterwards(tmp_path: Path, room: Room) -> None:
    batch = Batch(letters=(letter(1), letter(2, "comensha"), letter(3, "comensha")))
    room.bus.silent = {"comensha"}
    with counted(tmp_path) as found:
        assert (await ActivityEnvironment().run(room.post.post, batch)).steps == (1,)
    assert_flushes("a post that one of two agencies gets", found)
    room.bus.silent = set()
    with counted(tmp_path) as found:
        await ActivityEnvironment().run(room.post.keep_posting, Batch(letters=(*batch.letters[1:], letter(4, "comensha"))))
    assert_flushes("letters that had waited", found)


async def test_a_question_and_its_answer(tmp_path: Path, room: Room) -> None:
    now = datetime.now(UTC)
    await room.kept.expect([exchange(f"{number:032x}", other=DESK) for number in range(3)], now)
    with counted(tmp_path) as found:
        [ids] = (await room.kept.due(500, now)).values()
        room.kept.listed(DESK, ids, now)
        room.kept.confirmed(DESK, ids)
        assert await room.kept.due(500, now) == {}
    assert_flushes("a question and its answer", found)


async def test_the_keys_of_a_case(tmp_path: Path, directory: Directory) -> None:
    files, url = Keys(tmp_path / "keys"), f"sqlite:///{tmp_path}/case-keys/some.db"
    files.create(directory)
    upgrade(url, Tables.CASE_KEYS)
    codec, case = CaseCodec(CaseKeys(url, KeyFiles(files, "almere"))), new_reference()
    with counted(tmp_path) as found:
        for system in ("case", "report"):
            place = WorkflowSerializationContext(namespace="almere", workflow_id=f"{system}-{case}")
            await codec.with_context(place).encode([Payload()])
    assert_flushes("the keys of a case", found)


@pytest.mark.asyncio(loop_scope="module")
async def test_an_end(chain: Here) -> None:
    """A line says until when it is kept; nobody has asked, so nobody is told."""
    agency, home = chain.installation.directory.get(COORDINATOR), chain.installation.settings.home
    keeper = Keeper(agency, chain.installation, await chain.installation.client(agency))
    with counted(home) as found:
        await keeper.begin(EndedFile(reference=new_reference(), kind=File.CASE, system="case", until=datetime.now(UTC)))
    assert_flushes("an end", found)


async def test_an_entry(tmp_path: Path) -> None:
    log = AuditLog(AuditStore("almere", f"sqlite:///{tmp_path}/audit/almere.db"), HeadFile(tmp_path / "audit" / "almere.head"))
    await log.append(act())
    with counted(tmp_path) as found:
        await log.append(act())
    assert_flushes("an entry", found)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chain(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Here]:
    """Four agencies at work; nobody asks what arrived, or looks what stands still."""
    async with AsyncExitStack() as stack:
        rare = {"confirm_pause": 3600.0, "watch_pause": 3600.0}
        town = few(tmp_path_factory.mktemp("chain"), (POLICE, DESK, COORDINATOR, REGISTRY), **rare)
        installation = await stack.enter_async_context(town)
        for agency in installation.directory.agencies:
            await stack.enter_async_context(office(agency, installation).open())
        yield Here(installation)


FILES = {POLICE: "report", DESK: "signal", COORDINATOR: "case"}


async def at_rest(here: Here, reference: str, **phases: str) -> None:
    """Wait until the files are in these phases and nothing about the case is under way; the looks are not those of a person."""
    agencies = [here.installation.directory.get(slug) for slug in FILES]
    files = {
        FILES[agency.slug]: (await here.installation.client(agency)).get_workflow_handle(f"{FILES[agency.slug]}-{reference}")
        for agency in agencies
    }

    async def quiet() -> bool:
        for kind, phase in phases.items():
            try:
                if (await files[kind].query("view", result_type=FileView)).track.phase != phase:
                    return False
            except RPCError:  # it is not there yet
                return False
        found = [(await file.describe()).raw_description for file in files.values()]
        under_way = [file for file in found if file.pending_activities or file.HasField("pending_workflow_task")]
        return not under_way and not any([await here.waiting(agency.slug) for agency in agencies])

    async def stays_quiet() -> bool:
        return all([await quiet() for _ in range(3)])

    await eventually(stays_quiet)


@pytest.mark.asyncio(loop_scope="module")
async def test_a_report_and_a_decision(chain: Here) -> None:
    home, report = chain.installation.settings.home, chain.event(POLICE, SignalReported, SIGNAL)
    case = report["caseref"]
    with counted(home) as found:
        await chain.put(POLICE, DESK, SignalReported, report)
        await at_rest(chain, case, case="offered", signal="with_coordinator", report="following")
    assert_flushes("a report, until it is offered", found)
    file = await chain.staff.sees(COORDINATOR, case, "offered", "case")
    with counted(home) as found:
        await chain.files.decide(file, "accept_case", {})
        await at_rest(chain, case, case="triage", signal="owned")
    assert_flushes("a decision, until all heard it", found)


async def test_reading_is_not_counted_and_each_store_is_counted_by_itself(tmp_path: Path, room: Room) -> None:
    """The control: what is not written is not counted, nor what stands elsewhere; what is written once more is."""
    with counted(tmp_path / "elsewhere") as elsewhere, counted(tmp_path) as found:
        await room.log.write([a_line(1)])
        assert await room.log.about(new_reference()) == ()
        with open_database(f"sqlite:///{tmp_path}/other/some.db").begin() as connection:
            connection.exec_driver_sql("CREATE TABLE one (two INTEGER)")
            connection.exec_driver_sql("INSERT INTO one VALUES (1)")
        await asyncio.gather(*(room.log.write([a_line(number)]) for number in (2, 3)))
    assert found == {"processing-log": 3, "other": 1}
    assert not elsewhere
    with pytest.raises(AssertionError, match=r"an entry was \{'audit': \d\} and is \{'processing-log': 3, 'other': 1\}: if it"):
        assert_flushes("an entry", found)
