"""Half-done forms over real rows and real keys: back whole, one's own alone, gone with the case, and unreadable in the file."""

import asyncio
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.forms.fields import Field, fields_of
from console.forms.leaf import Kind
from console.installation import Installation
from console.web import begun
from console.web.begun import Drafts, Taking
from console.web.composition import rows_of
from console.web.desk import Rows
from console.web.drafts_ports import SENT, TOO_LARGE, TOO_MANY, NotKept
from console.web.sweeping import begun_at, parts_of, sweep
from console.web.visit import Visit
from contracts.commands import COMMANDS
from contracts.reference import new_reference
from runtime.database import open_database
from runtime.drafts import drafts, sealing
from runtime.keys.case_keys import CaseErased, CaseKeyMissing
from runtime.migrations import Tables, upgrade
from runtime.people.lists import Right
from runtime.sessions.tables import DRAFT
from tests.console.forms.plain_words import PlainWords
from tests.console.web.serving import ALMERE, URK, installed

CASE = new_reference()
FILE = f"case-{CASE}"
MARK = "zzmark-draft-zz"


class Here(NamedTuple):
    """What a console keeps, and what is behind it."""

    installation: Installation
    rows: Rows
    drafts: Drafts

    async def visit(self, person: str = "c-17", agency: str = ALMERE) -> Visit:
        """Somebody who has logged in."""
        session = await self.rows.sessions.find(await self.rows.sessions.begin(person, agency))
        assert session
        at = self.installation.directory.get(agency)
        return Visit(person, at, frozenset({Right.HANDLE}), "nl", session.id, session.until, session.longest)

    async def ticket(self, visit: Visit, command: str) -> str:
        return await self.rows.tickets.make(visit.session, FILE, command)

    async def keep(self, visit: Visit, *pairs: tuple[str, str], command: str = "record_intake") -> begun.Draft:
        return await self.drafts.keep(visit, (FILE, command), await self.ticket(visit, command), (pairs, "seen"))

    def stored(self) -> bytes:
        """Every byte of the database."""
        return b"".join(path.read_bytes() for path in self.installation.settings.home.glob("console.db*"))


def opened(installation: Installation) -> Here:
    rows = rows_of(installation)
    return Here(installation, rows, Drafts(rows.drafts, rows.tickets, lambda visit: installation.case_keys(visit.agency.slug)))


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    installation = installed(tmp_path_factory.mktemp("begun") / "home")
    upgrade(installation.settings.console, Tables.SESSIONS)
    for slug in (ALMERE, URK):
        installation.prepare_case_keys(slug)
        asyncio.run(installation.case_keys(slug).make_or_get(CASE))
    return installation


@pytest.fixture
def here(installation: Installation) -> Here:
    """With nothing begun."""
    with open_database(installation.settings.console).begin() as connection:
        connection.execute(DRAFT.delete())
    return opened(installation)


def names(fields: list[Field] | tuple[Field, ...]) -> Iterator[str]:
    """Those of all that a form may send."""
    for field in fields:
        if field.kind not in {Kind.GROUP, Kind.SEVERAL} or field.options:
            yield field.path
        yield from names(field.fields)


def nothing(_model: str, _name: str) -> tuple[()]:
    return ()


every_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


@pytest.mark.parametrize("command", COMMANDS)
@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_whatever_is_typed_for_any_command_comes_back_after_a_new_start(here: Here, command: str, data: st.DataObject) -> None:
    asked = [*names(fields_of(COMMANDS[command], PlainWords(), nothing))]
    typed = [(name, data.draw(every_text)) for name in asked if data.draw(st.booleans())]

    async def again() -> list[tuple[str, str]]:
        visit = await here.visit()
        await here.keep(visit, *typed, command=command)
        later = opened(Installation(here.installation.settings, "nats://127.0.0.1:1", "127.0.0.1:1", None))
        written = await later.drafts.mine(visit, (FILE, command))
        assert written
        assert written.seen == "seen"
        return [*written.pairs]

    assert asyncio.run(again()) == typed


async def test_it_is_of_one_person_at_one_agency(here: Here) -> None:
    mine = await here.visit()
    await here.keep(mine, ("needs", MARK))
    form = (FILE, "record_intake")
    for other in (await here.visit("c-18"), await here.visit("c-17", URK)):
        assert await here.drafts.mine(other, form) is None
        assert await here.drafts.all_mine(other) == []
        await here.drafts.throw_away(other, form)
        await here.drafts.sent(other, form, "x")
    [told] = await here.drafts.about(await here.visit("c-18"), [FILE])
    assert (told.person, told.file) == ("c-17", FILE)
    assert await here.drafts.about(await here.visit("c-18", URK), [FILE]) == []
    written = await here.drafts.mine(await here.visit(), form)
    assert written
    assert [*written.pairs] == [("needs", MARK)]


