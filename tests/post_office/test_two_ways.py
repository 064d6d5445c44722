"""Two post offices on a real bus: what is handed in at one stands in the feed of the other, in order and once."""

from contracts.events.signals import SignalReported
from contracts.words import SignalStatus
from post_office.ports import Stage
from tests.bus_server import BusServer
from tests.post_office.at_work import DESK, POLICE, at_work, heard, receipt, signal, until


async def test_what_is_handed_in_arrives_and_is_answered(bus: BusServer) -> None:
    async with at_work(bus, POLICE) as police, at_work(bus, DESK) as desk:
        [kept] = await police.book.keep([signal(1, subject="our number 7")])
        [came] = await heard(desk, 1)
        assert (came.position, came.sender, came.caseref, came.type) == (1, POLICE, kept.caseref, SignalReported.rule.type)
        assert came.event
        assert came.event["data"]["signal"]["account"] == "seen at door 1"
        assert came.event["source"].endswith(":systeem:post")
        assert came.event["sequence"] == "1"
        await desk.book.keep([receipt(1, kept.caseref)])
        [answer] = await heard(police, 1)
        assert (answer.sender, answer.subject) == (DESK, "our number 7")
        assert answer.event
        assert answer.event["data"]["status"] == SignalStatus.WITH_DESK
        taken = await until(police, "signal-1", Stage.TAKEN)
        assert [rung.stage for rung in taken.rungs] == [Stage.KEPT, Stage.SENT, Stage.TAKEN]
