"""The tables of the web console are changed in steps, on SQLite and on a real PostgreSQL: who is logged in stays so."""

from datetime import UTC, datetime

from sqlalchemy import inspect, text

from runtime.database import open_database
from runtime.drafts.drafts import Drafts
from runtime.drafts.sealing import Place
from runtime.drafts.taken import Taking
from runtime.migrations import Tables, downgrade, upgrade
from runtime.schema import check
from runtime.sessions.secrets import kept
from runtime.sessions.sessions import Sessions
from runtime.sessions.tickets import Tickets

OLD_SESSION = """INSERT INTO session (hash, person, agency, began_at, seen_at)
VALUES (:session, 'c-17', 'almere', :now, :now)"""
OLD_TICKET = """INSERT INTO ticket (hash, session, file, command, made_at)
VALUES ('5eed', :session, 'case-of-somebody', 'accept_case', :now)"""


async def test_tickets_that_named_their_file_go_and_sessions_stay(url: str) -> None:
    upgrade(url, Tables.SESSIONS, "0001")
    secret, session = "what a browser was given", kept("what a browser was given")
    with open_database(url).begin() as connection:
        connection.execute(text(OLD_SESSION), {"session": session, "now": datetime.now(UTC)})
        connection.execute(text(OLD_TICKET), {"session": session, "now": datetime.now(UTC)})
    upgrade(url, Tables.SESSIONS)
    check(url, Tables.SESSIONS)
    found = await Sessions(url).find(secret)
    assert found
    assert found.proved is None, "nobody knows when they proved who they are"
    with open_database(url).connect() as connection:
        assert connection.execute(text("SELECT * FROM ticket")).all() == []
    ticket = await Tickets(url).make(session, "case-1", "accept_case")
    assert (await Tickets(url).spend(session, ticket, "case-1", "accept_case")).answer is None
    downgrade(url, "0001", Tables.SESSIONS)
    assert {"file", "command"} < {column["name"] for column in inspect(open_database(url)).get_columns("ticket")}
    with open_database(url).connect() as connection:
        assert connection.execute(text("SELECT person FROM session")).scalars().all() == ["c-17"]


async def test_drafts_come_with_a_step_of_their_own_and_go_with_it(url: str) -> None:
    upgrade(url, Tables.SESSIONS, "0003")
    secret = await Sessions(url).begin("c-17", "almere")
    upgrade(url, Tables.SESSIONS)
    check(url, Tables.SESSIONS)
    place = Place("almere", "c-17", "case-1", "record_intake")
    await Drafts(url).keep(place, "t", b"sealed")
    await Taking(url).take("almere", "case-1", "c-17")
    assert await Drafts(url).find(place)
    downgrade(url, "0003", Tables.SESSIONS)
    assert not {"draft", "taken"} & {*inspect(open_database(url)).get_table_names()}
    assert await Sessions(url).find(secret)
