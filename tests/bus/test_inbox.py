"""An inbox at work: accepted, refused or again later, and nothing lost in between."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from faststream.nats import JStream, PullSub
from nats.js.errors import NotFoundError
from structlog.testing import capture_logs

from contracts.catalogue import BY_SHORT_NAME
from contracts.envelope import CloudEvent, source
from contracts.events.deliveries import DeliveryRefused
from contracts.refusals import RefusalCode, Refused
from runtime.bus import DeadLetter, Delivery, Mailbox, TryLater, broker
from runtime.bus.connection import jetstream
from runtime.bus.shares import consumer_of
from runtime.keys.files import Role
from tests.bus_server import ALMERE, DESK, FAST, POLICE, BusServer, eventually

REPORTED = "signals.reported.v1"


def _account(text: str) -> dict[str, Any]:
    return {"data": {"signal": {"municipality": "GM0995", "account": text}}}


async def _accept(_: Delivery) -> None:
    """Take everything."""


async def _never(_: Delivery) -> None:
    raise AssertionError("this event should not have reached the worker")


async def _letters(bus: BusServer, slug: str) -> tuple[DeadLetter, ...]:
    async with await bus.letters(slug) as letters:
        return await letters.list()


async def _settled(bus: BusServer, slug: str) -> None:
    async def empty() -> bool:
        return await bus.waiting(slug) == 0

    await eventually(empty)


async def _publish(bus: BusServer, message: CloudEvent, sender: str = POLICE, recipient: str = DESK) -> None:
    sending = broker(bus.url, bus.keys.seed(sender, Role.WORKER))
    async with sending:
        await bus.post(sending, sender).publish(message, recipient)


async def _refused(bus: BusServer, body: bytes, headers: dict[str, str] | None = None, event: str = REPORTED) -> DeadLetter:
    """Send a body that is refused: the dead letter, after checking that the sender heard the same."""
    raw = await bus.write(POLICE, DESK, event, body, headers)
    async with bus.inbox(DESK, _never):
        await _settled(bus, DESK)
    [letter] = await _letters(bus, DESK)
    [answer] = await bus.fetch(POLICE)
    told = bus.opened(POLICE, answer).event()
    assert isinstance(told, DeliveryRefused)
    assert (told.code, told.event_id) == (letter.code, letter.event_id)
    assert letter.body == raw
    return letter


async def test_what_is_taken_leaves_the_inbox_and_not_before(bus: BusServer) -> None:
    taken: list[Delivery] = []
    left_while_taking: list[int] = []

    async def take(delivery: Delivery) -> None:
        taken.append(delivery)
        left_while_taking.append(await bus.waiting(DESK))

    message = bus.signal()
    await _publish(bus, message)
    with capture_logs() as logs:
        async with bus.inbox(DESK, take):
            await _settled(bus, DESK)
    [delivery] = taken
    assert left_while_taking == [1]
    assert (delivery.sender.slug, delivery.message, delivery.attempt) == (POLICE, message, 1)
    assert delivery.first_seen.tzinfo is not None
    assert {"event": "event_taken", "agency": DESK, "sender": POLICE, "type": message.type, "log_level": "info"} in logs


async def test_a_passing_fault_comes_again_until_it_works(bus: BusServer) -> None:
    attempts: list[int] = []

    async def take(delivery: Delivery) -> None:
        attempts.append(delivery.attempt)
        if delivery.attempt < 4:
            raise TryLater(delay=0.05) if delivery.attempt > 1 else ConnectionError("the address of a person")

    await _publish(bus, bus.signal())
    with capture_logs() as logs:
        async with bus.inbox(DESK, take):
            await _settled(bus, DESK)
    assert attempts == [1, 2, 3, 4]
    assert await _letters(bus, DESK) == ()
    assert "the address of a person" not in str(logs)
    assert [entry["error"] for entry in logs if entry["event"] == "event_delayed"] == ["ConnectionError", "TryLater", "TryLater"]


async def test_with_the_default_of_the_library_the_event_would_be_lost(bus: BusServer) -> None:
    """Why acknowledging is done by hand: at the first fault the library tells the server to forget the message."""
    fallible = broker(bus.url, bus.keys.seed(DESK, Role.WORKER))

    inbox = JStream("INBOX", declare=False)

    @fallible.subscriber(f"from.{POLICE}.>", stream=inbox, durable=consumer_of(POLICE), pull_sub=PullSub())
    async def take(_: Any) -> None:
        raise ConnectionError

    assert take
    await _publish(bus, bus.signal())
    async with fallible:
        await fallible.start()
        await _settled(bus, DESK)
    assert await _letters(bus, DESK) == ()


async def test_a_stopped_worker_loses_nothing(bus: BusServer) -> None:
    entered, release = asyncio.Event(), asyncio.Event()

    async def hang(_: Delivery) -> None:
        entered.set()
        await release.wait()
        raise TryLater(delay=0.01)

    message = bus.signal()
    await _publish(bus, message)
    async with bus.inbox(DESK, hang):
        await entered.wait()
        release.set()
    taken: list[str] = []

    async def take(delivery: Delivery) -> None:
        taken.append(delivery.message.id)

    async with bus.inbox(DESK, take):
        await _settled(bus, DESK)
    assert taken == [message.id]


async def test_a_refusal_by_the_worker_is_kept_and_answered(bus: BusServer) -> None:
    async def take(_: Delivery) -> None:
        raise Refused(RefusalCode.NOT_POSSIBLE_NOW, "this case waits for consent; send it after that")

    message = bus.signal()
    await _publish(bus, message)
    with capture_logs() as logs:
        async with bus.inbox(DESK, take):
            await _settled(bus, DESK)
    [letter] = await _letters(bus, DESK)
    async with await bus.letters(DESK) as letters:
        assert letters.text(letter, bus.agency(POLICE)) == message.to_json()
    assert (letter.code, letter.event_id) == ("not_possible_now", message.id)
    assert letter.reason == "this case waits for consent; send it after that"
    [answer] = await bus.fetch(POLICE)
    told = bus.opened(POLICE, answer)
    assert (told.causationid, told.caseref, told.sequence, told.system) == (message.id, message.caseref, "0", "inbox")
    assert told.data["system"] == "test"
    assert told.data["event_type"] == message.type
    refusal = {"agency": DESK, "sender": POLICE, "type": REPORTED, "code": "not_possible_now", "log_level": "warning"}
    assert {"event": "event_refused", **refusal} in logs


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param(b"{not json", RefusalCode.MALFORMED_JSON, id="broken"),
        pytest.param(b"", RefusalCode.MALFORMED_JSON, id="empty"),
        pytest.param(b"[]", RefusalCode.MALFORMED_JSON, id="list"),
        pytest.param(b"null", RefusalCode.MALFORMED_JSON, id="null"),
        pytest.param(b"[" * 60_000, RefusalCode.MALFORMED_JSON, id="deep"),
        pytest.param(b'{"id": NaN}', RefusalCode.MALFORMED_JSON, id="nan"),
        pytest.param(b'{"id": "a", "id": "b"}', RefusalCode.MALFORMED_JSON, id="twice"),
        pytest.param(b"\xff\xfe{}", RefusalCode.NOT_UTF8, id="not_utf8"),
        pytest.param('{"id": "é"}'.encode("latin-1"), RefusalCode.NOT_UTF8, id="latin1"),
        pytest.param(b"\x00" * 100, RefusalCode.MALFORMED_JSON, id="zeros"),
        pytest.param(b'"' + b"x" * (64 * 1024) + b'"', RefusalCode.TOO_LARGE, id="over_64k"),
        pytest.param(b"x" * 66_000, RefusalCode.TOO_LARGE, id="as_large_as_is_let_in"),
        pytest.param(b"{}", RefusalCode.ENVELOPE_INVALID, id="no_fields"),
        pytest.param('{"id": "\u202e"}'.encode(), RefusalCode.ENVELOPE_INVALID, id="hidden_mark"),
    ],
)
async def test_bytes_that_are_no_event(bus: BusServer, body: bytes, code: RefusalCode) -> None:
    assert (await _refused(bus, body)).code == code


@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param({"type": "nl.keten.signals.invented.v1"}, RefusalCode.TYPE_UNKNOWN, id="unknown_type"),
        pytest.param({"type": "nl.keten.signals.received.v1"}, RefusalCode.ENVELOPE_INVALID, id="other_type"),
        pytest.param({"source": source("00000099000000000003", "test")}, RefusalCode.SENDER_MISMATCH, id="other_agency"),
        pytest.param({"source": source("00000099000000999999", "test")}, RefusalCode.SENDER_MISMATCH, id="no_agency"),
        pytest.param({"source": "urn:nld:oin:1:systeem:x"}, RefusalCode.ENVELOPE_INVALID, id="bad_source"),
        pytest.param({"time": (datetime.now(UTC) + timedelta(days=1)).isoformat()}, RefusalCode.TIME_INVALID, id="future"),
        pytest.param({"time": "1999-12-31T23:59:59Z"}, RefusalCode.TIME_INVALID, id="past"),
        pytest.param({"time": "2026-02-30T00:00:00Z"}, RefusalCode.ENVELOPE_INVALID, id="no_such_day"),
        pytest.param({"time": "2026-01-01T00:00:00"}, RefusalCode.TIME_INVALID, id="naive_time"),
        pytest.param({"id": "short"}, RefusalCode.ENVELOPE_INVALID, id="short_id"),
        pytest.param({"id": "a" * 65}, RefusalCode.ENVELOPE_INVALID, id="long_id"),
        pytest.param({"id": "abcdefgh\r\nNats-Msg-Id: x"}, RefusalCode.ENVELOPE_INVALID, id="header_in_id"),
        pytest.param({"caseref": "k123"}, RefusalCode.ENVELOPE_INVALID, id="bad_case"),
        pytest.param({"an_attribute": "x"}, RefusalCode.ENVELOPE_INVALID, id="attribute_name"),
        pytest.param({"specversion": "2.0"}, RefusalCode.ENVELOPE_INVALID, id="version"),
        pytest.param({"data": {}}, RefusalCode.DATA_INVALID, id="no_data"),
        pytest.param({"data": {"signal": {"municipality": "Lelystad", "account": "x"}}}, RefusalCode.DATA_INVALID, id="bad_data"),
        pytest.param(_account("a\u202eb"), RefusalCode.UNICODE_UNSAFE, id="hidden_mark"),
        pytest.param(
            _account("a\ud800b"),
            RefusalCode.UNICODE_UNSAFE,
            id="lone_surrogate",
        ),
        pytest.param(
            _account("a\u0000b"),
            RefusalCode.UNICODE_UNSAFE,
            id="control_character",
        ),
    ],
)
async def test_events_that_cannot_be_taken(bus: BusServer, change: dict[str, Any], code: RefusalCode) -> None:
    fields = json.loads(bus.signal().to_json()) | change
    letter = await _refused(bus, json.dumps(fields).encode())
    assert letter.code == code
    for value in ("Jan Jansen", "Lelystad"):
        assert value not in letter.reason


async def test_a_sender_cannot_pass_for_the_server_by_a_header(bus: BusServer) -> None:
    """Such a message is dropped unread by the client itself, and for ever holds a place among those under way."""
    for status in ("404", "409", "100"):
        await bus.send(POLICE, DESK, REPORTED, b"{}", headers={"Status": status})
    async with bus.inbox(DESK, _never):
        await _settled(bus, DESK)
    assert len(await _letters(bus, DESK)) == 3


async def test_headers_may_be_anything(bus: BusServer) -> None:
    odd = {"content-type": "text/plain", "reply_to": "to.x", "correlation_id": "\u00e9", "Nats-Msg-Id": "x y\u00e9"}
    letter = await _refused(bus, b"{}", headers=odd)
    assert letter.code == RefusalCode.ENVELOPE_INVALID


async def test_an_event_that_the_catalogue_does_not_allow_between_these_two(bus: BusServer) -> None:
    """No lane leads here; only the agency's own operator can put it into the inbox."""
    event = bus.event(ALMERE, BY_SHORT_NAME["signals.received.v1"], {"status": "with_desk"})
    async with bus.client(DESK, Role.OPERATOR) as operator:
        raw = bus.seal(ALMERE).closed(event, DESK)
        await jetstream(operator).publish(f"from.{ALMERE}.signals.received.v1", raw)
    async with bus.inbox(DESK, _never):
        await _settled(bus, DESK)
    assert {letter.code for letter in await _letters(bus, DESK)} == {"not_allowed"}


