"""One agency does everything at once that could stop others, and another agency's case goes from signal to closure."""

import asyncio
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from console.commands.demo import CLOCKS
from console.demo.staff import SimulatedStaff
from console.demo.stories import with_help_and_riec
from console.installation import everything
from runtime.bus import Access
from runtime.bus.standing import standing
from runtime.keys import Role
from runtime.settings import Settings
from tests.faults.hostile import ATTACKER, DESK, Attacker, poisoned
from workers.office import Office

MINUTE = 60.0
PATIENCE = 240.0


@pytest.mark.chaos
@pytest.mark.timeout(600)
async def test_a_case_goes_from_signal_to_closure_beside_an_agency_that_does_all_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Office, "take", poisoned(Office.take))
    settings = Settings(home=tmp_path / "home", clocks=CLOCKS)
    with capture_logs() as said:
        async with everything(settings) as (installation, running):
            attacker = Attacker(installation)
            began = asyncio.get_running_loop().time()
            async with attacker.at_work():
                await asyncio.sleep(5)  # shares fill, and stay full
                async with asyncio.timeout(PATIENCE):
                    await with_help_and_riec(SimulatedStaff(installation))
                await asyncio.sleep(max(0, MINUTE - (asyncio.get_running_loop().time() - began)))
                operator = Access(running.nats_url, installation.keys.seed(DESK, Role.OPERATOR))
                stood = await standing(operator, DESK)
    assert attacker.sent > 300
    assert attacker.refused > 0, "what did not fit into its share was refused where it was sent"
    assert ATTACKER in stood.throttled
    assert {one.sender for one in stood.senders if one.throttled} == {ATTACKER}, "nobody else's share is full"
    assert all(stream.part_full < 0.5 for stream in stood.streams)
    others = [line for line in said if line["event"] == "event_refused" and line["sender"] != ATTACKER]
    assert not others, "nothing of anybody else was refused"
    assert any(line["event"] == "alarm_raised" and ATTACKER in str(line) for line in said)
