from datetime import timedelta

import pytest

from console import health
from console.web.pages.health import PARTS
from contracts.texts import words
from tests.console.web.asking import Asker
from tests.console.web.doubles import NOW, Desk
from tests.console.web.overview_double import Line
from tests.console.web.reading_pages import Parsed
from tests.console.web.town import overview


@pytest.fixture(autouse=True)
def operator(desk: Desk) -> None:
    desk.rights = frozenset({"operate"})


def page(browser: Asker) -> Parsed:
    answer = browser.get("/health")
    assert answer.status_code == 200, answer.text
    return Parsed(answer.text)


def test_every_part_that_is_looked_at_has_a_name() -> None:
    assert PARTS.keys() == health.PARTS.keys()


def test_each_line_says_how_it_is_since_when_and_what_to_do(desk: Desk, browser: Asker) -> None:
    desk.all_files.lines = (
        Line("disk", "disk", "900 MB are free", since=NOW - timedelta(days=400)),
        Line("office", "office of x", "is away: nobody works there", "start it: `keten worker x`", NOW),
    )
    said = page(browser).words
    assert "1 regel vraagt aandacht" in said
    assert said.index("Software van uw organisatie") < said.index("Schijfruimte"), "what needs a hand stands first"
    assert "keten worker x" in said
    assert str((NOW - timedelta(days=400)).year) in said


def test_where_all_is_well_that_is_said(desk: Desk, browser: Asker) -> None:
    desk.all_files.lines = (Line("disk", "disk", "900 MB are free"),)
    assert "Alle onderdelen doen het goed" in page(browser).words


def test_whatever_a_line_of_the_town_says_is_known_in_dutch(desk: Desk) -> None:
    for line in overview(desk).lines:
        for text in (line.where, line.what, line.do):
            assert not text or words("nl").knows(text), text


@pytest.mark.parametrize("rights", [{"handle"}, {"audit"}, {"oversee"}])
def test_it_is_for_whoever_operates(desk: Desk, browser: Asker, rights: set[str]) -> None:
    desk.rights = frozenset(rights)
    assert browser.get("/health").status_code == 404
    assert not desk.all_files.asked
