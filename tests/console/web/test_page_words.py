"""Every word of the pages is there in every language, and each is used."""

import re
import tomllib
from pathlib import Path

import pytest

import console
from console.web.spoken import WORDS, page_words, spoken
from contracts.texts import LANGUAGES, Language

ROOMS = [Path(console.__file__).parent / room for room in ("forms", "look", "web")]
OTHERS = ("door.",)
"""Sections that are looked after elsewhere: their keys are put together."""
QUOTED = re.compile(r"""["']([a-z_]+\.[a-z_]+)["']""")
PLACES = re.compile(r"\{([a-z_]*)\}")
FILES = (".html", ".css", ".js", ".svg")


def used() -> set[str]:
    """Keys that stand in code and templates as they are."""
    sections = {key.partition(".")[0] for language in LANGUAGES for key in page_words(language)}
    sources = [path for room in ROOMS for ending in ("*.py", "*.html") for path in room.rglob(ending)]
    found = {key for path in sources for key in QUOTED.findall(path.read_text(encoding="utf-8"))}
    return {key for key in found if key.partition(".")[0] in sections and not key.endswith(FILES)}


def ours(language: Language) -> dict[str, str]:
    return {key: words for key, words in page_words(language).items() if not key.startswith(OTHERS)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_a_page_is_there(language: Language) -> None:
    missing = sorted(used() - page_words(language).keys())
    assert not missing, f"add to console/web/words/{language}/: {missing}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_is_there_that_no_page_says(language: Language) -> None:
    unused = sorted(ours(language).keys() - used())
    assert not unused, f"remove from console/web/words/{language}/: {unused}"


def test_both_languages_name_the_same_facts() -> None:
    nl, en = ours("nl"), ours("en")
    assert nl.keys() == en.keys()
    assert {key: sorted(PLACES.findall(words)) for key, words in nl.items()} == {
        key: sorted(PLACES.findall(words)) for key, words in en.items()
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_file_of_words_holds_the_section_that_it_is_named_after(language: Language) -> None:
    paths = sorted((WORDS / language).glob("*.toml"))
    assert paths
    assert {path.stem: set(tomllib.loads(path.read_text(encoding="utf-8"))) for path in paths} == {
        path.stem: {path.stem} for path in paths
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_is_empty(language: Language) -> None:
    assert all(words.strip() for words in page_words(language).values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_that_asks_for_words_that_are_not_there_is_told_where_they_belong(language: Language) -> None:
    with pytest.raises(LookupError, match=rf"no\.such\.key.*console/web/words/{language}/"):
        spoken(language).page("no.such.key")
