"""Servers and offices die at random moments while many cases run: all that was acknowledged has its effect, once and in order."""

import asyncio
import sys
from pathlib import Path

import pytest

from tests.faults.checker import NO_CONSENT, faults
from tests.faults.looking import seen, settled
from tests.faults.playing import ACTS, Players
from tests.faults.progress import say
from tests.faults.random_kills import SEED, Killer, plan, seed
from tests.faults.record import Record
from tests.faults.town import town

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads how a server was started from /proc")


@pytest.mark.parametrize(
    ("events", "kills"),
    [
        pytest.param(600, 10, marks=[pytest.mark.chaos, pytest.mark.timeout(1200)]),
        pytest.param(3000, 40, marks=[pytest.mark.endurance, pytest.mark.timeout(7200)]),
    ],
)
async def test_all_that_was_acknowledged_has_its_effect_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], events: int, kills: int
) -> None:
    number, cases = seed(), -(-events // len(NO_CONSENT))
    with capsys.disabled():
        say(f"\n{cases} cases, {kills} kills; to have this run again: {SEED}={number}")
        async with town(tmp_path / "home") as there:
            record = Record()
            killer = Killer(there, record, await there.open_offices())
            async with asyncio.TaskGroup() as group:
                group.create_task(killer.carry_out(plan(number, kills, ACTS * cases)))
                group.create_task(Players(there.here, record).play(cases))
            say(f"{record.acts} acknowledged, {record.tries} tries in vain")
            await settled(there.keten, record)
            found = await seen(there.keten, record)
    assert killer.killed == kills
    assert len(record.signals) - len(record.left) == cases
    assert record.finished == record.signals.keys()
    assert faults(record, found) == [], f"{SEED}={number}"