async def test_a_refusal_of_a_refusal_is_kept_but_not_answered(bus: BusServer) -> None:
    await bus.send(POLICE, DESK, "deliveries.refused.v1", b"{}")
    async with bus.inbox(DESK, _never), bus.inbox(POLICE, _never):
        await _settled(bus, DESK)
    assert len(await _letters(bus, DESK)) == 1
    assert await bus.waiting(POLICE) == 0
    assert await _letters(bus, POLICE) == ()


async def test_two_inboxes_that_refuse_everything_come_to_rest(bus: BusServer) -> None:
    async def take(_: Delivery) -> None:
        raise Refused(RefusalCode.CASE_UNKNOWN, "no such case here")

    await _publish(bus, bus.signal())
    async with bus.inbox(DESK, take), bus.inbox(POLICE, take):
        await _settled(bus, DESK)

        async def refused_there() -> bool:
            return len(await _letters(bus, POLICE)) == 1

        await eventually(refused_there)
        await _settled(bus, POLICE)
    assert (len(await _letters(bus, DESK)), await bus.waiting(DESK)) == (1, 0)


async def test_an_event_that_is_sent_twice_is_refused_once(bus: BusServer) -> None:
    for _ in range(2):
        await bus.send(POLICE, DESK, REPORTED, b"{}", headers={"Nats-Msg-Id": "one-and-the-same"})
    async with bus.inbox(DESK, _never):
        await _settled(bus, DESK)
    assert len(await _letters(bus, DESK)) == 1
    assert len(await bus.fetch(POLICE, count=2)) == 1


