"""Tickets, and whether one of them was answered so: a page tells of no decision that nobody made."""

import asyncio

from sqlalchemy import select

from runtime.sessions.tables import TICKET
from runtime.sessions.tickets import Tickets


class GivenAnswers(Tickets):
    """The same tickets."""

    async def gave(self, session: str, file: str, command: str, answer: str) -> bool:
        """Whether a ticket of a session, for this file and command, has this answer."""
        return await asyncio.to_thread(self._gave, session, file, command, answer)

    def _gave(self, session: str, file: str, command: str, answer: str) -> bool:
        bound = (TICKET.c.session == session, TICKET.c.file == file, TICKET.c.command == command, TICKET.c.answer == answer)
        with self._engine.connect() as connection:
            return connection.execute(select(TICKET.c.hash).where(*bound).limit(1)).first() is not None
