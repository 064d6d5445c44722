"""The tables of the web console are changed in steps, on SQLite and on a real PostgreSQL: who is logged in stays so."""

from datetime import UTC, datetime

from sqlalchemy import inspect, text

from runtime.database import open_database
from runtime.migrations import Tables, downgrade, upgrade
from runtime.schema import check
from runtime.sessions.sessions import Sessions
from runtime.sessions.tickets import Tickets

OLD_TICKET = """INSERT INTO ticket (hash, session, file, command, made_at)
VALUES ('5eed', :session, 'case-of-somebody', 'accept_case', :now)"""


async def test_tickets_that_named_their_file_go_and_sessions_stay(url: str) -> None:
    upgrade(url, Tables.SESSIONS, "0001")
    secret = await Sessions(url).begin("c-17", "almere")
    session = await Sessions(url).find(secret)
    assert session
    with open_database(url).begin() as connection:
        connection.execute(text(OLD_TICKET), {"session": session.id, "now": datetime.now(UTC)})
    upgrade(url, Tables.SESSIONS)
    check(url, Tables.SESSIONS)
    assert await Sessions(url).find(secret)
    with open_database(url).connect() as connection:
        assert connection.execute(text("SELECT * FROM ticket")).all() == []
    ticket = await Tickets(url).make(session.id, "case-1", "accept_case")
    assert (await Tickets(url).spend(session.id, ticket, "case-1", "accept_case")).answer is None
    downgrade(url, "0001", Tables.SESSIONS)
    assert {"file", "command"} < {column["name"] for column in inspect(open_database(url)).get_columns("ticket")}
    assert await Sessions(url).find(secret)
