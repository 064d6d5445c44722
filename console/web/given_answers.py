"""Tickets, and whether one of them was answered so: a page tells of no decision that nobody made."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import TypeVar

from runtime.sessions.tickets import Spent, Tickets

REMEMBERED = 1_000
"""Tickets, and answers, of which this process knows for what they were; then the oldest is forgotten."""

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class GivenAnswers(Tickets):
    """The same tickets. For which file one was, the database does not say: this process remembers it for a while."""

    def __init__(self, url: str, most: int = REMEMBERED) -> None:
        super().__init__(url)
        self._most = most
        self._shown: OrderedDict[str, tuple[str, str, str]] = OrderedDict()
        self._given: OrderedDict[tuple[str, str, str, str], None] = OrderedDict()

    async def spend(self, session: str, ticket: str, file: str, command: str) -> Spent:
        """See ``Tickets``."""
        spent = await super().spend(session, ticket, file, command)
        self._remember(self._shown, ticket, (session, file, command))
        if spent.answer is not None:
            self._remember(self._given, (session, file, command, spent.answer), None)
        return spent

    async def answered(self, ticket: str, answer: str) -> None:
        """See ``Tickets``; it was answered, also where that cannot be kept."""
        if ticket in self._shown:
            self._remember(self._given, (*self._shown[ticket], answer), None)
        await super().answered(ticket, answer)

    def gave(self, session: str, file: str, command: str, answer: str) -> bool:
        """Whether a ticket of a session, for this file and command, has this answer, as far as it is remembered."""
        return (session, file, command, answer) in self._given

    def _remember(self, known: OrderedDict[K, V], key: K, value: V) -> None:
        known[key] = value
        known.move_to_end(key)
        while len(known) > self._most:
            known.popitem(last=False)
