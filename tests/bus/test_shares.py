"""Whatever one agency sends, others' events go on; and what does not fit comes back to who sent it."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from faststream.nats import NatsBroker
from nats.errors import Error as NatsError
from nats.js.api import AckPolicy, ConsumerConfig, DiscardPolicy, RetentionPolicy, StreamConfig
from structlog.testing import capture_logs

from contracts.agencies import Directory, read_directory
from contracts.catalogue import lanes
from contracts.events.erasures import FileEnded
from contracts.events.signals import SignalRouted
from contracts.refusals import RefusalCode, Refused
from runtime.bus import Delivery, Limits, PublishFailed, ShareFull, TryLater, broker
from runtime.bus.answers import Patience
from runtime.bus.clock import now
from runtime.bus.connection import jetstream
from runtime.bus.pull import Pace
from runtime.bus.shares import MESSAGE, PAYLOAD, SHARES, Shares, consumer_of
from runtime.bus.standing import standing
from runtime.keys.files import Role
from runtime.private_files import KeyUnavailable
from runtime.servers.nats_config import FORMER_CONSUMER
from runtime.servers.provision import inbox_consumers, provision_streams, streams
from tests.bus_server import ALMERE, DESK, FAST, POLICE, REGISTRY, BusServer, eventually, running

REPORTED = "signals.reported.v1"
FEW = Shares(lane=20, under_way=5, dead_lane=3, answers=4)
OTHER = ALMERE
"""Who else reports signals to the desk."""


@pytest.fixture(scope="module")
def directory(directory: Directory) -> Directory:
    """A few agencies are enough."""
    return Directory(agencies=tuple(agency for agency in directory.agencies if agency.slug in {POLICE, DESK, ALMERE, REGISTRY}))


@pytest.fixture
def bus(tmp_path: Path, directory: Directory) -> Generator[BusServer]:
    """A provisioned bus of one's own, of those few."""
    yield from running(BusServer(tmp_path, directory))


@asynccontextmanager
async def sending(bus: BusServer, slug: str) -> AsyncGenerator[NatsBroker]:
    reader = broker(bus.url, bus.keys.seed(slug, Role.WORKER))
    async with reader:
        yield reader


@pytest.fixture
def tight(tmp_path_factory: pytest.TempPathFactory, directory: Directory) -> Generator[BusServer]:
    """A bus on which shares are soon full."""
    bus = BusServer(tmp_path_factory.mktemp("tight"), directory)
    bus.start()
    try:
        asyncio.run(provision_streams(bus.url, directory, bus.keys, shares=FEW))
        yield bus
    finally:
        bus.kill()


async def flood(bus: BusServer, body: bytes, count: int, sender: str = POLICE) -> int:
    """Send as much as is taken of it, each with its number in it; gives how much that was."""
    async with bus.client(sender) as client:
        answers = await asyncio.gather(
            *(jetstream(client).publish(f"to.{DESK}.{REPORTED}", body % number, timeout=20) for number in range(count)),
            return_exceptions=True,
        )
    return sum(not isinstance(answer, BaseException) for answer in answers)


async def others_event_is_taken(bus: BusServer, taken: list[str], patience: float = 20) -> bool:
    """Whether another agency's event comes through meanwhile."""
    mine = bus.signal(source=f"urn:nld:oin:{bus.agency(OTHER).oin}:systeem:test")
    async with sending(bus, OTHER) as by:
        await bus.post(by, OTHER).publish(mine, DESK)

    async def came() -> bool:
        return mine.id in taken

    try:
        await asyncio.wait_for(eventually(came), patience)
    except TimeoutError:
        return False
    return True


class Attacked:
    """An office in which everything of the police goes wrong."""

    def __init__(self, error: Exception) -> None:
        self.taken: list[str] = []
        self._error = error

    async def take(self, delivery: Delivery) -> None:
        if delivery.sender.slug == POLICE:
            raise self._error
        self.taken.append(delivery.message.id)


@pytest.mark.parametrize("error", [TryLater(30), ValueError("poison")], ids=["waits for a predecessor", "fails"])
async def test_events_that_wait_or_fail_hold_up_their_sender_only(bus: BusServer, error: Exception) -> None:
    office = Attacked(error)
    async with sending(bus, POLICE) as by:
        await asyncio.gather(*(bus.post(by, POLICE).publish(bus.signal(), DESK) for _ in range(300)))
    async with bus.inbox(DESK, office.take):
        assert await others_event_is_taken(bus, office.taken)


