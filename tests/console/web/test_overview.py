from collections.abc import AsyncIterator
from typing import Any, cast

import pytest

from console.counting import Counted
from console.cutting import Known
from console.finding import Trouble, Well
from console.health import Health
from console.installation import Installation
from console.lists import Page
from console.shared import Shared
from console.web import overview as module
from console.web.looking import NoAnswer
from console.web.one_agency import OneAgency
from console.web.overview import FRESH, Overview
from console.witness import LoggedIn, Witness
from contracts.agencies import Agency
from runtime.audit.store import AuditUnavailable
from tests.console.test_shared import Clock
from tests.console.web.serving import ALMERE, installed


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
        self.known, self.health = Known(Shared(self.clock)), Health({"here": does_well})
        looking = self

        class Lists:
            def __init__(self, installation: Any, witness: Any, known: Known) -> None:
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
        return Overview(OneAgency(self.installation, self.agency, witness), self.agency, self.known, self.health)


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
    for ask in (overview.turns, overview.counts, overview.unconfirmed, overview.dead_letters):
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
    looking.known.shared.forget(ALMERE)
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
    for ask in (looking.by("c-17").unconfirmed, looking.by("c-17").dead_letters):
        with pytest.raises(NoAnswer):
            await ask()
