"""The batches of one person at one agency."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from console.batches.commands import WHERE
from console.batches.runner import BY_HAND, Runner
from console.lists import MOST, Lists
from console.rows import Row
from console.web.batch_ports import TooMany as Refused
from runtime.sessions.batches import MOST_ITEMS, Batch, Batches, Done, Item, Order, State, TooMany, Whose


class MyBatches:
    """See ``console.web.batch_ports.Batches``.

    Args:
        rows: All batches.
        runner: What works on them.
        lists: Of the files of the agency, in the name of the person.
        whose: The person, and the agency.
    """

    def __init__(self, rows: Batches, runner: Runner, lists: Lists, whose: Whose) -> None:
        self._rows = rows
        self._runner = runner
        self._lists = lists
        self._whose = whose

    async def possible(self, command: str) -> tuple[list[Row], int]:
        """See the port."""
        page = await self._lists.where(WHERE[command], most=MOST)
        rows, total = [*page.rows], page.total
        while page.after and len(rows) < MOST_ITEMS:
            page = await self._lists.where(WHERE[command], page.after, MOST_ITEMS - len(rows))
            rows += page.rows
        return rows, total

    async def make(self, ticket: str, command: str, content: Mapping[str, Any], targets: Sequence[str]) -> str:
        """See the port."""
        batch = hashlib.sha256(f"batch {ticket}".encode()).hexdigest()[:32]
        if len(targets) > MOST_ITEMS:
            raise Refused("items")
        try:
            await self._rows.make(batch, self._whose, Order(command, json.dumps(content)), targets)
        except TooMany:
            raise Refused("batches") from None
        self._runner.wake(self._whose.agency)
        return batch

    async def mine(self) -> list[tuple[Batch, dict[str, int]]]:
        """See the port."""
        return await self._rows.of(self._whose)

    async def one(self, batch: str) -> tuple[Batch, list[Item]] | None:
        """See the port."""
        found = await self._rows.find(batch, self._whose)
        return (found, await self._rows.items(batch)) if found else None

    async def go_on(self, batch: str) -> bool:
        """See the port. All that is left is worked on only where one was done; else one more is tried."""
        found = await self.one(batch)
        if found is None:
            return False
        was_done = any(item.state == Done.DONE for item in found[1])
        went = await self._rows.again(batch, State.WORKING if was_done else State.TRYING)
        self._runner.wake(self._whose.agency)
        return went

    async def stop(self, batch: str) -> bool:
        """See the port."""
        if await self._rows.find(batch, self._whose) is None:
            return False
        return await self._rows.move(batch, (State.TRYING, State.TRIED, State.WORKING), State.STOPPED, BY_HAND)
