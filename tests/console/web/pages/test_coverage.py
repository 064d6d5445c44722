"""The map and the table say the same, of any day, and say in words what is not known of it."""

import asyncio
import html
import re
import threading
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from console.web.pages import coverage as page
from contracts.agencies import Directory
from tests.console.web.asking import Asker
from tests.console.web.doubles import Desk, application

TILE = re.compile(r'<g( class="dim")?><g class="(has|lacks)">\s*<title>(.*?)</title>(.*?)</g>', re.DOTALL)
ROW = re.compile(r'<tr role="row">(<td.*?)</tr>')
CELL = re.compile(r"<td[^>]*>(.*?)</td>")
EVERYWHERE = 342


def tiles(said: str) -> list[tuple[bool, str, str, str]]:
    """Of each tile: whether the table has it, whether there is a coordinator, its title, its marks."""
    found = TILE.findall(said.partition("<figcaption>")[0])
    return [(not dim, has, html.unescape(title), marks) for dim, has, title, marks in found]


def rows(said: str) -> list[list[str]]:
    """The table of municipalities."""
    table = said.partition('id="municipalities"')[2]
    return [[html.unescape(cell) for cell in CELL.findall(row)] for row in ROW.findall(table)]


@pytest.mark.parametrize("on", ["2026-01-01", "2021-06-01", "2015-01-01", "2040-01-01"])
def test_the_map_and_the_table_say_the_same(browser: Asker, on: str) -> None:
    said = browser.get(f"/coverage?on={on}").text
    on_map = [one for _, _, title, _ in tiles(said) for one in title.split("; ")]
    in_table = [f"{row[0]} ({row[1]}): {row[6]}" for row in rows(said)]
    assert len(tiles(said)) == EVERYWHERE
    assert len(in_table) >= EVERYWHERE
    assert sorted(on_map) == sorted(in_table)


def test_what_is_missing_has_a_mark_and_not_a_colour_alone(desk: Desk, browser: Asker) -> None:
    desk.directory = Directory(agencies=tuple(a for a in desk.directory.agencies if not a.services))
    for _, has, title, marks in tiles(browser.get("/coverage?on=2026-01-01").text):
        assert (has == "lacks") == ("geen zorgcoördinator" in title)
        assert marks.count("<path") == ("geen zorgcoördinator" in title) + ("geen opvang" in title)
        assert marks.count("<circle") == ("geen RIEC" in title)
        assert "geen opvang" in title


@pytest.mark.parametrize(
    ("chosen", "column", "value", "number"),
    [
        ("province=Flevoland", 1, "Flevoland", 6),
        ("region=Zwolle", 2, "Zwolle", 12),
        ("region=-", 2, "geen zorgregio bekend", EVERYWHERE - 18),
        ("gap=coordinator&province=Gelderland", 6, "geen zorgcoördinator, geen RIEC", 50),
        ("gap=any&province=Flevoland", 0, "", 0),
    ],
)
def test_what_is_chosen_is_in_the_table_and_stands_out_on_the_map(
    browser: Asker, chosen: str, column: int, value: str, number: int
) -> None:
    said = browser.get(f"/coverage?on=2026-01-01&{chosen}").text
    assert [row[column] for row in rows(said)] == [value] * number
    assert sum(bright for bright, *_ in tiles(said)) == number
    assert 'id="municipalities" open' in said


def test_what_nobody_can_choose_is_not_chosen(browser: Asker) -> None:
    said = browser.get("/coverage?province=Atlantis&region=x&gap=y").text
    assert len(rows(said)) == EVERYWHERE
    assert "Atlantis" not in said


def test_two_days_are_compared_whichever_comes_first(browser: Asker) -> None:
    there, back = (
        browser.get(f"/coverage?on={one}&than={other}").text
        for one, other in (("2026-01-01", "2021-06-01"), ("2021-06-01", "2026-01-01"))
    )
    for said in (there, back):
        assert "Wat er veranderde van 1 juni 2021 tot 1 januari 2026" in said
        assert "opgegaan in Dijk en Waard" in said
        assert "Gemeenten waar iets veranderde: 18" in said
    marked = {title.partition(" (")[0] for _, _, title, marks in tiles(there) if 'class="changed"' in marks}
    assert marked == {"Amsterdam", "Dijk en Waard", "Land van Cuijk", "Maashorst", "Purmerend", "Voorne aan Zee"}
    assert 'class="changed"' not in browser.get("/coverage?on=2026-01-01").text


