"""Erasing at the console: one person asks, another confirms, and whoever was told proves that it erased it too."""

import asyncio
from datetime import datetime
from typing import NamedTuple

import pytest
from temporalio.client import WorkflowQueryFailedError

from console.files import Files
from console.installation import Installation
from runtime.keys.case_keys import CaseErased, CaseKeys
from runtime.servers.embedded import read_running
from tests.closed_cases import COORDINATOR, DESK, KEEPERS, REPORTER, closed, reported
from tests.console.cli import Cli, patiently
from tests.installed import Keten

SECOND, LATE = "second-person", "late-person"
NOBODY = "k0123456789abcdefghjkmnpq"


class Cases(NamedTuple):
    """Two that have ended wherever there was a file of them, and one that is open."""

    erased: str
    refused: str
    open: str


@pytest.fixture(scope="module")
def cases(keten: Keten) -> Cases:
    async def play() -> Cases:
        here = keten.here
        begun = await reported(here)
        await here.staff.decide(COORDINATOR, begun, "accept_case")
        await here.staff.sees(DESK, begun, "owned", "signal")
        return Cases(await closed(here), await closed(here), begun)

    return asyncio.run(play())


@pytest.fixture
def second(keten: Keten, cli: Cli) -> Cli:
    """The command line of another person, who works at every agency too."""
    keten.here.installation.played_by(SECOND)
    return cli.with_(KETEN_PERSON=SECOND)


def held(keten: Keten, case: str) -> set[str]:
    """Who has a key with which something of a case can be read."""

    async def look() -> set[str]:
        stores = {slug: keten.here.installation.case_keys(slug) for slug in KEEPERS}
        return {slug for slug, keys in stores.items() if (await keys.held(case))[0]}

    return asyncio.run(look())


@pytest.fixture
def gone(keten: Keten, cli: Cli, second: Cli, cases: Cases) -> str:
    """A case that its coordinator has erased, whichever test was first."""
    case = cases.erased
    if COORDINATOR in held(keten, case):
        cli("erase", case, "--as", COORDINATOR, "--because", "term")
        second("erase", case, "--as", COORDINATOR, "--confirm")
    patiently(lambda: COORDINATOR not in held(keten, case) and "retention" in cli("case", case))
    return case


def test_one_asks_another_confirms_and_all_who_were_told_prove_that_they_erased_it(
    keten: Keten, cli: Cli, second: Cli, cases: Cases
) -> None:
    case = cases.erased
    assert "leave --confirm out; it is kept" in cli("erase", case, "--as", COORDINATOR, "--confirm", code=1)
    said = cli("erase", case, "--as", COORDINATOR, "--because", "term")
    assert f"another person of {COORDINATOR} confirms with `keten erase {case} --as {COORDINATOR} --confirm`" in said
    assert held(keten, case) == KEEPERS, "one person alone erases nothing"
    assert "a person asked already" in second("erase", case, "--as", COORDINATOR, code=1)
    said = second("erase", case, "--as", COORDINATOR, "--confirm")
    assert f"{COORDINATOR} ▶ {DESK}: erasures.requested (reason=term)" in said
    assert held(keten, case) == KEEPERS - {COORDINATOR}
    for slug in (DESK, REPORTER):
        patiently(lambda slug=slug: f"asked {slug}" in cli("case", case))
        cli("erase", case, "--as", slug, "--confirm")
    assert held(keten, case) == set()
    patiently(lambda: cli("case", case).count("retention erased ended") == len(KEEPERS))
    said = cli("case", case)
    assert f"{DESK} ▶ {COORDINATOR}: erasures.completed (held=true)" in said
    assert f"{REPORTER} ▶ {DESK}: erasures.completed (held=true)" in said
    assert not [line for line in ("signal_reported", "accept_case", "record_triage") if line in said]
    assert f"it is erased at {COORDINATOR} already" in cli("erase", case, "--as", COORDINATOR, code=1)
    assert f"operator decide {case} ask_erasure begun" in cli("audit", "show", "--at", COORDINATOR, "--case", case)
    assert f"{SECOND} decide {case} confirm_erasure begun" in cli("audit", "show", "--at", COORDINATOR, "--person", SECOND)


