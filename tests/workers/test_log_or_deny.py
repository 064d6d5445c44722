"""What cannot be logged is not done: on a real bus, a real Temporal and a real log, which is taken away and put back."""

import json
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import pytest_asyncio
from structlog.testing import capture_logs
from temporalio.testing import ActivityEnvironment

from activities.post import Batch, Post, Posted
from console.files import Found
from contracts.commands import AcceptCase
from contracts.event import Event
from contracts.events.signals import CaseAccepted, SignalReceived, SignalReported
from contracts.logged import Exchange, taken
from contracts.processing import Direction, Processing, Status
from runtime.bus import Delivery, broker
from runtime.keys.files import Role
from runtime.migrations import Tables, upgrade
from runtime.processing.deliveries import SqlDeliveries
from runtime.processing.log import NotLogged, SqlProcessingLog
from tests.bus_server import BusServer
from tests.faults.town import events_that_entered
from tests.installed import Here, eventually
from tests.workers.few import few
from tests.workflows.test_admission import letter
from workers.kinds import office
from workers.office import Office
from workflows.report.process import Report

pytestmark = pytest.mark.long

POLICE, DESK, COORDINATOR = "police-midden-nederland", "signal-desk", "coordinator-almere"
TAKE_PART = (POLICE, DESK, COORDINATOR, "comensha")
SIGNAL = {"signal": {"municipality": "GM0995", "account": "an example"}}


class Shelf:
    """Where the logs of all agencies stand, each in a folder that can be taken away."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self.url = f"sqlite:///{home}/{{agency}}/log.db"

    def take_away(self, agency: str) -> None:
        (self._home / agency).rename(self._home / f"{agency}-away")

    def put_back(self, agency: str) -> None:
        (self._home / f"{agency}-away").rename(self._home / agency)

    async def about(self, agency: str, case: str) -> tuple[Processing, ...]:
        return await SqlProcessingLog(self.url.format(agency=agency)).about(case)


class CarelessPost(Post):
    """It logs what has left already."""

    async def post(self, batch: Batch) -> Posted:  # pyright: ignore[reportIncompatibleMethodOverride]
        envelopes = self._enveloped(batch)
        for one in envelopes.values():
            await self._bus.publish(one.message, one.other)
        await self._note(envelopes, datetime.now(UTC))
        return Posted(steps=tuple(one.step for one in batch.letters))


class CarelessOffice(Office):
    """It logs what its workflow has heard already."""

    async def take(self, delivery: Delivery) -> None:
        exchange = Exchange(delivery.message, delivery.event, delivery.sender.slug)
        record = taken(exchange, self.agency, delivery.first_seen, delivery.first_seen)
        await self._take(delivery, record.traceparent)
        await self._log.write([record])


async def post_without_a_log(bus: BusServer, post_room: type[Post], home: Path) -> None:
    """Two letters while the log is away: nothing leaves; when it is back both do, and each has one line."""
    shelf, batch = Shelf(home), Batch(letters=(letter(1), letter(2)))
    url = shelf.url.format(agency=COORDINATOR)
    upgrade(url, Tables.PROCESSING_LOG)
    sending, log = broker(bus.url, bus.keys.seed(COORDINATOR, Role.WORKER)), SqlProcessingLog(url)
    async with sending:
        post = post_room(bus.agency(COORDINATOR), b"key", bus.post(sending, COORDINATOR), SqlDeliveries(log))
        shelf.take_away(COORDINATOR)
        for work in (post.post, post.keep_posting):
            with pytest.raises(NotLogged):
                await ActivityEnvironment().run(work, batch)
            assert await bus.waiting(DESK) == 0
        shelf.put_back(COORDINATOR)
        assert (await ActivityEnvironment().run(post.post, batch)).steps == (1, 2)
        await ActivityEnvironment().run(post.keep_posting, batch)
    arrived = {message.id: message for message in [bus.opened(DESK, raw) for raw in await bus.fetch(DESK, 4)]}
    assert len(arrived) == 2
    for one in batch.letters:
        [line] = await log.about(one.reference)
        assert (line.direction, line.counterparty, line.event_type) == (Direction.SENT, DESK, CaseAccepted.rule.type)
        assert arrived[line.event_id].traceparent == line.traceparent


async def test_no_letter_of_a_batch_leaves_before_all_are_logged(bus: BusServer, tmp_path: Path) -> None:
    await post_without_a_log(bus, Post, tmp_path / "logs")


async def test_a_post_room_that_logs_afterwards_is_found(bus: BusServer, tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        await post_without_a_log(bus, CarelessPost, tmp_path / "logs")


class Chain(NamedTuple):
    """Police, desk, coordinator and registry at work. The police's office is the careless one."""

    here: Here
    shelf: Shelf


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chain(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Chain]:
    folder = tmp_path_factory.mktemp("chain")
    shelf = Shelf(folder / "logs")
    async with AsyncExitStack() as stack:
        town = few(folder, TAKE_PART, processing_log_url=shelf.url, confirm_pause=3600.0)
        installation = await stack.enter_async_context(town)
        for agency in installation.directory.agencies:
            careful = office(agency, installation)
            at_work = CarelessOffice(agency, installation, [Report], [installation.alarms]) if agency.slug == POLICE else careful
            await stack.enter_async_context(at_work.open())
        yield Chain(Here(installation), shelf)