async def test_a_dead_letter_is_replayed_once_its_cause_is_gone(bus: BusServer) -> None:
    taken: list[str] = []

    async def take(delivery: Delivery) -> None:
        if not taken:
            taken.append("refused")
            raise Refused(RefusalCode.CASE_UNKNOWN, "no such case here")
        taken.append(delivery.message.id)

    message = bus.signal()
    await _publish(bus, message)
    async with bus.inbox(DESK, take):
        await _settled(bus, DESK)
        async with await bus.letters(DESK) as letters:
            [letter] = await letters.list()
            assert await letters.show(letter.seq) == letter
            await letters.replay(letter.seq)
            assert await letters.list() == ()
            with pytest.raises(LookupError):
                await letters.show(letter.seq)
        await _settled(bus, DESK)
    assert taken == ["refused", message.id]


async def test_a_dead_letter_is_replayed_corrected(bus: BusServer) -> None:
    right = bus.signal()
    letter = await _refused(bus, right.to_json()[:-1])
    taken: list[CloudEvent] = []

    async def take(delivery: Delivery) -> None:
        taken.append(delivery.message)

    async with await bus.letters(DESK) as letters, bus.inbox(DESK, take):
        await letters.replay(letter.seq, right.to_json())
        await _settled(bus, DESK)
        assert await letters.list() == ()
    assert taken == [right]


