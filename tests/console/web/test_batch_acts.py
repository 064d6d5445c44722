"""How an item ends: what is refused, what is not known, and what stops the whole batch."""

import asyncio

import pytest

from console.batches.commands import NOT_ASKED, REPLAY, WHERE, model_of
from console.batches.runner import NO_LOG, NO_RIGHT, Ended, Halt
from console.filters import where
from console.installation import Installation
from console.web.batch_acts import BARE, GONE, REPLAYED, Acts, decided
from console.web.looking import NoAnswer
from contracts.commands import COMMANDS
from runtime.audit.store import AuditUnavailable
from runtime.keys.case_keys import CaseErased
from runtime.migrations import Tables, upgrade
from runtime.people.lists import Right
from runtime.people.people import PersonUnknown
from runtime.processing.log import NotLogged
from runtime.sessions.batches import Batches, Done, Order, State, Whose
from tests.console.web.held_batches import a_batch, an_item
from tests.console.web.serving import ALMERE, URK, Console, consoled
from workflows.coverage.table import COVERAGE
from workflows.engine.table import Table
from workflows.report.table import REPORT
from workflows.retention.table import RETENTION

FILE, LETTER = a_batch(1), a_batch(2, command=REPLAY)


async def ends(error: Exception | None, *, letter: bool = False, begun: bool = False) -> Ended:
    async def act() -> str:
        if error:
            raise error
        return "closed"

    item = an_item(1)._replace(begun=begun)
    return await decided(LETTER if letter else FILE, item, act)


async def test_what_was_done_was_done() -> None:
    assert await ends(None) == Ended(Done.DONE, "closed")


async def test_a_refusal_keeps_its_words() -> None:
    assert await ends(ValueError("not possible now")) == Ended(Done.REFUSED, "not possible now")
    assert await ends(LookupError("gone")) == Ended(Done.REFUSED, GONE)
    assert await ends(CaseErased("case-1")) == Ended(Done.REFUSED, GONE)
    assert await ends(ValueError("only its hash"), letter=True) == Ended(Done.REFUSED, BARE)


@pytest.mark.parametrize("error", [NoAnswer(), TimeoutError(), ConnectionError(), RuntimeError()])
async def test_what_nobody_knows_is_not_called_refused(error: Exception) -> None:
    assert await ends(error) == Ended(Done.UNKNOWN)


@pytest.mark.parametrize(
    ("error", "why"), [(AuditUnavailable("x"), NO_LOG), (NotLogged("x"), NO_LOG), (PersonUnknown("x"), NO_RIGHT)]
)
async def test_what_may_not_be_done_stops_everything(error: Exception, why: str) -> None:
    with pytest.raises(Halt) as caught:
        await ends(error)
    assert caught.value.why == why


async def test_a_letter_that_left_after_it_was_begun_here_was_replayed() -> None:
    assert await ends(LookupError("no dead letter"), letter=True, begun=True) == Ended(Done.DONE, REPLAYED)
    assert await ends(LookupError("no dead letter"), letter=True) == Ended(Done.REFUSED, GONE)


@pytest.mark.parametrize(
    ("command", "table"), [("keep_longer", RETENTION), ("acknowledge_gap", COVERAGE), ("close_report", REPORT)]
)
def test_files_are_sought_where_the_tables_allow_it(command: str, table: Table) -> None:
    place = WHERE[command]
    assert [state for state, row in table.states.items() if command in row.moves] == [place.phase]
    assert f"KetenPhase = '{place.phase}'" in where(place)


def test_what_is_decided_over_a_selection_is_a_command_and_what_is_not_asked_may_be_left_out() -> None:
    assert WHERE.keys() < COMMANDS.keys()
    assert "KetenAlarm = true" in where(WHERE["acknowledge_alarms"])
    for command, names in NOT_ASKED.items():
        assert all(not model_of(command).model_fields[name].is_required() for name in names)
    with pytest.raises(LookupError):
        model_of("accept_case")


async def test_a_batch_of_another_person_or_agency_is_not_here(console: Console) -> None:
    rows = Batches(console.installation.settings.console)
    await rows.make("b" * 32, Whose(ALMERE, "c-17"), Order("acknowledge_gap", "{}"), ["coverage-1"])
    await rows.move("b" * 32, (State.TRYING,), State.STOPPED, "by_hand")
    mine, hers, there = [
        await console.person(name, agency, Right.OPERATE) for name, agency in (("c-17", ALMERE), ("c-18", ALMERE), ("c-17", URK))
    ]
    assert [(await one.get(f"/batches/{'b' * 32}")).status_code for one in (mine, hers, there)] == [200, 404, 404]
    assert [f"/batches/{'b' * 32}" in (await one.get("/batches")).text for one in (mine, hers, there)] == [True, False, False]


async def test_what_was_under_way_goes_on_when_the_console_is_there_again(installation: Installation) -> None:
    """There are no servers here, so nothing answers; of somebody without the right nothing is even tried."""
    upgrade(installation.settings.console, Tables.SESSIONS)
    rows = Batches(installation.settings.console)
    installation.people.add("c-17", ALMERE, [Right.HANDLE])
    await rows.make("b" * 32, Whose(ALMERE, "c-17"), Order("acknowledge_gap", "{}"), ["coverage-1"])
    async with consoled(installation):
        async with asyncio.timeout(30):
            while (found := await rows.find("b" * 32, Whose(ALMERE, "c-17"))) and found.state != State.STOPPED:
                await asyncio.sleep(0.02)
    assert found
    assert found.why == NO_RIGHT


async def test_an_agency_whose_keys_are_not_here_is_not_acted_for(console: Console) -> None:
    with pytest.raises(Halt):
        await Acts(console.installation)(a_batch(1)._replace(agency="elsewhere"), an_item(1))
