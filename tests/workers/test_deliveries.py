"""An event whose recipient's disk acknowledged it, and that is gone before anybody saw it: both sides hear of it.

Nothing follows on these lines, so no later event would show it.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import nats
import pytest
import pytest_asyncio
from sqlalchemy import func, select
from structlog.testing import capture_logs

from console.installation import Installation
from contracts.agencies import Agency, Directory
from contracts.envelope import CloudEvent
from contracts.events.deliveries import DeliveriesConfirmed, DeliveriesListed
from contracts.events.signals import SignalReported
from contracts.logged import Exchange
from runtime.database import open_database
from runtime.keys.files import Role
from runtime.migrations import Tables, upgrade
from runtime.office.deliveries import Deliveries
from runtime.processing import deliveries
from runtime.processing.deliveries import SqlDeliveries
from runtime.processing.log import SqlProcessingLog
from runtime.processing.tables import AWAITED
from runtime.settings import Settings
from tests.bus_server import taken_out
from tests.installed import Here, eventually
from tests.runtime.lines import exchange
from tests.workers.few import few
from workers.kinds import office
from workers.wiring import Wiring

pytestmark = pytest.mark.long

POLICE, DESK, COORDINATOR, REGISTRY = "police-midden-nederland", "signal-desk", "coordinator-almere", "comensha"
SIGNAL = {"signal": {"municipality": "GM0995", "account": "an example"}}


class Few(NamedTuple):
    """Four agencies, of which only the coordinator's office is closed."""

    installation: Installation
    here: Here

    def agency(self, slug: str) -> Agency:
        return self.installation.directory.get(slug)

    async def owed(self, slug: str, recipient: str) -> int:
        """How much a recipient has not confirmed to an agency."""
        engine = open_database(self.installation.settings.processing_log(slug), existing=True)
        with engine.begin() as connection:
            owed = select(func.count()).select_from(AWAITED).where(AWAITED.c.counterparty == recipient)
            return connection.scalar(owed) or 0


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Few]:
    """The questions can be lost, too, and are then asked again: here not only after a minute."""
    async with AsyncExitStack() as stack:
        stack.enter_context(pytest.MonkeyPatch.context()).setattr(deliveries, "FIRST_AGAIN", timedelta(seconds=1))
        agencies = (POLICE, DESK, COORDINATOR, REGISTRY)
        quick = {"confirm_pause": 0.3, "silence_patience": 5.0}
        installation = await stack.enter_async_context(few(tmp_path_factory.mktemp("few"), agencies, **quick))
        for slug in (POLICE, DESK, REGISTRY):
            await stack.enter_async_context(office(installation.directory.get(slug), installation).open())
        yield Few(installation, Here(installation))


async def lose(town: Few, slug: str, number: int | None = None) -> None:
    """Something takes all that waits in an inbox, or one number of a line, and nobody has seen it."""
    seed = town.installation.keys.seed(slug, Role.WORKER)
    client: Any = await nats.connect(town.installation.nats_url, nkeys_seed_str=seed)  # pyright: ignore[reportUnknownMemberType]
    try:
        await taken_out(client, await town.here.waiting(slug), number)
    finally:
        await client.close()


async def reported(town: Few) -> str:
    """A signal that the desk passed on to the coordinator, whose inbox has it."""
    body = town.here.event(POLICE, SignalReported, SIGNAL)
    await town.here.put(POLICE, DESK, SignalReported, body)

    async def passed_on() -> bool:
        return await town.here.waiting(COORDINATOR) > 0

    await eventually(passed_on)
    return body["caseref"]


def alarms(said: Sequence[Mapping[str, Any]], slug: str) -> list[str]:
    return [line["words"] for line in said if line["event"] == "alarm_raised" and line["agency"] == slug]


@pytest.mark.asyncio(loop_scope="module")
async def test_a_last_event_that_is_lost_after_it_was_acknowledged_is_reported_to_both_sides(town: Few) -> None:
    case = await reported(town)
    await lose(town, COORDINATOR)
    with capture_logs() as said:
        async with office(town.agency(COORDINATOR), town.installation).open():

            async def told() -> bool:
                [signal] = await town.here.at(DESK, case)
                return f"{COORDINATOR} misses event number 1 that we sent" in signal.view.alarms

            await eventually(told)
            await town.here.taken(COORDINATOR)  # on a slow machine the question came twice
        [here] = set(alarms(said, COORDINATOR))
    assert here == f"events that {DESK} sent did not arrive, or were lost before they were taken: 1"
    assert await town.owed(DESK, COORDINATOR) == 0