async def test_dead_letters_are_read_the_newest_first_and_a_part_at_a_time(bus: BusServer) -> None:
    await asyncio.gather(*(bus.write(POLICE, DESK, "signals.reported.v1", b"{}") for _ in range(40)))
    async with bus.inbox(DESK, _never):
        await _settled(bus, DESK)
    async with await bus.letters(DESK) as letters:
        every = [letter.seq for letter in reversed(await letters.list())]
        assert len(every) >= 40
        for seq in every[5:36]:
            await letters.remove(seq)
        left = [*every[:5], *every[36:]]
        first = await letters.newest(most=8)
        assert [letter.seq for letter in first] == left[:8]
        assert [letter.seq for letter in await letters.newest(first[-1].seq, 500)] == left[8:]
        assert await letters.newest(left[-1]) == ()


async def test_what_is_replayed_twice_with_the_same_ticket_arrives_once(bus: BusServer) -> None:
    letter = await _refused(bus, b"{}")
    async with await bus.letters(DESK) as one, await bus.letters(DESK) as other:
        ways = (one.replay(letter.seq, once="a" * 32), other.replay(letter.seq, once="a" * 32))
        ended = await asyncio.gather(*ways, return_exceptions=True)
        assert [error for error in ended if error is not None and not isinstance(error, LookupError)] == []
        assert None in ended
        assert await bus.waiting(DESK) == 1