def test_a_care_region_that_began_is_a_change_of_its_municipalities(browser: Asker) -> None:
    said = browser.get("/coverage?on=2017-12-31&than=2018-01-01&province=Flevoland").text
    assert "Zorgregio: eerst geen zorgregio bekend, later Almere" in said
    assert "Zorgcoördinator: eerst niemand, later Zorgcoördinatie Almere" in said
    assert "Gemeenten waar iets veranderde: 6" in said
    none = browser.get("/coverage?on=2024-01-01&than=2025-01-01").text
    assert "Tussen deze twee dagen veranderde er niets dat wij weten." in none


def test_what_is_not_known_of_a_day_is_said(browser: Asker) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    long_ago = browser.get("/coverage?on=2001-01-01").text
    assert "pas iets vanaf 1 januari 2018" in long_ago
    assert "Herindelingen kennen wij vanaf 1 januari 2022" in long_ago
    assert "Deze dag moet nog komen" in browser.get(f"/coverage?on={tomorrow}").text
    assert 'class="notice"' not in browser.get("/coverage").text


@pytest.mark.parametrize("written", ["gisteren", "2026-02-30", "20260101", "2026-W01-1", "x" * 300])
def test_what_is_no_date_is_said_and_today_is_shown(browser: Asker, written: str) -> None:
    said = browser.get("/coverage", {"on": written}).text
    assert "is geen datum" in said
    assert written not in said
    assert len(rows(said)) == EVERYWHERE


@pytest.mark.parametrize("on", ["0001-01-01", "9999-12-31"])
def test_at_the_ends_of_time_there_is_an_answer(browser: Asker, on: str) -> None:
    answer = browser.get("/coverage", {"on": on, "than": "2026-01-01"})
    assert answer.status_code == 200
    assert len(tiles(answer.text)) == EVERYWHERE


@pytest.mark.parametrize("right", ["handle", "operate", "audit", "oversee"])
def test_whoever_works_there_sees_it(desk: Desk, browser: Asker, right: str) -> None:
    desk.rights = frozenset({right})
    assert browser.get("/coverage").status_code == 200
    desk.rights = frozenset()
    assert browser.get("/coverage").status_code == 404


def test_no_file_and_no_list_is_read(desk: Desk, browser: Asker) -> None:
    browser.get("/coverage")
    assert not desk.memory.asked
    assert not desk.listed.asked


async def test_while_a_page_is_drawn_others_are_answered_and_the_next_one_waits(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has hundreds of tiles and rows: who asks for it again and again must not make others wait who decide something."""
    goes_on, drawing, most, answered = threading.Event(), [0], [0], list[str]()

    def slowly(*known: Any) -> Any:
        drawing[0] += 1
        most[0] = max(most[0], drawing[0])
        goes_on.wait(5)
        drawing[0] -= 1
        return coverage_of(*known)

    coverage_of = page.coverage
    monkeypatch.setattr(page, "coverage", slowly)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(application(desk)), base_url="http://here") as client:

        async def ask(path: str) -> None:
            assert (await client.get(path)).status_code == 200
            answered.append(path)

        asking = [asyncio.create_task(ask("/coverage")) for _ in range(3)]
        await asyncio.sleep(0.1)
        await ask("/help")
        goes_on.set()
        await asyncio.gather(*asking)
    assert answered == ["/help", *["/coverage"] * 3]
    assert most == [1]


@pytest.mark.parametrize(
    "path",
    ["/coverage?on=2026-01-01&than=2022-01-01&province=Frysl%C3%A2n", "/cases?region=Zwolle&overdue=yes", "/audit?act=read"],
)
def test_another_language_keeps_what_was_chosen(desk: Desk, browser: Asker, path: str) -> None:
    desk.rights = frozenset({"handle", "audit"})
    way = f"back={quote(path)}"
    assert f'href="/language?to=en&amp;{way}"' in browser.get(path).text