async def test_who_puts_a_row_under_another_name_reads_nothing(here: Here) -> None:
    await here.keep(await here.visit(), ("needs", MARK))
    with open_database(here.installation.settings.console).begin() as connection:
        connection.execute(DRAFT.update().values(person="c-18"))
    other = await here.visit("c-18")
    assert await here.drafts.mine(other, (FILE, "record_intake")) is None
    assert len(await here.drafts.all_mine(other)) == 1, "it can be thrown away"


async def test_no_byte_of_what_was_typed_stands_in_the_file(here: Here) -> None:
    visit = await here.visit()
    await here.keep(visit, ("needs", MARK), ("person.name", f"{MARK} too"))
    stored = here.stored()
    assert FILE.encode() in stored, "control"
    assert b"zzmark" not in stored
    assert b"person.name" not in stored


async def test_what_is_sent_while_a_script_keeps_it_is_not_kept(here: Here) -> None:
    visit = await here.visit()
    ticket = await here.ticket(visit, "record_intake")
    await here.rows.tickets.answered(ticket, "planning")
    with pytest.raises(NotKept, match=SENT):
        await here.drafts.keep(visit, (FILE, "record_intake"), ticket, ([("needs", MARK)], ""))
    assert await here.drafts.all_mine(visit) == []
    await here.rows.sessions.sweep()
    other = await here.ticket(visit, "record_intake")
    with open_database(here.installation.settings.console).begin() as connection:
        connection.execute(DRAFT.metadata.tables["session"].delete())
    await here.drafts.keep(visit, (FILE, "record_intake"), other, ([("needs", MARK)], ""))
    assert len(await here.drafts.all_mine(visit)) == 1, "the session ended while it was kept"


async def test_bounds_are_answers(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    visit = await here.visit()
    monkeypatch.setattr(drafts, "MOST", 1)
    await here.keep(visit, ("needs", MARK))
    with pytest.raises(NotKept, match=TOO_MANY):
        await here.keep(visit, ("needs", MARK), command="offer_help")
    monkeypatch.setattr(sealing, "LARGEST", 10)
    with pytest.raises(NotKept, match=TOO_LARGE):
        await here.keep(visit, ("needs", MARK))


async def test_where_there_is_no_case_nothing_is_kept_and_no_key_is_made(here: Here) -> None:
    visit, nowhere = await here.visit(), new_reference()
    with pytest.raises(CaseKeyMissing):
        await here.drafts.keep(visit, (f"case-{nowhere}", "record_intake"), "t", ([], ""))
    assert await here.installation.case_keys(ALMERE).held(nowhere) == (False, None)


async def test_with_its_key_the_draft_of_a_case_is_gone_and_its_row_with_the_next_sweep(here: Here) -> None:
    case = new_reference()
    file, keys = f"case-{case}", here.installation.case_keys(ALMERE)
    await keys.make_or_get(case)
    visit = await here.visit()
    await here.drafts.keep(visit, (file, "record_intake"), "t", ([("needs", MARK)], ""))
    await here.keep(visit, ("needs", MARK))
    await here.rows.taken.take(ALMERE, file, "c-17")
    await keys.forget(case)
    with pytest.raises(CaseErased):
        await here.drafts.mine(visit, (file, "record_intake"))
    with pytest.raises(CaseErased):
        await here.drafts.keep(visit, (file, "record_intake"), "t", ([("needs", MARK)], ""))
    assert file.encode() in here.stored()
    await sweep(parts_of(here.installation, here.rows, begun_at(here.installation)))
    assert [draft.file for draft in await here.drafts.all_mine(visit)] == [FILE]
    assert await Taking(here.rows.taken).of(visit, [file]) == {}
    assert file.encode() not in here.stored()


async def test_what_cannot_be_swept_hinders_nothing_else(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    swept: list[str] = []

    async def fails() -> int:
        raise TimeoutError

    async def erased() -> frozenset[str]:
        swept.append("erased")
        return frozenset()

    monkeypatch.setattr(here.rows.sessions, "sweep", fails)
    monkeypatch.setattr(here.installation.case_keys(ALMERE), "erased", erased)
    await sweep(parts_of(here.installation, here.rows, begun_at(here.installation)))
    assert swept == ["erased"]