async def test_with_one_consumer_for_all_they_hold_up_everybody(bus: BusServer) -> None:
    """The control: as it was before, with one consumer that has places for so many."""
    await _as_before(bus, places=256)
    async with sending(bus, POLICE) as by:
        await asyncio.gather(*(bus.post(by, POLICE).publish(bus.signal(), DESK) for _ in range(300)))
    async with bus.client(DESK) as client:
        inbox = await jetstream(client).pull_subscribe_bind(durable=FORMER_CONSUMER, stream="INBOX")
        for message in await inbox.fetch(256, timeout=10):
            await message.nak(delay=30)
        mine = bus.signal(source=f"urn:nld:oin:{bus.agency(OTHER).oin}:systeem:test")
        async with sending(bus, OTHER) as by:
            await bus.post(by, OTHER).publish(mine, DESK)
        with pytest.raises(TimeoutError):
            await inbox.fetch(1, timeout=1)


async def test_one_sender_has_a_few_of_the_places_at_a_time(bus: BusServer) -> None:
    inside, most, release = 0, 0, asyncio.Event()
    taken: list[str] = []

    async def take(delivery: Delivery) -> None:
        nonlocal inside, most
        if delivery.sender.slug == POLICE:
            inside += 1
            most = max(most, inside)
            await release.wait()
            inside -= 1
        taken.append(delivery.message.id)

    async with sending(bus, POLICE) as by:
        await asyncio.gather(*(bus.post(by, POLICE).publish(bus.signal(), DESK) for _ in range(20)))
    async with bus.inbox(DESK, take, pace=FAST._replace(of_one=3, of_all=8)):
        assert await others_event_is_taken(bus, taken)
        release.set()
        await _emptied(bus)
    assert most == 3


async def test_without_a_share_of_the_places_they_are_all_taken(bus: BusServer) -> None:
    """The control."""
    taken: list[str] = []
    release = asyncio.Event()

    async def take(delivery: Delivery) -> None:
        if delivery.sender.slug == POLICE:
            await release.wait()
        taken.append(delivery.message.id)

    async with sending(bus, POLICE) as by:
        await asyncio.gather(*(bus.post(by, POLICE).publish(bus.signal(), DESK) for _ in range(20)))
    async with bus.inbox(DESK, take, pace=FAST._replace(of_one=8, of_all=8)):
        assert not await others_event_is_taken(bus, taken, patience=1)
        release.set()


async def test_a_flood_is_taken_no_faster_than_its_senders_share(bus: BusServer) -> None:
    taken: list[str] = []

    async def take(delivery: Delivery) -> None:
        taken.append(delivery.sender.slug)

    async with sending(bus, POLICE) as by:
        await asyncio.gather(*(bus.post(by, POLICE).publish(bus.signal(), DESK) for _ in range(25)))
    started = asyncio.get_running_loop().time()
    async with bus.inbox(DESK, take, pace=FAST._replace(rate=10, burst=10, patience=0.3)):
        async with sending(bus, OTHER) as by:
            mine = bus.signal(source=f"urn:nld:oin:{bus.agency(OTHER).oin}:systeem:test")
            await bus.post(by, OTHER).publish(mine, DESK)

        async def came() -> bool:
            return OTHER in taken

        await eventually(came)
        before = taken.index(OTHER)
        await _emptied(bus)
    assert before < 25, "it did not wait for the whole flood"
    assert asyncio.get_running_loop().time() - started > 1, "15 beyond the burst, 10 a second"
    assert len(bus.alarms) == 1
    assert bus.alarms[0].startswith(f"{POLICE} sends more than is taken of one sender")


def test_an_installation_says_how_many_files_a_sender_may_open() -> None:
    assert Pace.opening(0.5, of_one=4) == Pace()
    assert Pace.opening(2, of_one=8) == Pace(of_one=8, opening_rate=2, opening_burst=80)