def test_the_same_person_cannot_confirm_nor_one_of_another_agency_and_a_second_one_still_can(
    keten: Keten, cli: Cli, second: Cli, cases: Cases
) -> None:
    case = cases.refused
    cli("people", "add", "e-30", "--at", REPORTER)
    elsewhere = cli.with_(KETEN_PERSON="e-30")
    cli("erase", case, "--as", COORDINATOR)
    said = cli("erase", case, "--as", COORDINATOR, "--confirm", code=1)
    assert "not erased: an erasure needs 2 persons of this agency, each with a key of their own" in said
    keten.here.installation.played_by(LATE)
    said = cli.with_(KETEN_PERSON=LATE)("erase", case, "--as", COORDINATOR, "--confirm", code=1)
    assert f"not erased: {LATE} came onto the list of people after it was asked" in said
    assert f"no case {case} at {COORDINATOR}" in elsewhere("erase", case, "--as", COORDINATOR, "--confirm", code=1)
    assert held(keten, case) == KEEPERS
    second("erase", case, "--as", COORDINATOR, "--confirm")
    assert held(keten, case) == KEEPERS - {COORDINATOR}


def test_an_open_case_is_not_erased_and_the_words_say_where_it_is_open(keten: Keten, cli: Cli, cases: Cases) -> None:
    case = cases.open
    for arguments, words in (
        ((), f"signal at {DESK} is owned"),
        (("--as", COORDINATOR), f"case at {COORDINATOR} is triage"),
        (("--as", COORDINATOR, "--confirm"), f"case at {COORDINATOR} is triage"),
    ):
        said = cli("erase", case, *arguments, code=1)
        assert "an open case cannot be erased: " in said
        assert words in said
        assert f"End it first (`keten decide {case}`)" in said
    assert held(keten, case) == KEEPERS


def test_where_several_keep_it_one_is_named_and_nobody_keeps_what_never_was(cli: Cli, cases: Cases) -> None:
    said = cli("erase", cases.refused, code=1)
    assert "several agencies keep it: name one with --as: " in said
    assert all(slug in said for slug in KEEPERS)
    assert f"no case {NOBODY} at the agencies of this installation" in cli("erase", NOBODY, code=1)
    assert f"no case {cases.refused} at flevoland" in cli("erase", cases.refused, "--as", "flevoland", code=1)
    assert "no agency 'nobody' in the directory" in cli("erase", cases.refused, "--as", "nobody", code=1)
    assert "Invalid value for '--because'" in cli("erase", cases.refused, "--because", "tidiness", code=2)


class AskedTooEarly(CaseKeys):
    """It is asked whether a case was erased just before it is; later it knows."""

    asked = 0

    async def held(self, case: str) -> tuple[bool, datetime | None]:
        self.asked += 1
        return (True, None) if self.asked == 1 else await super().held(case)


class Wrong(AskedTooEarly):
    """A key that cannot be got at, of a case that nobody has erased."""

    async def held(self, case: str) -> tuple[bool, datetime | None]:
        return True, None


class LooksTooEarly(Installation):
    store: type[CaseKeys] = AskedTooEarly

    def case_keys(self, slug: str) -> CaseKeys:
        if slug not in self._case_keys:
            self._case_keys[slug] = self.store(self.settings.case_keys(slug), self._wrapping(slug))
        return self._case_keys[slug]


class LooksWrongly(LooksTooEarly):
    store = Wrong


async def test_what_is_erased_while_somebody_is_about_to_look_is_not_shown_any_more(keten: Keten, gone: str) -> None:
    running = read_running(keten.settings)
    assert running

    async def seen(looks: type[LooksTooEarly]) -> list[str]:
        there = looks.of(keten.settings, running)
        return [file.view.kind for file in await Files(there).at(there.directory.get(COORDINATOR), gone)]

    assert await seen(LooksTooEarly) == ["retention"]
    with pytest.raises((WorkflowQueryFailedError, CaseErased)):
        await seen(LooksWrongly)
