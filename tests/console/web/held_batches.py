"""Batches of one person, in memory."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from console.web.batch_ports import TooMany
from runtime.sessions.batches import Batch, Done, Item, State


def a_batch(number: int, state: State = State.TRIED, command: str = "acknowledge_gap", why: str = "") -> Batch:
    """A batch."""
    return Batch(f"{number:032x}", "coordinator-almere", "c-17", command, "{}", state, why, datetime.now(UTC))


def an_item(number: int, state: Done = Done.WAITING, answer: str = "", target: str = "") -> Item:
    """An item of one."""
    name = target or f"coverage-k{number:024d}"
    return Item(number, name, f"{number:032x}", state, begun=state is not Done.WAITING, answer=answer)


@dataclass
class Held:
    """What is remembered of batches, and what was pressed."""

    rows: list[Any] = field(default_factory=list[Any])
    total: int | None = None
    kept: dict[str, tuple[Batch, list[Item]]] = field(default_factory=dict[str, tuple[Batch, list[Item]]])
    made: dict[str, tuple[str, Mapping[str, Any], list[str]]] = field(
        default_factory=dict[str, tuple[str, Mapping[str, Any], list[str]]]
    )
    pressed: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    full: bool = False
    makes: int = 0

    async def possible(self, command: str) -> tuple[Sequence[Any], int]:
        return self.rows, len(self.rows) if self.total is None else self.total

    async def make(self, ticket: str, command: str, content: Mapping[str, Any], targets: Sequence[str]) -> str:
        if self.full:
            raise TooMany("batches")
        self.makes += 1
        self.made[ticket] = (command, content, [*targets])
        return f"{len(self.made):032x}"

    async def mine(self) -> Sequence[tuple[Batch, Mapping[str, int]]]:
        return [(batch, Counter(item.state for item in items)) for batch, items in self.kept.values()]

    async def one(self, batch: str) -> tuple[Batch, list[Item]] | None:
        return self.kept.get(batch)

    async def go_on(self, batch: str) -> bool:
        self.pressed.append((batch, "go_on"))
        return True

    async def stop(self, batch: str) -> bool:
        self.pressed.append((batch, "stop"))
        return True

    def keep(self, batch: Batch, *items: Item) -> str:
        """Have one here."""
        self.kept[batch.id] = (batch, [*items])
        return batch.id
