"""Killed in the middle, again and again: nothing is lost, one event has one id, and of each case the order holds."""

import asyncio
import sys
from collections import defaultdict

import pytest

from tests.post_office.webhooks.killed import EVENTS, office
from tests.post_office.webhooks.receiver import Told, receiver, reply

pytestmark = pytest.mark.long


async def test_kill_9_in_the_middle(url: str) -> None:
    made = office(url)
    async with receiver(lambda _: reply(200)) as there:
        endpoint, secret = await made.make(there.url())
        await made.places.replay(endpoint, 0)
        for stop in (10, 25, 40, 70):
            process = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.post_office.webhooks.killed", url)
            await there.until(stop)
            process.kill()
            await process.wait()
        process = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.post_office.webhooks.killed", url)
        while len({told.id for told in there.taken}) < EVENTS:
            there.came.clear()
            await there.came.wait()
        process.kill()
        await process.wait()
        taken = list(there.taken)
    first = defaultdict[str, list[int]](list)
    for told in taken:
        told.verify(secret)
        if told.position not in first[_case(told)]:
            first[_case(told)].append(told.position)
    assert sum(map(len, first.values())) == EVENTS
    assert all(positions == sorted(positions) for positions in first.values())
    assert len({(told.id, told.position) for told in taken}) == EVENTS
    assert len(taken) < 2 * EVENTS, "it went on where it was"


def _case(told: Told) -> str:
    return told.event["caseref"]
