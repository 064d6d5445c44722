"""Who works here, for everybody who does."""

from datetime import UTC, datetime, timedelta

import pytest

from console.web.pages.people import MOST
from console.web.rights import RIGHTS
from runtime.people.lists import Right
from tests.console.web.asking import Asker
from tests.console.web.doubles import Desk, Listed

CAME = datetime(2025, 3, 2, 8, tzinfo=UTC)
MARK = "0123456789abcdef" * 4


def one(name: str, *rights: str, until: datetime | None = None, number: int = 1) -> Listed:
    return Listed(name, number, MARK, CAME, until, frozenset(rights))


@pytest.mark.parametrize("right", Right)
def test_whoever_works_there_sees_the_list_and_nobody_else(desk: Desk, browser: Asker, right: Right) -> None:
    desk.rights = frozenset({right})
    assert browser.get("/people").status_code == 200
    desk.rights = frozenset()
    assert browser.get("/people").status_code == 404


def test_each_right_has_words() -> None:
    assert set(RIGHTS) == set(Right)


def test_somebody_stands_there_with_rights_key_and_when_they_came(desk: Desk, browser: Asker) -> None:
    desk.kept.listed = [one("c-18", "audit", "handle", number=2), one("c-17", "oversee")]
    said = browser.get("/people").text
    assert said.index("<h3>c-17") < said.index("<h3>c-18")
    assert "zaken behandelen, controleren" in said
    assert "Sleutel 2" in said
    assert "0123 4567 89ab cdef 0123" in said
    assert "zo 2 mrt 2025 09:00" in said
    assert said.count("dat bent u") == 1
    assert "Heeft hier gewerkt" not in said


def test_who_left_stands_apart_and_who_left_last_first(desk: Desk, browser: Asker) -> None:
    day = timedelta(days=1)
    desk.kept.listed = [one("a-1", "handle", until=CAME + day), one("b-2", "handle", until=CAME + 2 * day), one("c-17", "handle")]
    here, _, gone = browser.get("/people").text.partition("<details")
    assert "<h3>c-17" in here
    assert "<h3>a-1" not in here
    assert "Heeft hier gewerkt: 2" in gone
    assert gone.index("<h3>b-2") < gone.index("<h3>a-1")
    assert "ma 3 mrt 2025 09:00" in gone


def test_so_many_who_left_are_shown_and_that_there_are_more_is_said(desk: Desk, browser: Asker) -> None:
    desk.kept.listed = [one(f"a-{number}", "handle", until=CAME + timedelta(days=number)) for number in range(MOST + 3)]
    said = browser.get("/people").text
    assert said.count("<h3>") == MOST
    assert "3 anderen gingen eerder weg" in said
    assert f"Heeft hier gewerkt: {MOST + 3}" in said


def test_nothing_can_be_changed_here_and_how_it_is_changed_is_said(desk: Desk, browser: Asker) -> None:
    assert browser.post("/people").status_code == 405
    assert "keten people remove NAME --at coordinator-almere" in browser.get("/people").text
