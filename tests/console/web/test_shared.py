import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest

from console.counting import Counted
from console.finding import Trouble, Well
from console.health import Health
from console.installation import Installation
from console.lists import Page
from console.web import overview as module
from console.web.looking import NoAnswer
from console.web.one_agency import OneAgency
from console.web.overview import FRESH, Overview
from console.web.shared import LASTS, MOST, Shared
from console.witness import LoggedIn, Witness
from contracts.agencies import Agency
from runtime.audit.store import AuditUnavailable
from tests.console.web.serving import ALMERE, installed


class Clock:
    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


class Asked:
    """A question, and how often it was asked."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.times = 0
        self.fault = fault
        self.goes_on = asyncio.Event()
        self.goes_on.set()

    async def __call__(self) -> int:
        self.times += 1
        number = self.times
        await self.goes_on.wait()
        if self.fault:
            raise self.fault
        return number


async def test_one_answer_is_for_all_who_ask_within_seconds() -> None:
    clock, question = Clock(), Asked()
    shared = Shared(clock)
    first = await shared.answer("a", "counts", question)
    clock.at += LASTS - 0.1
    again = await shared.answer("a", "counts", question)
    assert (again, question.times) == (first, 1)
    clock.at += 0.2
    assert (await shared.answer("a", "counts", question)).value == 2


async def test_who_asks_side_by_side_waits_for_the_same_answer() -> None:
    shared, question = Shared(), Asked()
    question.goes_on.clear()
    asking = [asyncio.create_task(shared.answer("a", "counts", question)) for _ in range(20)]
    await asyncio.sleep(0)
    asking[0].cancel()
    await asyncio.sleep(0)
    question.goes_on.set()
    answers = await asyncio.gather(*asking[1:])
    assert {answer.value for answer in answers} == {1}, "although the one who asked first went away"


async def test_another_agency_and_another_question_are_asked_for_themselves() -> None:
    shared, question = Shared(), Asked()
    for key in (("a", "counts"), ("b", "counts"), ("a", "turns")):
        await shared.answer(*key, question)
    assert question.times == 3


async def test_a_fault_is_given_to_whoever_waits_and_is_not_remembered() -> None:
    shared, question = Shared(), Asked(ConnectionError("away"))
    for times in (1, 2):
        with pytest.raises(ConnectionError):
            await shared.answer("a", "counts", question)
        assert question.times == times
    question.fault = None
    assert (await shared.answer("a", "counts", question)).value == 3


async def test_who_wants_what_is_newer_is_given_that_and_so_is_whoever_asks_next() -> None:
    clock, question = Clock(), Asked()
    shared = Shared(clock)
    await shared.answer("a", "turns", question)
    clock.at += 6
    assert (await shared.answer("a", "turns", question)).value == 1
    newer = await shared.answer("a", "turns", question, lasts=5)
    assert newer.value == 2
    clock.at += LASTS - 1
    assert await shared.answer("a", "turns", question) == newer


async def test_what_was_asked_before_a_decision_is_given_to_nobody_after_it() -> None:
    shared, slow, after = Shared(), Asked(), Asked()
    await shared.answer("a", "counts", slow)
    await shared.answer("b", "counts", slow)
    slow.goes_on.clear()
    before = asyncio.create_task(shared.answer("a", "turns", slow))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    shared.forget("a")
    after.times = 100
    assert (await shared.answer("a", "turns", after)).value == 101
    slow.goes_on.set()
    assert (await before).value == 3
    assert (await shared.answer("a", "turns", after)).value == 101, "what was under way then is not remembered"
    assert (await shared.answer("a", "counts", after)).value == 102
    assert (await shared.answer("b", "counts", after)).value == 2, "another agency's stays"


async def test_not_more_is_remembered_than_a_bound() -> None:
    shared, question = Shared(), Asked()
    for number in range(MOST + 5):
        await shared.answer("a", str(number), question)
    await shared.answer("a", str(MOST + 4), question)
    assert question.times == MOST + 5
    await shared.answer("a", "0", question)
    assert question.times == MOST + 6


class Audit:
    """The audit log of an agency."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []
        self.away = False

    async def append(self, act: Any) -> None:
        if self.away:
            raise AuditUnavailable("it cannot be written")
        self.lines.append((act.person, act.object))