@pytest.mark.parametrize(("few", "begun"), [(3, 3), (6, 6)], ids=["slowed", "control: enough for all"])
async def test_who_begins_many_files_is_slowed_but_not_what_the_desk_hands_on_or_an_agency_tells_itself(
    bus: BusServer, few: int, begun: int
) -> None:
    pace = FAST._replace(opening_rate=0.001, opening_burst=few)
    handed_on = {"signal": {"municipality": "GM0995", "account": "seen"}, "care_region": None, "reported_by": "reporter"}
    taken: dict[str, list[str]] = {DESK: [], REGISTRY: []}

    def take_at(slug: str) -> Callable[[Delivery], Awaitable[None]]:
        async def take(delivery: Delivery) -> None:
            taken[slug].append(delivery.message.caseref)

        return take

    async with sending(bus, POLICE) as by:
        for _ in range(6):
            await bus.post(by, POLICE).publish(bus.signal(), DESK)
    async with sending(bus, DESK) as by:
        for _ in range(6):
            await bus.post(by, DESK).publish(bus.event(DESK, SignalRouted, handed_on), REGISTRY)
    ended = {"kind": "registration", "system": "registration"}
    async with sending(bus, REGISTRY) as by:
        for _ in range(6):
            await bus.post(by, REGISTRY).publish(bus.event(REGISTRY, FileEnded, ended), REGISTRY)
    async with bus.inbox(DESK, take_at(DESK), pace=pace), bus.inbox(REGISTRY, take_at(REGISTRY), pace=pace):

        async def came() -> bool:
            return (len(taken[DESK]), len(taken[REGISTRY])) == (begun, 12)

        await eventually(came)
        await asyncio.sleep(0.6)  # two looks more
    assert len(taken[DESK]) == begun


async def test_what_nobody_foresaw_ends_as_a_dead_letter(bus: BusServer) -> None:
    attempts: list[str] = []

    async def take(delivery: Delivery) -> None:
        attempts.append(delivery.message.id)
        raise RecursionError

    event = bus.signal()
    async with sending(bus, POLICE) as by:
        await bus.post(by, POLICE).publish(event, DESK)
    async with bus.inbox(DESK, take, pace=FAST._replace(tries=2)):
        await _emptied(bus)
    async with await bus.letters(DESK) as letters:
        [letter] = await letters.list()
    assert (letter.code, letter.event_id, len(attempts)) == (RefusalCode.NOT_HANDLED, event.id, 2)
    [told] = await bus.fetch(POLICE)
    assert bus.opened(POLICE, told).data["code"] == "not_handled"
    assert len(bus.alarms) == 1
    assert "keten dead list" in bus.alarms[0]


