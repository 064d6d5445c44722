"""Bars by attributes alone, with what they say in words."""

import re
from xml.etree import ElementTree

from console.drawing.bars import MOST, ROOM, WIDTH, Bar, bars

SVG = "{http://www.w3.org/2000/svg}"


def drawn(*numbers: int, label: str = "a region") -> ElementTree.Element:
    return ElementTree.fromstring(bars("key", "a title", "a sentence", [Bar(label, number) for number in numbers]))


def widths(svg: ElementTree.Element) -> list[int]:
    return [int(rect.attrib["width"]) for rect in svg.iter(f"{SVG}rect")]


def test_the_longest_fills_the_room_and_the_others_are_in_proportion() -> None:
    assert widths(drawn(40, 20, 10)) == [round((WIDTH - ROOM) / part) for part in (1, 2, 4)]


def test_the_smallest_can_be_seen_and_nothing_at_all_is_drawn_too() -> None:
    assert widths(drawn(1_000_000, 1))[1] > 0
    assert widths(drawn()) == []
    assert widths(drawn(0)) == [2]


def test_it_says_what_it_is_to_whoever_does_not_see_it() -> None:
    svg = drawn(1)
    assert svg.attrib["role"] == "img"
    named = {one.attrib["id"]: one.text for one in svg if "id" in one.attrib}
    assert [named[name] for name in svg.attrib["aria-labelledby"].split()] == ["a title", "a sentence"]


def test_there_is_a_bound_and_every_bar_is_inside_the_drawing() -> None:
    svg = drawn(*range(100, 0, -1))
    assert len(widths(svg)) == MOST
    height = int(svg.attrib["viewBox"].split()[3])
    assert all(int(rect.attrib["y"]) + int(rect.attrib["height"]) <= height for rect in svg.iter(f"{SVG}rect"))


def test_words_cannot_become_marks_and_there_is_no_style() -> None:
    html = bars("key", "<b>", "&", [Bar('<script>alert("x")</script>', 1)])
    assert "<script" not in html
    assert not re.search("style|class|on[a-z]+=", html)
    assert "alert(" in "".join(ElementTree.fromstring(html).itertext())