async def nothing_is_taken_without_a_log(chain: Chain, sender: str, to: str, event: type[Event], data: dict[str, Any]) -> str:
    """An event comes while the log is away: it waits in the inbox, and nobody has read it."""
    here, shelf = chain
    shelf.take_away(to)
    body = here.event(sender, event, data)
    try:
        with capture_logs() as said:
            await here.put(sender, to, event, body)

            async def delayed() -> bool:
                return any(entry["event"] == "event_delayed" and entry["error"] == "NotLogged" for entry in said)

            await eventually(delayed)
        assert not await here.exists(to, f"{event.rule.file}-{body['caseref']}")
        assert await here.waiting(to) == 1
        assert await here.dead(to) == ()
    finally:
        shelf.put_back(to)
    return body["caseref"]


async def nothing_is_decided_or_sent_without_a_log(chain: Chain, case: str) -> None:
    """The coordinator accepts while its log is away: not at the console, and from elsewhere nothing of it leaves."""
    here, shelf = chain
    file = await here.staff.sees(COORDINATOR, case, "offered", "case")
    shelf.take_away(COORDINATOR)
    with pytest.raises(NotLogged, match="nothing is sent, taken or decided"):
        await here.files.decide(file, "accept_case", {})
    assert (await here.staff.sees(COORDINATOR, case, "offered", "case")).view == file.view
    await _decided_elsewhere(file)

    async def tried() -> bool:
        pending = (await file.handle.describe()).raw_description.pending_activities
        return any(activity.activity_type.name == "keep_posting" and activity.attempt > 1 for activity in pending)

    await eventually(tried)
    await here.staff.sees(DESK, case, "with_coordinator", "signal")
    shelf.put_back(COORDINATOR)
    assert [line for line in await shelf.about(COORDINATOR, case) if line.direction is not Direction.TAKEN] == []
    await here.staff.sees(DESK, case, "owned", "signal")


async def _decided_elsewhere(file: Found) -> None:
    handle: Any = file.handle
    await handle.execute_update("accept_case", AcceptCase(), result_type=str)


@pytest.mark.asyncio(loop_scope="module")
async def test_what_cannot_be_logged_is_not_done_and_is_done_once_when_it_can(chain: Chain) -> None:
    here = chain.here
    case = await nothing_is_taken_without_a_log(chain, POLICE, DESK, SignalReported, SIGNAL)
    await here.staff.sees(COORDINATOR, case, "offered", "case")
    await nothing_is_decided_or_sent_without_a_log(chain, case)
    await here.staff.decide(COORDINATOR, case, "record_triage", finding="no_victim")
    await here.staff.sees(POLICE, case, "closed", "report")
    await here.taken(POLICE)
    await every_event_has_its_lines(here, chain.shelf, case)


