"""Tables, page and picture of what was measured."""

from xml.etree import ElementTree

import pytest

from console.screen import Screen
from tests.bench.__main__ import PAGE
from tests.bench.counts import Counts
from tests.bench.figures import HERE, Measured, Results, page, picture, tables

RATE = Measured("cases, 1 in flight", "per second", (1.0, 2.0, 4.0), (8.0, 8.0, 8.0), more_is_better=True)
COST = Measured("processor, 1 in flight", "ms per case", (3000.0,), (1500.0,))
ALONE = Measured("of which nats, 1 in flight", "ms per case", (200.0,))
RESULTS = Results((RATE, COST, ALONE), Counts(workflows=8), Counts(workflows=8), {"commit": "abc & <def>"})


def test_times_say_how_often_keten_needs_what_bare_needs() -> None:
    assert RATE.times == [8.0, 4.0, 2.0]
    assert COST.times == [2.0]
    assert ALONE.times == []


def test_a_row_has_median_and_range() -> None:
    assert RATE.row == ("cases, 1 in flight", "per second", "2 (1 to 4)", "8 (8 to 8)", "4 (2 to 8)")
    assert ALONE.row == ("of which nats, 1 in flight", "ms per case", "200", "", "")


def test_the_terminal_shows_every_figure() -> None:
    console = Screen(width=160, record=True)
    for table in tables(RESULTS):
        console.print(table)
    shown = console.export_text()
    assert all(part in shown for figure in RESULTS.measured for part in figure.row)
    assert "history bytes" in shown


def test_the_page_keeps_its_words_and_replaces_the_figures() -> None:
    written = page(PAGE.read_text(encoding="utf-8"), RESULTS)
    assert written.startswith(PAGE.read_text(encoding="utf-8").partition(HERE)[0])
    assert "| processor, 1 in flight | ms per case | 3,000 | 1,500 | 2 |" in written
    assert page(written, RESULTS) == written


def test_a_page_without_a_place_for_figures_is_refused() -> None:
    with pytest.raises(ValueError, match="no line"):
        page("# Benchmarks\n", RESULTS)


def test_the_picture_has_a_bar_for_every_figure_of_both() -> None:
    drawn = ElementTree.fromstring(picture(RESULTS.measured))
    bars = [rect for rect in drawn.iter("{http://www.w3.org/2000/svg}rect") if rect.get("fill") != "white"]
    assert [bar.get("width") for bar in bars] == ["210.0", "105.0"]
    assert "of which nats, 1 in flight" not in [text.text for text in drawn.iter("{http://www.w3.org/2000/svg}text")]


def test_a_picture_of_nothing_can_be_drawn() -> None:
    assert ElementTree.fromstring(picture(())).tag.endswith("svg")
