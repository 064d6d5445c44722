"""Whatever the engine can say has words in Dutch and in English, and no words are left over."""

import ast
from pathlib import Path

import pytest

from contracts.catalogue import CATALOGUE
from contracts.commands import COMMANDS
from contracts.texts import LANGUAGES, Language, words
from contracts.texts.reading import ANY, code_name, texts
from tests.contracts.texts.inventory import ENUMS, MODELS, NESTED, SHARED, wanted, wanted_fields, written
from tests.remedy import assert_same
from tests.workflows.tables_found import TABLES

ROOT = Path(__file__).parents[3]
REMEDY = (
    "Write these rows into contracts/texts/{language}/, into the file of the room (case.toml, privacy.toml and so on): "
    "a state has phase, waits, then (an end only phase); a decision command, explain, story; an event event, story. "
    "docs/how-to/add-a-decision.md shows one of each."
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_states_decisions_events_and_codes_have_words(language: Language) -> None:
    assert_same(written(texts(language)), wanted(), REMEDY.format(language=language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_open_states_say_why_they_wait_and_what_then_and_ends_do_not(language: Language) -> None:
    said = texts(language)
    for table in TABLES.values():
        for name in table.states:
            row = said.states[ANY if name in SHARED else code_name(table.name)][name]
            assert row.waits, f"[states.{table.name}.{name}] in contracts/texts/{language}/ needs `waits`"
            assert row.then, f"[states.{table.name}.{name}] in contracts/texts/{language}/ needs `then`"
        for name in table.ends - SHARED:
            row = said.states[code_name(table.name)][name]
            assert not f"{row.waits}{row.then}", f"[states.{table.name}.{name}] is an end: it has a phrase only"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_field_has_a_label(language: Language) -> None:
    rows = texts(language).fields
    used: set[tuple[str, str]] = set()
    missing: list[str] = []
    for model, name in sorted(wanted_fields()):
        place = next((place for place in (code_name(model), ANY) if name in rows.get(place, {})), None)
        if place is None:
            missing.append(f'[fields.{model}]\n{name} = "..."')
        else:
            used.add((place, name))
    lines = "\n".join(missing)
    assert not missing, f"write the labels of these fields into the file of the room in contracts/texts/{language}/:\n{lines}"
    left_over = {(model, name) for model, fields in rows.items() for name in fields} - used
    assert not left_over, f"nobody needs these labels in contracts/texts/{language}/ any more: {sorted(left_over)}"


def test_both_languages_say_the_same_things() -> None:
    nl, en = texts("nl"), texts("en")
    for section in ("story", "validation"):
        remedy = f"Write [{section}] in contracts/texts/nl/ and in contracts/texts/en/ with the same keys."
        assert_same(getattr(nl, section), getattr(en, section), remedy)
    hints = {
        language: {(model, name) for model, rows in texts(language).fields.items() for name, row in rows.items() if row.hint}
        for language in LANGUAGES
    }
    assert_same(hints["nl"], hints["en"], "A field has a hint in both languages, or in none.")


def test_the_english_words_of_a_table_are_its_own() -> None:
    """So what a table says is translated by its state, and stands once in each language."""
    titles, states = texts("en").titles, texts("en").states
    for table in TABLES.values():
        title = f'contracts/texts/en: [titles] {table.name} = "{table.title}", as its table says'
        assert titles[code_name(table.name)] == table.title, title
        for name, row in table.states.items():
            then = states[ANY if name in SHARED else code_name(table.name)][name].then
            assert then == row.then, f'contracts/texts/en: [states.{table.name}.{name}] then = "{row.then}", as its table says'


def test_what_a_table_says_twice_is_one_sentence_in_dutch_too() -> None:
    en, nl = texts("en").states, texts("nl").states
    dutch: dict[str, str] = {}
    for table, rows in en.items():
        for phase, row in rows.items():
            if row.then:
                said = nl[table][phase].then
                assert dutch.setdefault(row.then, said) == said, (
                    f"[states.{table}.{phase}] then: {row.then!r} is {dutch[row.then]!r}"
                )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_line_of_a_story_has_words(language: Language) -> None:
    """Beside decisions and events a story has lines of its own; their names stand in the calls of ``note``."""
    noted = {
        call.args[0].value
        for path in (ROOT / "workflows").rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "note"
        if isinstance(call.args[0], ast.Constant)
    }
    own = {"clock", "late", "other", "true", "false"}
    remedy = f"Write a line for each `self.note(...)` below workflows/ into [story] of a file of contracts/texts/{language}/."
    assert_same(texts(language).story.keys() - own, noted, remedy)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_code_word_is_shown(language: Language) -> None:
    """Each lookup gives words that are not the code itself, unless the code is a word of the language."""
    said = words(language)
    shown = {
        **{f"[commands.{name}]": said.command(name) for name in COMMANDS},
        **{f"[events.{event.__name__}]": said.event(event.__name__) for event in CATALOGUE.values()},
        **{f"[models] {model.__name__}": said.part(model.__name__) for model in NESTED},
        **{
            f"[fields.{model.__name__}] {name}": said.field(model.__name__, name)
            for model in MODELS
            for name in model.model_fields
        },
        **{f"[values.{enum.__name__}] {one.value}": said.value(enum.__name__, one.value) for enum in ENUMS for one in enum},
        **{f"[states.{t.name}.{name}]": said.phase(t.name, name) for t in TABLES.values() for name in {*t.states, *t.ends}},
    }
    coded = {where: text for where, text in shown.items() if "_" in text or not text.strip() or text != text.strip()}
    assert not coded, f"say it in words that a care coordinator uses: {coded}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_have_their_form(language: Language) -> None:
    """Buttons and labels begin with a capital; sentences end with a full stop; what stands within a sentence does neither."""
    said = texts(language)
    for name, command in said.commands.items():
        assert command.command[0].isupper(), name
        assert not command.command.endswith("."), name
        for sentence in (command.explain, command.story):
            assert sentence.endswith("."), f"[commands.{name}] {sentence}"
    for name, event in said.events.items():
        assert event.story.endswith("."), name
        assert not event.event.endswith("."), name
    for table, rows in said.states.items():
        for name, row in rows.items():
            where = f"[states.{table}.{name}]"
            assert not row.phase.endswith("."), where
            assert not row.then or (not row.then.endswith(".") and not row.then[0].isupper()) or row.then[:8] == "CoMensha", where
            assert not row.waits or (row.waits.endswith(".") and row.waits[0].isupper() and row.waits.count(". ") == 0), where


def test_kinds_of_files_and_agencies() -> None:
    assert [words("nl").kind("case"), words("nl").agency_kind("care_coordinator")] == ["zaak", "zorgcoördinator"]
    assert [words("en").kind("privacy"), words("en").agency_kind("registry")] == ["privacy check", "CoMensha"]


def test_what_has_no_words_is_still_readable() -> None:
    """A page does not fail for want of a word: another version may know a code that this one does not."""
    said = words("nl")
    assert said.value("NotOurs", "new_code") == "new code"
    assert said.value("NoSuchEnum", "new_code") == "new code"
    assert [said.phase("Case", "new_phase"), said.waits("Case", "new_phase"), said.then("Case", "new_phase")] == [
        "new phase",
        "",
        "",
    ]
    assert [said.command("do_it"), said.explain("do_it")] == ["Do it", ""]
    assert [said.field("Nobody", "no_field"), said.hint("Nobody", "no_field")] == ["No field", ""]
    assert [said.event("nothing_happened"), said.title("NoTable")] == ["nothing happened", "no table"]
