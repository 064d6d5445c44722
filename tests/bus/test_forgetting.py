"""The dead letters of a case that is erased go too, and no others."""

import base64
import hashlib
import json

import pytest

from contracts.reference import new_reference
from contracts.refusals import RefusalCode, Refused
from runtime.bus import Delivery
from runtime.bus.connection import jetstream
from runtime.bus.dead_letters import AHEAD
from tests.bus_server import DESK, FAST, POLICE, BusServer, eventually

REPORTED = "signals.reported.v1"


async def _refuse(_: Delivery) -> None:
    raise Refused(RefusalCode.CASE_CLOSED, "an example")


async def test_the_dead_letters_of_one_case_go_and_those_of_others_stay(bus: BusServer) -> None:
    gone, stays = bus.signal(), bus.signal()
    in_clear = json.dumps({"caseref": gone.caseref, "data": "whatever a faulty system sends"}).encode()
    sent = [bus.seal(POLICE).closed(message, DESK) for message in (gone, stays, gone.model_copy(update={"id": "0" * 32}))]
    for body in (*sent, in_clear, b"no message at all"):
        await bus.send(POLICE, DESK, REPORTED, body)
    async with bus.inbox(DESK, _refuse, pace=FAST._replace(of_one=1)):

        async def empty() -> bool:
            return await bus.waiting(DESK) == 0

        await eventually(empty)
    async with await bus.letters(DESK) as letters:
        assert len(await letters.list()) == 5
        for _ in range(2):
            await letters.forget(gone.caseref)
            assert {letter.body for letter in await letters.list()} == {sent[1], b"no message at all"}


@pytest.mark.parametrize("count", [1, AHEAD + 1, 3 * AHEAD])
async def test_however_many_there_are_each_is_found_once_and_gaps_are_passed_over(bus: BusServer, count: int) -> None:
    async with bus.client(DESK) as client:
        for number in range(count):
            await jetstream(client).publish(f"dead.{POLICE}.{REPORTED}", str(number).encode())
    async with await bus.letters(DESK) as letters:
        assert [int(letter.body) for letter in await letters.list()] == list(range(count))
        for letter in await letters.list():
            if int(letter.body) % AHEAD > 1:
                await letters.replay(letter.seq)
        assert [int(letter.body) for letter in await letters.list()] == [n for n in range(count) if n % AHEAD <= 1]


def ways_to_name(case: str, desk: str, bus: BusServer) -> dict[str, bytes]:
    """Bytes that nobody could take, and that still say which case they are about."""
    about = json.dumps({"caseref": case, "data": {"account": "what somebody wrote"}})
    right = bus.signal(caseref=case)
    other = bus.signal()
    moved = json.loads(bus.seal(POLICE).closed(right, desk)) | {"caseref": other.caseref}
    return {
        "broken off": about.encode()[:-3],
        "twice the same key": b'{"id": "a", "id": "b", ' + about.encode()[1:],
        "not utf-8": b"\xff" + about.encode(),
        "another encoding": about.encode("utf-16"),
        "in capitals": about.upper().encode(),
        "escaped": about.encode().replace(case.encode(), "".join(f"\\u{ord(letter):04X}" for letter in case).encode()),
        "in another field": json.dumps({"subject": f"case {case}, again"}).encode(),
        "deep inside": b"[" * 5000 + about.encode(),
        "signed but not sealed": json.dumps({"data": f"e30.{base64.urlsafe_b64encode(about.encode()).decode()}.xx"}).encode(),
        "inside its seal only": json.dumps(moved).encode(),
    }


async def test_what_names_the_case_goes_however_it_is_written(bus: BusServer) -> None:
    case, stays = new_reference(), new_reference()
    ways = ways_to_name(case, DESK, bus)
    async with bus.client(DESK) as client:
        for body in (*ways.values(), *ways_to_name(stays, DESK, bus).values()):
            await jetstream(client).publish(f"dead.{POLICE}.{REPORTED}", body)
        await jetstream(client).publish(f"dead.{POLICE}.{REPORTED}", b"x", headers={"Keten-Original-Msg-Id": f"about {case}"})
    async with await bus.letters(DESK) as letters:
        await letters.forget(case)
        left = {letter.body for letter in await letters.list()}
    assert {name for name, body in ways.items() if body in left} == set()
    assert len(left) == len(ways)


async def test_of_what_comes_about_an_erased_case_only_hash_and_reason_stay(bus: BusServer) -> None:
    async def erased(_: Delivery) -> None:
        raise Refused(RefusalCode.CASE_ERASED, "what was kept of this case was erased; begin a new case")

    message = bus.signal()
    raw = bus.seal(POLICE).closed(message, DESK)
    await bus.send(POLICE, DESK, REPORTED, raw)
    async with bus.inbox(DESK, erased):

        async def empty() -> bool:
            return await bus.waiting(DESK) == 0

        await eventually(empty)
    async with await bus.letters(DESK) as letters:
        [letter] = await letters.list()
    assert (letter.code, letter.event_id, letter.body) == ("case_erased", message.id, b"")
    assert letter.hash == hashlib.sha256(raw).hexdigest()