async def test_a_replay_that_fails_keeps_the_letter(bus: BusServer) -> None:
    letter = await _refused(bus, b"{}")
    async with await bus.letters(DESK) as letters:
        with pytest.raises(Refused, match="too_large"):
            await letters.replay(letter.seq, b"x" * 2_000_000)
        assert await letters.show(letter.seq) == letter


async def test_one_case_one_at_a_time_and_other_cases_beside_it(bus: BusServer) -> None:
    first, second = bus.signal(), bus.signal()
    same = [first, *(bus.signal(caseref=first.caseref) for _ in range(2))]
    inside: dict[str, int] = {}
    most: dict[str, int] = {}
    met = asyncio.Event()

    async def take(delivery: Delivery) -> None:
        case = delivery.message.caseref
        inside[case] = inside.get(case, 0) + 1
        most[case] = max(most.get(case, 0), inside[case])
        if len([one for one in inside.values() if one]) == 2:
            met.set()
        await met.wait()
        await asyncio.sleep(0)
        inside[case] -= 1

    for message in [*same, second]:
        await _publish(bus, message)
    async with bus.inbox(DESK, take):
        await _settled(bus, DESK)
    assert met.is_set()
    assert most == {first.caseref: 1, second.caseref: 1}


async def test_every_message_is_handled_once_when_many_come(bus: BusServer) -> None:
    taken: list[str] = []

    async def take(delivery: Delivery) -> None:
        await asyncio.sleep(0.001)
        taken.append(delivery.message.id)

    sent = [bus.signal() for _ in range(200)]
    sending = broker(bus.url, bus.keys.seed(POLICE, Role.WORKER))
    async with sending:
        await asyncio.gather(*(bus.post(sending, POLICE).publish(message, DESK) for message in sent))
    async with bus.inbox(DESK, take, pace=FAST._replace(of_one=8)):
        await _settled(bus, DESK)
    assert sorted(taken) == sorted(message.id for message in sent)


async def test_publishing_by_hand_returns_what_came_back(bus: BusServer) -> None:
    async def take(_: Delivery) -> None:
        raise Refused(RefusalCode.MUNICIPALITY_UNKNOWN, "no such municipality")

    message = bus.signal()
    async with await Mailbox.open(bus.operator(POLICE), bus.seal(POLICE)) as mailbox:
        async with bus.inbox(DESK, take):
            answer = await mailbox.publish_and_wait(message, bus.agency(DESK), timeout=20)
        assert answer is not None
        assert answer.data["code"] == "municipality_unknown"
        assert await mailbox.publish_and_wait(bus.signal(), bus.agency(DESK), timeout=0.1) is None


async def test_where_no_lane_leads_publishing_fails_in_words(bus: BusServer) -> None:
    with pytest.raises(Exception, match=r"almere did not acknowledge nl\.keten\.signals\.reported\.v1"):
        await _publish(bus, bus.signal(), recipient=ALMERE)


async def test_the_inbox_makes_nothing_on_the_server(tmp_path: Any, directory: Any) -> None:
    """Streams and consumers are the operator's: without them an inbox does not come up, instead of making others."""
    empty = BusServer(tmp_path, directory)
    empty.start()
    try:
        with pytest.raises(NotFoundError):
            await empty.inbox(DESK, _accept).__aenter__()
        async with empty.client(DESK, Role.OPERATOR) as operator:
            with pytest.raises(NotFoundError):
                await jetstream(operator).stream_info("INBOX")
    finally:
        empty.kill()