async def test_what_fails_while_it_is_read_is_unreadable(bus: BusServer, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise TypeError("a parser that nobody foresaw")

    monkeypatch.setattr("runtime.bus.inbox.read_outside", fail)
    monkeypatch.setattr("runtime.bus.refusal.parse", fail)
    await bus.send(POLICE, DESK, REPORTED, b"anything")
    async with bus.inbox(DESK, _never, pace=FAST._replace(tries=2)):
        await _emptied(bus)
    async with await bus.letters(DESK) as letters:
        assert [letter.code for letter in await letters.list()] == [RefusalCode.UNREADABLE]


async def test_faults_of_our_own_parts_use_up_no_tries(bus: BusServer) -> None:
    faults = [ConnectionError(), PublishFailed(), TimeoutError(), KeyUnavailable(), NatsError()]
    sent = [bus.signal() for _ in faults]
    failing = {event.id: fault for event, fault in zip(sent, faults, strict=True)}
    taken: list[str] = []

    async def take(delivery: Delivery) -> None:
        if delivery.message.id in failing:
            raise failing.pop(delivery.message.id)
        taken.append(delivery.message.id)

    async with sending(bus, POLICE) as by:
        for event in sent:
            await bus.post(by, POLICE).publish(event, DESK)
    async with bus.inbox(DESK, take, pace=FAST._replace(tries=1)):
        await _emptied(bus)
    assert sorted(taken) == sorted(event.id for event in sent)
    async with await bus.letters(DESK) as letters:
        assert await letters.list() == ()


async def test_refusing_does_not_wait_for_who_is_refused(bus: BusServer) -> None:
    """The police's inbox takes nothing any more; its junk does not stay, and who sent the same junk hears that it was refused."""
    await _unanswerable(bus, POLICE)
    assert await flood(bus, b"junk %d", 30) == 30
    await flood(bus, b"junk %d", 1, sender=OTHER)
    async with bus.inbox(DESK, _never, limits=Limits(pace=FAST, patience=Patience(first=0.05))):
        await _emptied(bus)

        async def answered() -> bool:
            return await bus.waiting(OTHER) == 1

        await eventually(answered)
    async with bus.client(DESK, Role.OPERATOR) as operator:
        assert (await jetstream(operator).stream_info("ANSWERS")).state.messages == 30


async def test_what_is_sent_again_is_answered_again(bus: BusServer) -> None:
    async with bus.inbox(DESK, _never):
        for times in (1, 2):
            await bus.send(POLICE, DESK, REPORTED, b"the same junk")

            async def answered(times: int = times) -> bool:
                return await bus.waiting(POLICE) == times

            await eventually(answered)


async def test_who_can_be_reached_again_is_answered_also_by_another_process(bus: BusServer) -> None:
    closed = await _unanswerable(bus, POLICE)
    await flood(bus, b"junk %d", 2)
    async with bus.inbox(DESK, _never, limits=Limits(pace=FAST, patience=Patience(first=0.05))):
        await _emptied(bus)
    async with bus.client(POLICE, Role.OPERATOR) as operator:
        await jetstream(operator).update_stream(closed)  # pyright: ignore[reportUnknownMemberType]
    async with bus.inbox(DESK, _never, limits=Limits(pace=FAST, patience=Patience(first=0.05))):

        async def answered() -> bool:
            return await bus.waiting(POLICE) == 2

        await eventually(answered)


async def test_who_cannot_be_answered_for_days_is_given_up_with_an_alarm(bus: BusServer) -> None:
    await _unanswerable(bus, POLICE)
    await flood(bus, b"junk %d", 1)
    async with bus.inbox(DESK, _never, limits=Limits(pace=FAST, patience=Patience(first=0.05, ends=timedelta(seconds=1)))):

        async def alarmed() -> bool:
            return bool(bus.alarms)

        await eventually(alarmed)
    assert f"{POLICE} could not be told" in bus.alarms[0]


async def test_a_full_share_is_refused_where_it_is_sent_and_nobody_else_notices(tight: BusServer) -> None:
    assert await flood(tight, b"x" * 60_000 + b"%d", 40) == FEW.lane
    async with sending(tight, POLICE) as by:
        with pytest.raises(ShareFull, match="share of this agency there is full"):
            await tight.post(by, POLICE).publish(tight.signal(), DESK)
    taken: list[str] = []

    async def take(delivery: Delivery) -> None:
        taken.append(delivery.message.id)

    stood = await standing(tight.operator(DESK), DESK)
    assert stood.throttled == (POLICE,)
    [police] = [one for one in stood.senders if one.sender == POLICE]
    assert (police.waiting, police.full_lanes) == (FEW.lane, (REPORTED,))
    assert police.oldest is not None
    assert stood.unmoved(datetime.now(UTC) + timedelta(seconds=1)) == (POLICE,)
    assert 0 < stood.streams[0].part_full < 1
    async with tight.inbox(DESK, take, limits=Limits(pace=FAST, dead_lane=FEW.dead_lane)):
        assert await others_event_is_taken(tight, taken)


async def test_without_a_share_of_the_room_the_whole_inbox_is_full(bus: BusServer) -> None:
    """The control: as large an inbox, of which one sender may take all."""
    await provision_streams(bus.url, bus.directory, bus.keys, shares=SHARES._replace(lane=10_000, inbox=1_000_000))
    for size in (60_000, 1_000, 0):
        await flood(bus, b"x" * size + b"%d", 60)
    async with sending(bus, OTHER) as by:
        mine = bus.signal(source=f"urn:nld:oin:{bus.agency(OTHER).oin}:systeem:test")
        with pytest.raises(ShareFull):
            await bus.post(by, OTHER).publish(mine, DESK)


async def test_what_is_too_large_never_reaches_the_bus(bus: BusServer) -> None:
    for size in (MESSAGE + 1, PAYLOAD + 1, 1_000_000):
        assert await flood(bus, b"%d" + b"x" * size, 1) == 0
    assert await flood(bus, b"%d" + b"x" * (64 * 1024 - 1), 1) == 1, "the largest event fits"


async def test_dead_letters_have_a_share_and_when_it_is_full_their_senders_line_waits(tight: BusServer) -> None:
    await flood(tight, b"junk %d", 12)
    taken: list[str] = []

    async def take(delivery: Delivery) -> None:
        taken.append(delivery.message.id)

    async with tight.inbox(DESK, take, limits=Limits(dead_lane=FEW.dead_lane, pace=FAST._replace(of_one=1))):

        async def full() -> bool:
            return bool(tight.alarms)

        await eventually(full)
        assert await others_event_is_taken(tight, taken)
    async with await tight.letters(DESK) as letters:
        found = await letters.list()
    assert len(found) == FEW.dead_lane
    assert await tight.waiting(DESK) == 12 - FEW.dead_lane, "nothing was dropped"
    assert [words for words in tight.alarms if "no more dead letters" in words] == tight.alarms[:1]


async def test_the_largest_event_fits_among_the_dead_letters(bus: BusServer) -> None:
    await bus.send(POLICE, DESK, REPORTED, b"x" * 64 * 1024, headers={"Nats-Msg-Id": "x" * 1000})
    async with bus.inbox(DESK, _never):
        await _emptied(bus)
    async with await bus.letters(DESK) as letters:
        [letter] = await letters.list()
    assert len(letter.body) == 64 * 1024


def test_the_shares_of_several_senders_fit_into_an_inbox_and_those_of_all_streams_into_the_account() -> None:
    directory = read_directory()
    most = max(
        sum(lane.sender == sender and lane.recipient == to for lane in lanes(directory))
        for sender in directory.agencies
        for to in directory.agencies
    )
    assert 3 * most * SHARES.lane * MESSAGE < SHARES.inbox
    assert 4 * most * (SHARES.dead_lane + SHARES.spare) * PAYLOAD < SHARES.dead
    assert sum(stream.max_bytes or 0 for stream in streams()) == SHARES.account


async def test_an_office_whose_clock_is_wrong_takes_nothing_and_says_so(bus: BusServer) -> None:
    wrong = [timedelta(hours=-3)]

    def clock() -> datetime:
        return now() + wrong[0]

    taken: list[str] = []

    async def take(delivery: Delivery) -> None:
        taken.append(delivery.message.id)

    async with sending(bus, POLICE) as by:
        await bus.post(by, POLICE).publish(bus.signal(), DESK)
    with capture_logs() as logs:
        async with bus.inbox(DESK, take, clock=clock):
            await asyncio.sleep(0.5)
            assert (taken, await bus.waiting(DESK)) == ([], 1)
    assert "seconds behind that of the bus, so nothing is taken" in bus.alarms[0]
    assert [line["event"] for line in logs].count("clock_wrong") == 1


async def test_a_clock_that_goes_wrong_while_an_event_is_read_refuses_nothing(bus: BusServer) -> None:
    wrong = [timedelta()]

    def clock() -> datetime:
        return now() + wrong[0]

    async with bus.inbox(DESK, _never, clock=clock):
        wrong[0] = timedelta(hours=-3)
        async with sending(bus, POLICE) as by:
            await bus.post(by, POLICE).publish(bus.signal(), DESK)

        async def said() -> bool:
            return bool(bus.alarms)

        await eventually(said)
    async with await bus.letters(DESK) as letters:
        assert await letters.list() == ()


async def test_an_installation_of_the_version_before_gets_its_consumers_and_loses_nothing(
    tmp_path_factory: pytest.TempPathFactory, directory: Directory
) -> None:
    """Its one consumer has handed out some; more lie there than one lane takes from now on; and one row is new."""
    bus = BusServer(tmp_path_factory.mktemp("before"), directory)
    bus.start()
    try:
        await _as_before(bus, places=256)
        sent = [bus.signal() for _ in range(12)]
        async with sending(bus, POLICE) as by:
            await asyncio.gather(*(bus.post(by, POLICE).publish(event, DESK) for event in sent))
        async with bus.client(DESK) as client:
            inbox = await jetstream(client).pull_subscribe_bind(durable=FORMER_CONSUMER, stream="INBOX")
            await inbox.fetch(5, timeout=5)  # and nobody acknowledged
        narrow = replace_lane(5)
        await provision_streams(bus.url, directory, bus.keys, shares=narrow)
        assert await bus.waiting(DESK) == 12, "a lower limit removes nothing"
        taken: list[str] = []

        async def take(delivery: Delivery) -> None:
            taken.append(delivery.message.id)

        async with bus.inbox(DESK, take):
            await _emptied(bus)
        assert sorted(taken) == sorted(event.id for event in sent)
        await provision_streams(bus.url, directory, bus.keys, shares=narrow)
        async with bus.client(DESK, Role.OPERATOR) as operator:
            info = await jetstream(operator).stream_info("INBOX")
            assert (info.config.max_msgs_per_subject, info.config.discard_new_per_subject) == (5, True)
            found = {consumer.name for consumer in await jetstream(operator).consumers_info("INBOX")}
        assert found == inbox_consumers(bus.agency(DESK), directory).keys()
    finally:
        bus.kill()


async def test_a_new_row_in_the_directory_gets_its_consumers(
    tmp_path_factory: pytest.TempPathFactory, directory: Directory
) -> None:
    bus = BusServer(tmp_path_factory.mktemp("grows"), directory)
    bus.start()
    try:
        fewer = Directory(agencies=tuple(agency for agency in directory.agencies if agency.slug != OTHER))
        await provision_streams(bus.url, fewer, bus.keys)
        await provision_streams(bus.url, directory, bus.keys)
        async with bus.client(DESK, Role.OPERATOR) as operator:
            found = {consumer.name for consumer in await jetstream(operator).consumers_info("INBOX")}
        assert consumer_of(OTHER) in found
    finally:
        bus.kill()


async def test_after_the_bus_was_away_everything_is_asked_for_anew(bus: BusServer) -> None:
    taken: list[str] = []

    async def take(delivery: Delivery) -> None:
        taken.append(delivery.message.id)

    async with bus.inbox(DESK, take):
        bus.kill()
        bus.start()
        assert await others_event_is_taken(bus, taken)


def replace_lane(lane: int) -> Shares:
    return SHARES._replace(lane=lane)


async def _as_before(bus: BusServer, places: int) -> None:
    """The desk's inbox as the version before made it; the other inboxes as they are now."""
    await provision_streams(bus.url, bus.directory, bus.keys)
    seed = bus.keys.seed(DESK, Role.OPERATOR)
    bus.config.write_text(bus.config.read_text().replace(f"$JS.API.CONSUMER.DELETE.INBOX.{FORMER_CONSUMER}", "$JS.API.>"))
    bus.kill()
    bus.start()
    assert seed
    async with bus.client(DESK, Role.OPERATOR) as operator:
        stream = jetstream(operator)
        await stream.delete_stream("INBOX")
        former = StreamConfig(
            name="INBOX", subjects=["from.>"], retention=RetentionPolicy.WORK_QUEUE, discard=DiscardPolicy.NEW, allow_direct=False
        )
        await stream.add_stream(former)  # pyright: ignore[reportUnknownMemberType]
        shared = ConsumerConfig(
            name=FORMER_CONSUMER, durable_name=FORMER_CONSUMER, ack_policy=AckPolicy.EXPLICIT, ack_wait=30, max_ack_pending=places
        )
        await stream.add_consumer("INBOX", shared)  # pyright: ignore[reportUnknownMemberType]


async def _unanswerable(bus: BusServer, slug: str) -> StreamConfig:
    """An agency's operator sets its own inbox so that it takes nothing; gives how it was set."""
    async with bus.client(slug, Role.OPERATOR) as operator:
        was = (await jetstream(operator).stream_info("INBOX")).config
        await jetstream(operator).update_stream(replace(was, max_msg_size=1))  # pyright: ignore[reportUnknownMemberType]
    return was


async def _emptied(bus: BusServer) -> None:
    async def empty() -> bool:
        return await bus.waiting(DESK) == 0

    await eventually(empty)


async def _never(_: Delivery) -> None:
    raise Refused(RefusalCode.NOT_POSSIBLE_NOW, "nothing is taken here")
