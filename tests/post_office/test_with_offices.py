"""A post office beside real offices: from outside it is one of them."""

from pathlib import Path

import pytest

from contracts.events.signals import SignalReceived
from post_office.ports import Stage
from post_office.process import post_office
from tests.bus_server import COORDINATOR, DESK, POLICE, REGISTRY
from tests.post_office.at_work import FAST, heard, signal, until
from tests.workers.few import few
from workers.kinds import offices

pytestmark = pytest.mark.long


async def test_a_real_desk_takes_what_a_post_office_sends_and_its_receipt_stands_in_the_feed(tmp_path: Path) -> None:
    async with few(tmp_path, [POLICE, DESK, COORDINATOR, REGISTRY], **FAST) as installation:
        desk, police = installation.directory.get(DESK), installation.directory.get(POLICE)
        async with offices([desk], installation), post_office(police, installation, patience=0) as office:
            [kept] = await office.book.keep([signal(1, subject="our number 7")])
            [receipt, *_] = await heard(office, 1)
            assert (receipt.type, receipt.sender, receipt.subject) == (SignalReceived.rule.type, DESK, "our number 7")
            assert receipt.caseref == kept.caseref
            taken = await until(office, "signal-1", Stage.TAKEN)
            assert [rung.stage for rung in taken.rungs][:2] == [Stage.KEPT, Stage.SENT]
            assert not [rung for rung in taken.rungs if rung.stage in {Stage.REFUSED, Stage.MISSED}]
