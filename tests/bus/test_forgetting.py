"""The dead letters of a case that is erased go too, and no others."""

import json

import pytest

from contracts.refusals import RefusalCode, Refused
from runtime.bus import Delivery, Pace
from runtime.bus.connection import jetstream
from runtime.bus.dead_letters import AHEAD
from tests.bus_server import DESK, POLICE, BusServer, eventually

REPORTED = "signals.reported.v1"


async def _refuse(_: Delivery) -> None:
    raise Refused(RefusalCode.CASE_CLOSED, "an example")


async def test_the_dead_letters_of_one_case_go_and_those_of_others_stay(bus: BusServer) -> None:
    gone, stays = bus.signal(), bus.signal()
    in_clear = json.dumps({"caseref": gone.caseref, "data": "whatever a faulty system sends"}).encode()
    sent = [bus.seal(POLICE).closed(message, DESK) for message in (gone, stays, gone.model_copy(update={"id": "0" * 32}))]
    for body in (*sent, in_clear, b"no message at all"):
        await bus.send(POLICE, DESK, REPORTED, body)
    async with bus.inbox(DESK, _refuse, pace=Pace(of_one=1)):

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
