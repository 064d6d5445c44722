"""The dead letters of a case that is erased go too, and no others."""

import json

from contracts.refusals import RefusalCode, Refused
from runtime.bus import Delivery
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
    async with bus.inbox(DESK, _refuse, loops=1):

        async def empty() -> bool:
            return await bus.waiting(DESK) == 0

        await eventually(empty)
    async with await bus.letters(DESK) as letters:
        assert len(await letters.list()) == 5
        for _ in range(2):
            await letters.forget(gone.caseref)
            assert {letter.body for letter in await letters.list()} == {sent[1], b"no message at all"}