async def does_well(_: Installation) -> AsyncIterator[Trouble | Well]:
    yield Well("here", "does well")


class Looking:
    """People who look at all files of an agency in one console, and what is asked for them."""

    def __init__(self, home: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        self.installation = installed(home)
        self.audit, self.questions = Audit(), list[str]()
        self.clock = Clock()
        self.shared, self.health = Shared(self.clock), Health({"here": does_well})
        looking = self

        class Lists:
            def __init__(self, installation: Any, witness: Any) -> None:
                assert installation.ours == [looking.agency], "nothing of another agency can be asked"

            async def turn_of(self, agency: Agency, most: int) -> Page:
                looking.questions.append("turns")
                return Page([], 0, None, 0)

        async def counted(lists: Lists, agency: Agency) -> Counted:
            looking.questions.append("counts")
            return Counted(0, 0, None, 0, 0, {}, {}, {})

        monkeypatch.setattr(module, "Lists", Lists)
        monkeypatch.setattr(module, "counted", counted)

    @property
    def agency(self) -> Agency:
        return self.installation.directory.get(ALMERE)

    def by(self, name: str) -> Overview:
        if not any(one.name == name for one in self.installation.people.lists.ever(ALMERE)):
            self.installation.people.add(name, ALMERE)
        witness = Witness(LoggedIn(self.installation.people.lists, name), lambda _: cast("Any", self.audit))
        return Overview(OneAgency(self.installation, self.agency, witness), self.agency, self.shared, self.health)


@pytest.fixture
def looking(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Looking:
    return Looking(tmp_path / "home", monkeypatch)


async def test_twenty_browsers_cost_one_question_and_each_person_is_written_down(looking: Looking) -> None:
    for name in ("c-17", "c-18"):
        for _ in range(10):
            await looking.by(name).turns()
            await looking.by(name).counts()
    assert sorted(looking.questions) == ["counts", "turns"]
    assert {*looking.audit.lines} == {("c-17", "cases"), ("c-18", "cases")}


async def test_without_a_line_nothing_that_others_asked_for_is_shown(looking: Looking) -> None:
    await looking.by("c-17").turns()
    await looking.by("c-17").counts()
    looking.audit.away = True
    overview = looking.by("c-18")
    for ask in (overview.turns, overview.counts, overview.hanging, overview.dead_letters):
        with pytest.raises(AuditUnavailable):
            await ask()
    assert [line.what for line in (await overview.health()).value] == ["does well"], "of parts no file and no log is read"


async def test_who_opens_the_list_is_given_what_was_asked_just_now(looking: Looking) -> None:
    for name in ("c-17", "c-18"):
        await looking.by(name).turns(opened=True)
    assert looking.questions == ["turns"]
    looking.clock.at += FRESH
    await looking.by("c-18").turns()
    await looking.by("c-17").turns(opened=True)
    await looking.by("c-18").turns()
    assert looking.questions == ["turns"] * 2
    looking.shared.forget(ALMERE)
    await looking.by("c-18").turns()
    assert looking.questions == ["turns"] * 3


async def test_that_it_is_read_for_others_too_needs_nobody_who_stays(looking: Looking) -> None:
    first, second = looking.by("c-17"), looking.by("c-18")
    looking.installation.people.remove("c-17", ALMERE)
    with pytest.raises(Exception, match="does not work at"):
        await first.turns()
    await second.turns()
    assert looking.questions == ["turns"]


async def test_what_is_away_does_not_answer(looking: Looking) -> None:
    for ask in (looking.by("c-17").hanging, looking.by("c-17").dead_letters):
        with pytest.raises(NoAnswer):
            await ask()
