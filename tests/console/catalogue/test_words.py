"""Whatever the pages say has words in both languages, and no words are left over."""

import re

import pytest

from console.catalogue.site import of_today
from console.catalogue.spoken import WORDS, Spoken, page_words
from contracts.envelope import CloudEvent
from contracts.event import Event
from contracts.refusals import RefusalCode
from contracts.texts import LANGUAGES, Language
from contracts.texts.reading import texts
from post_office.codes import ROWS
from post_office.ports import Draft
from tests.console.catalogue.conftest import Made, made
from tests.remedy import assert_same

ROOM = WORDS.parent
KEY = re.compile(r"""["']([a-z]+\.[a-z_]+)["']""")
PLACES = re.compile(r"\{([a-z_]*)\}")

REMEDY = "write these rows into contracts/texts/{0}/catalogue.toml, or into the file of the room in contracts/texts/{0}/"


def used() -> set[str]:
    sources = [*ROOM.glob("*.py"), *ROOM.rglob("*.html")]
    sections = {key.partition(".")[0] for key in page_words("en")}
    found = {key for path in sources for key in KEY.findall(path.read_text(encoding="utf-8"))}
    return {
        key for key in found if key.partition(".")[0] in sections and not key.endswith((".html", ".js", ".css", ".svg", ".json"))
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_a_page_is_there_and_used(language: Language) -> None:
    kinds = {f"type.{kind}" for kind in ("string", "integer", "boolean", "date", "date_time", "object")}
    assert_same(set(page_words(language)), used() | kinds, f"correct console/catalogue/words/{language}.toml")


def test_both_languages_name_the_same_facts() -> None:
    places = {
        language: {key: sorted(PLACES.findall(words)) for key, words in page_words(language).items()} for language in LANGUAGES
    }
    assert places["nl"] == places["en"]


def test_words_that_are_not_there_are_named() -> None:
    with pytest.raises(LookupError, match=r"no\.such.*words/nl\.toml"):
        Spoken("nl").page("no.such")


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_lacks_its_words(today: Made, language: Language) -> None:
    assert today.missing[language] == set(), REMEDY.format(language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_codes_attributes_and_terms_have_words(language: Language) -> None:
    said, remedy = texts(language), f"correct contracts/texts/{language}/catalogue.toml: [{{}}]"
    assert_same(set(said.refused), {str(code) for code in RefusalCode}, remedy.format("refused.CODE"))
    assert_same(set(said.post_office), {row.code for row in ROWS} - set(said.refused), remedy.format("post_office.CODE"))
    assert_same(set(said.attributes), {*CloudEvent.model_fields, *Draft._fields}, remedy.format("attributes"))
    terms = {event.rule.retention for event in of_today().catalogue.values()}
    assert_same(set(said.retention), terms, remedy.format("retention"))
    sentences = [
        *said.attributes.values(),
        *(row.means for row in said.refused.values()),
        *(row.do for row in said.refused.values()),
        *(words for row in said.post_office.values() for words in (row.means, row.do)),
    ]
    assert [words for words in sentences if not words.endswith(".")] == []


def test_no_dutch_is_left_over_for_what_no_event_says_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: set[str] = set()
    told = Spoken.told

    def noted(self: Spoken, english: str, *, sentence: bool = True) -> object:
        asked.add(" ".join(english.split()))
        return told(self, english, sentence=sentence)

    monkeypatch.setattr(Spoken, "told", noted)
    made(of_today(), ("nl",))
    changes = {change.partition(": ")[2] for decided in of_today().decided for change in decided.changes}
    reasons = {decided.why for decided in of_today().decided}
    assert_same(set(texts("nl").catalogue), asked | changes | reasons, "correct [catalogue] in contracts/texts/nl/catalogue.toml")


def test_an_event_has_a_sentence_of_its_own() -> None:
    docs = [event.__doc__ for event in of_today().catalogue.values()]
    assert Event.__doc__ not in docs
    assert len(set(docs)) == len(docs)
