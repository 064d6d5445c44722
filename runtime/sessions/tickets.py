"""Tickets: what a form may send once. One says that the form was shown in this session, and keeps what was answered.

The database does not say for which file and which command: it keeps a hash of them, whose key is the ticket itself.
"""

import asyncio
from typing import NamedTuple

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from runtime.sessions.secrets import bound, kept, new_ticket
from runtime.sessions.stored import Stored
from runtime.sessions.tables import TICKET

MOST = 200
"""Tickets of one session; the oldest goes."""
LONGEST_ANSWER = 500
"""Characters that are kept of an answer."""


class TicketRefused(ValueError):  # noqa: N818 - named as what happened
    """It is no ticket of this session for this file and this command."""


class Spent(NamedTuple):
    """A ticket that was shown.

    Attributes:
        answer: What was answered when it was sent for the first time; None: nothing is known of that.
    """

    answer: str | None


class Tickets(Stored):
    """The tickets in a database. They go with their session."""

    async def make(self, session: str, file: str, command: str) -> str:
        """A new ticket.

        Args:
            session: The id of a session.
            file: The name of a file.
            command: What may be sent with it.

        Raises:
            TicketRefused: The session has ended meanwhile.
        """
        return await asyncio.to_thread(self._make, session, file, command)

    async def spend(self, session: str, ticket: str, file: str, command: str) -> Spent:
        """Show a ticket. The same one may be shown again: it says what was answered.

        Raises:
            TicketRefused: It is another session's, file's or command's, or none.
        """
        return await asyncio.to_thread(self._spend, session, ticket, file, command)

    async def answered(self, ticket: str, answer: str) -> None:
        """Keep what was answered; the first answer stays.

        Args:
            ticket: As it was shown.
            answer: A phase, or a refusal in coded words: nothing personal.
        """
        await asyncio.to_thread(self._answered, ticket, answer)

    def _make(self, session: str, file: str, command: str) -> str:
        ticket = new_ticket()
        about = bound(ticket, file, command)
        row = {"hash": kept(ticket), "session": session, "about": about, "made_at": self._now()}
        newest = select(TICKET.c.hash).where(TICKET.c.session == session)
        newest = newest.order_by(TICKET.c.made_at.desc(), TICKET.c.hash).limit(MOST)
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(TICKET).values(row))
                stay = connection.scalars(newest).all()
                connection.execute(delete(TICKET).where(TICKET.c.session == session, TICKET.c.hash.not_in(stay)))
        except IntegrityError:
            raise TicketRefused("the session has ended") from None
        return ticket

    def _spend(self, session: str, ticket: str, file: str, command: str) -> Spent:
        there = select(TICKET.c.answer).where(TICKET.c.hash == kept(ticket), TICKET.c.session == session)
        with self._engine.connect() as connection:
            row = connection.execute(there.where(TICKET.c.about == bound(ticket, file, command))).first()
        if row is None:
            raise TicketRefused("this form was not shown in this session, or too long ago")
        return Spent(row.answer)

    def _answered(self, ticket: str, answer: str) -> None:
        first = update(TICKET).where(TICKET.c.hash == kept(ticket), TICKET.c.answer.is_(None))
        with self._engine.begin() as connection:
            connection.execute(first.values(answer=answer[:LONGEST_ANSWER]))