@pytest.mark.asyncio(loop_scope="module")
async def test_an_office_that_logs_afterwards_is_found(chain: Chain) -> None:
    with pytest.raises(AssertionError):
        await nothing_is_taken_without_a_log(chain, DESK, POLICE, SignalReceived, {"status": "with_desk"})


async def every_event_has_its_lines(here: Here, shelf: Shelf, case: str) -> None:
    """One line where it was sent and one where it was taken, the second in the trace of the first; and the decisions."""
    logs = {slug: await shelf.about(slug, case) for slug in TAKE_PART}
    lines = [line for log in logs.values() for line in log]
    sent = {line.event_id: line for line in lines if line.direction is Direction.SENT}
    taken_ = {line.event_id: line for line in lines if line.direction is Direction.TAKEN}
    entered = await events_that_entered(here, case)
    assert sorted(taken_) == sorted(event.id for event in entered)
    assert set(taken_) - set(sent) == {event.id for event in entered if event.name == "SignalReported"}, "that was put by hand"
    assert len(lines) == len(sent) + len(taken_) + 1
    assert {line.trace_id for line in [*sent.values(), *taken_.values()]} == {taken_[entered[0].id].trace_id}
    for event_id, line in sent.items():
        foreign = taken_[event_id].foreign_operation
        assert foreign
        assert (foreign.trace_id, foreign.operation_id, foreign.entity) == (line.trace_id, line.span_id, line.resource)
    assert [line.event_type for line in logs[COORDINATOR] if line.direction is Direction.DECIDED] == ["record_triage"]
    assert {line.status_code for line in lines} == {Status.UNKNOWN}
    desk = SqlProcessingLog(shelf.url.format(agency=DESK))
    assert await desk.partners(case) == (COORDINATOR, POLICE)


@pytest.mark.asyncio(loop_scope="module")
async def test_of_a_refused_event_there_are_two_lines_and_its_replay_has_another(chain: Chain) -> None:
    here, shelf = chain
    wrong = here.event(POLICE, SignalReported, {"signal": {"municipality": "GM9999", "account": "an example"}})
    refused = await here.refused(POLICE, DESK, SignalReported, wrong)
    begun, ended = await shelf.about(DESK, wrong["caseref"])
    assert (begun.status_code, ended.status_code, ended.parent_span_id) == (Status.UNKNOWN, Status.ERROR, begun.span_id)
    await here.replay(DESK, refused.letter.seq, json.dumps(wrong | {"data": SIGNAL}).encode())
    await here.staff.sees(COORDINATOR, wrong["caseref"], "offered", "case")
    lines = [line for line in await shelf.about(DESK, wrong["caseref"]) if line.event_id == wrong["id"]]
    assert [line.status_code for line in lines] == [Status.UNKNOWN, Status.ERROR, Status.UNKNOWN]
    assert len({line.span_id for line in lines}) == 3


@pytest.mark.asyncio(loop_scope="module")
async def test_a_decision_that_is_refused_has_two_lines(chain: Chain) -> None:
    """The file has moved on since it was looked at."""
    here, shelf = chain
    case = here.event(POLICE, SignalReported, SIGNAL)
    await here.put(POLICE, DESK, SignalReported, case)
    before = await here.staff.sees(COORDINATOR, case["caseref"], "offered", "case")
    await here.staff.decide(COORDINATOR, case["caseref"], "accept_case")
    with pytest.raises(ValueError, match="accept_case"):
        await here.files.decide(before, "accept_case", {})
    decisions = [line for line in await shelf.about(COORDINATOR, case["caseref"]) if line.direction is Direction.DECIDED]
    assert [line.status_code for line in decisions] == [Status.UNKNOWN, Status.UNKNOWN, Status.ERROR]
