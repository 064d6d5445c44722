"""Words agree with their number: of every text that says how many, once with 1 and once with 2."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import console
from console.web.spoken import page_words
from contracts.counted import counted, filled
from contracts.texts import LANGUAGES, Language
from contracts.texts.reading import texts
from contracts.texts.speaking import spoken

HOW_MANY = {"number", "count", "total", "times", "minutes", "days", "age", "waiting", "levels", "most", "done"}
"""Places of a text in which a number says how many."""
A_NAME = r"(?:nummer|number|regel|entry|bericht|message|event|key|sleutel) "
"""What stands before a number that is a name: nothing agrees with it."""
THE_SAME = {*("keer", "van", "open", "oudere", "andere", "meer", "stil", "bytes"), *("of", "older", "more", "encrypted")}
"""What may follow on 1 and on 2 alike: adjectives, and what is not counted."""
FOLLOWS = re.compile(r"\x00 ([^\W\d_]+)")
PLACES = re.compile(r"\{([a-z_]+)[|}]")


def disagreeing(text: str) -> list[str]:
    """Words that follow a number and are the same for one and for two."""
    found: list[str] = []
    for name in sorted({*PLACES.findall(text)} & HOW_MANY):
        counts = re.sub(rf"{A_NAME}\{{{name}\}}", "", text, flags=re.IGNORECASE)
        one, two = (FOLLOWS.findall(said_with(counts, name, number)) for number in (1, 2))
        found += [word for word, other in zip(one, two, strict=True) if word == other and word not in THE_SAME]
    return found


def said_with(text: str, name: str, number: int) -> str:
    """With this number in one place, marked, and something else in the others."""
    marked = text.replace(f"{{{name}}}", "\x00")
    return filled(marked, {other: number if other == name else "…" for other in PLACES.findall(text)})


def every_text(language: Language) -> Iterator[tuple[str, str]]:
    yield from page_words(language).items()
    yield from texts(language).validation.items()
    yield from texts(language).story.items()
    if language == "nl":
        yield from spoken().items()


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_counted_agrees_with_one_and_with_two(language: Language) -> None:
    wrong = {key: words for key, text in every_text(language) if (words := disagreeing(text))}
    assert not wrong, f"write {{number|one|others}} for these words: {wrong}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_can_be_said_with_one_and_with_two(language: Language) -> None:
    for key, text in every_text(language):
        names = {*PLACES.findall(text)}
        for number in (1, 2):
            said = filled(text, dict.fromkeys(names, number))
            assert not set("{|}") & set(said), (key, said)


def test_a_text_that_does_not_agree_is_found() -> None:
    assert disagreeing("In {number} dossiers is een alarm.") == ["dossiers"]
    assert disagreeing("{number} files have changed.") == ["files"]
    assert not disagreeing("{number} {number|file has|files have} changed.")
    assert not disagreeing("Kies bericht {number} uit")
    assert filled("{number} {number|file|files}", {"number": 1}) == "1 file"
    assert [counted(number, "entry", "entries") for number in (0, 1, 2)] == ["0 entries", "1 entry", "2 entries"]


COUNTS = re.compile(r"(?:^|\.)(?:number|count|total|failing|wrong|covered|times|left_out|messages|held|waiting)$")
PLURAL = re.compile(r" (?:[a-z]+ ){0,2}[a-z]{2,}[^s\W]s\b")
NO_COUNT = frozenset({"is", "as", "was", "has", "this", "its", "does", "waits"})


def uncounted(source: str) -> list[str]:
    """Texts of the command line with a number before a word in the plural."""
    found: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.JoinedStr):
            continue
        for value, after in zip(node.values, node.values[1:], strict=False):
            if not isinstance(value, ast.FormattedValue) or not isinstance(after, ast.Constant):
                continue
            number = ast.unparse(value.value)
            if number.startswith(("len(", "sum(")) or COUNTS.search(number):
                words = PLURAL.match(str(after.value))
                if words and words[0].split()[-1] not in NO_COUNT and " of " not in words[0]:
                    found.append(f"{{{number}}}{after.value}")
    return found


def test_the_command_line_counts_in_words_that_agree() -> None:
    sources = [path for path in Path(console.__file__).parent.rglob("*.py") if "web" not in path.parts]
    assert len(sources) > 50
    wrong = {path.name: found for path in sources if (found := uncounted(path.read_text(encoding="utf-8")))}
    assert not wrong, f"write these with contracts.counted.counted(): {wrong}"


def test_a_count_without_it_is_found() -> None:
    assert uncounted('f"{len(found)} files; the next"') == ["{len(found)} files; the next"]
    assert uncounted('f"{page.total} open files"') == ["{page.total} open files"]
    assert not uncounted("f\"{counted(len(found), 'file')}; the next\"")