@pytest.mark.asyncio(loop_scope="module")
async def test_what_arrives_is_confirmed_and_nobody_is_alarmed(town: Few) -> None:
    with capture_logs() as said:
        async with town.here.overheard() as passed, office(town.agency(COORDINATOR), town.installation).open():
            case = await reported_and_offered(town)

            async def all_confirmed() -> bool:
                found = [await town.owed(one, other) for one in (DESK, POLICE) for other in (POLICE, DESK, COORDINATOR)]
                asked = [one.opened for one in passed if one.subject.endswith(DeliveriesListed.short_name())]
                return bool(asked) and not any(found)

            await eventually(all_confirmed)
    assert not alarms(said, COORDINATOR)
    assert not alarms(said, DESK)
    answers = [one.message for one in passed if one.subject.endswith(DeliveriesConfirmed.short_name())]
    assert answers
    assert all(answer.data["missing"] == [] for answer in answers)
    between = [one.message for one in passed if ".deliveries." in one.subject]
    assert case not in {message.caseref for message in between}, "which events belong to one case is not said"


async def reported_and_offered(town: Few) -> str:
    body = town.here.event(POLICE, SignalReported, SIGNAL)
    await town.here.put(POLICE, DESK, SignalReported, body)
    await town.here.staff.sees(COORDINATOR, body["caseref"], "offered", "case")
    return body["caseref"]


@pytest.mark.asyncio(loop_scope="module")
async def test_whoever_sent_to_an_office_that_is_closed_hears_once_that_nothing_is_confirmed(town: Few) -> None:
    with capture_logs() as said:
        await reported(town)

        async def warned() -> bool:
            return bool(about_the_coordinator(said))

        await eventually(warned)
        await reported(town)
    [words] = about_the_coordinator(said)
    assert words.startswith(f"{COORDINATOR} has not said whether events of ours arrived, for 0 minutes: ")
    async with office(town.agency(COORDINATOR), town.installation).open():

        async def settled() -> bool:
            return await town.owed(DESK, COORDINATOR) == 0

        await eventually(settled)


def about_the_coordinator(said: Sequence[Mapping[str, Any]]) -> list[str]:
    return [words for words in alarms(said, DESK) if words.startswith(COORDINATOR)]


class Asked:
    """A bus on which one agency cannot be reached any more."""

    def __init__(self, gone: str) -> None:
        self._gone = gone
        self.to: list[str] = []

    async def publish(self, message: CloudEvent, recipient: str) -> None:
        if recipient == self._gone:
            raise LookupError(recipient)
        self.to.append(recipient)


async def test_an_agency_that_left_keeps_nobody_from_being_asked(directory: Directory, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/log.db"
    upgrade(url, Tables.PROCESSING_LOG)
    kept, bus, words = SqlDeliveries(SqlProcessingLog(url)), Asked("almere"), list[str]()

    async def alarm(said: str) -> None:
        words.append(said)

    letters = [exchange(f"{number:032x}", other=other) for number, other in enumerate(("almere", "urk"))]
    await kept.expect(letters, datetime.now(UTC))
    asking = Deliveries(directory.get(DESK), kept, bus, alarm, Settings(silence_patience=600))
    with capture_logs() as said:
        await asking.ask(datetime.now(UTC))
    assert bus.to == ["urk"]
    assert [(line["event"], line["recipient"]) for line in said] == [("deliveries_not_asked", "almere")]
    for minutes in (11, 12):
        await asking.ask(datetime.now(UTC) + timedelta(minutes=minutes))
    assert words == ["urk has not said whether events of ours arrived, for 10 minutes: 1. Is its office open?"]


class ForgetfulDeliveries(SqlDeliveries):
    """It awaits no word of anything."""

    async def begin(self, letters: Sequence[Exchange], at: datetime, *, awaited: bool = True) -> None:
        await super().begin(letters, at, awaited=False)


@pytest.mark.asyncio(loop_scope="module")
async def test_without_asking_nobody_would_know(town: Few, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same loss, after a post room that forgets what it sent: the coordinator's office opens and finds nothing amiss."""

    def forgetful(wiring: Wiring, slug: str) -> SqlDeliveries:
        return ForgetfulDeliveries(wiring.processing_log(slug))

    async with AsyncExitStack() as stack:
        monkeypatch.setattr(Wiring, "deliveries", forgetful)
        folder = town.installation.settings.home.parent / "forgetful"
        folder.mkdir()
        installation = await stack.enter_async_context(few(folder, (POLICE, DESK, COORDINATOR, REGISTRY), confirm_pause=0.2))
        other = Few(installation, Here(installation))
        await stack.enter_async_context(office(other.agency(DESK), installation).open())
        case = await reported(other)
        await lose(other, COORDINATOR)
        with capture_logs() as said:
            async with office(other.agency(COORDINATOR), installation).open(), other.here.overheard() as passed:
                second = other.here.event(POLICE, SignalReported, SIGNAL)
                await other.here.put(POLICE, DESK, SignalReported, second)
                await other.here.staff.sees(COORDINATOR, second["caseref"], "offered", "case")
        [signal] = await other.here.at(DESK, case)
        assert not signal.view.alarms
        assert not alarms(said, COORDINATOR)
        assert not [one for one in passed if ".deliveries." in one.subject]
