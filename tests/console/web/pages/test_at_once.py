"""Ten who send the same form at the same moment: one effect, ten equal answers."""

import asyncio
import re
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from fastapi.routing import APIRoute

from console.web.in_turn import InTurn
from console.web.looking import NoAnswer
from tests.console.web.asking import Asker
from tests.console.web.doubles import CASE, Desk, Spent, Visit, a_case, a_row, application
from tests.console.web.held_batches import a_batch, an_item
from tests.console.web.letters import a_letter

TEN = 10
ACCEPT = f"/files/{CASE}/do/accept_case"
BATCH = f"/batches/{1:032x}"
GAP = {"_command": "acknowledge_gap", "item": f"coverage-k{1:024d}"}


class SlowDesk(Desk):
    """Between the look at a ticket, the act and its answer others come."""

    async def spend(self, visit: Visit, ticket: str, file: str, command: str) -> Spent:
        spent = await super().spend(visit, ticket, file, command)
        await asyncio.sleep(0)
        return spent

    async def answered(self, ticket: str, answer: str) -> None:
        await asyncio.sleep(0)
        await super().answered(ticket, answer)


class NoTurns(InTurn):
    """Nobody waits for anybody."""

    @asynccontextmanager
    async def of(self, ticket: str, seconds: float = 0) -> AsyncGenerator[None]:
        yield


@dataclass(frozen=True)
class Act:
    """Something that is done with a ticket.

    Attributes:
        page: Where its form is.
        action: Where that is sent.
        effects: How often it was done.
        typed: What goes with it.
    """

    page: str
    action: str
    effects: Callable[[Desk], int]
    typed: dict[str, str]


ACTS = {
    "decide": Act(ACCEPT, f"{ACCEPT}/send", lambda desk: len(desk.memory.decided), {}),
    "replay": Act("/dead/1", "/dead/1/replay", lambda desk: desk.refused.asked["replay"], {}),
    "dismiss": Act("/dead/1", "/dead/1/dismiss", lambda desk: desk.refused.asked["dismiss"], {"why": "sent_anew"}),
    "correct": Act(
        "/dead/1/correct", "/dead/1/correction/correct", lambda desk: desk.correcting.asked["propose"], {"data": "{}"}
    ),
    "release": Act("/dead/1/correct", "/dead/1/correction/release", lambda desk: len(desk.correcting.released), {}),
    "withdraw": Act("/dead/1/correct", "/dead/1/correction/withdraw", lambda desk: desk.correcting.asked["withdraw"], {}),
    "batch": Act("/batches/new?command=acknowledge_gap", "/batches", lambda desk: desk.held.makes, GAP),
    "go_on": Act(BATCH, f"{BATCH}/go_on", lambda desk: len(desk.held.pressed), {}),
    "stop": Act(BATCH, f"{BATCH}/stop", lambda desk: len(desk.held.pressed), {}),
}
"""Every act that a form can send."""

NO_ACTS = {
    "/files/{name}/take",
    "/files/{name}/let-go",
    "/files/{name}/do/{command}",
    "/files/{name}/do/{command}/draft",
    "/files/{name}/do/{command}/discard",
}
"""What is sent and does the same, and is answered the same, however often it is done."""


@pytest.fixture
def desk() -> Desk:
    """With something for each act."""
    desk = SlowDesk()
    desk.rights = frozenset({"handle", "operate"})
    desk.memory.views[CASE] = a_case("accept_case", phase="offered")
    desk.refused.kept = {1: a_letter(1)}
    desk.correcting.texts = {1: '{"municipality": "GM9999"}'}
    desk.correcting.wait(1, "c-18", '{"municipality": "GM0995"}')
    desk.held.rows = [a_row(1)]
    desk.held.keep(a_batch(1), an_item(1))
    return desk


@pytest.fixture
def browser(desk: Desk) -> Generator[Asker]:
    with Asker.of(application(desk)) as client:
        yield client


def ten(browser: Asker, act: Act) -> list[tuple[int, str | None]]:
    """What ten are told."""
    page = browser.get(act.page).text
    [form] = [form for form in re.findall(r"<form.*?</form>", page, re.S) if f'action="{act.action}"' in form]
    hidden = dict(re.findall(r'name="(_\w+)" value="([^"]*)"', form))
    ends = browser.at_once(act.action, hidden | act.typed, TEN)
    return [(end.status_code, end.headers.get("location")) for end in ends]


@pytest.mark.parametrize("name", ACTS)
def test_it_is_done_once_and_all_are_told_the_same(desk: Desk, browser: Asker, name: str) -> None:
    told = ten(browser, ACTS[name])
    assert (told[0][0], len({*told}), len(told)) == (303, 1, TEN), told
    assert ACTS[name].effects(desk) == 1


@pytest.mark.parametrize("name", ["replay", "dismiss", "release"])
def test_without_turns_some_are_told_that_it_is_not_here(desk: Desk, browser: Asker, name: str) -> None:
    desk.in_turn = NoTurns()
    assert {status for status, _ in ten(browser, ACTS[name])} == {303, 404}


def test_no_act_is_forgotten_here(desk: Desk) -> None:
    posts = {route.path for route in application(desk).routes if isinstance(route, APIRoute) and "POST" in (route.methods or ())}
    acts = [re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))) for path in posts - NO_ACTS]
    missing = [path.pattern for path in acts if not any(path.fullmatch(act.action) for act in ACTS.values())]
    assert not missing


async def test_who_waits_too_long_hears_that_there_is_no_answer_yet() -> None:
    turns = InTurn()
    async with turns.of("one"):
        async with turns.of("another", 0):
            pass
        with pytest.raises(NoAnswer):
            async with turns.of("one", 0):
                raise AssertionError("two at once")
    async with turns.of("one", 0):
        pass
