"""Delivers what a book in memory heard, until it is killed: ``python -m tests.post_office.webhooks.killed DATABASE``."""

import asyncio
import sys

from post_office.webhooks.delivering import Delivering
from tests.post_office.webhooks.office import MemoryKeys, Office

EVENTS, CASES = 120, 7


class SameKeys(MemoryKeys):
    """The next process has them again, as it would have the agency's."""

    async def make_or_get(self, case: str) -> bytes:
        return case.encode().ljust(32, b"-")[:32]


def office(url: str) -> Office:
    """The same at each start: what was heard is in the book."""
    made = Office(url, keys=SameKeys())
    for number in range(EVENTS):
        made.book.hear(f"k{number % CASES:024d}")
    return made


async def _main(url: str) -> None:
    await Delivering(office(url).means).run()


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1]))
