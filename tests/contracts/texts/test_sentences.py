"""Every sentence that the engine says in English is recognised, and said in Dutch."""

# ruff: noqa: RUF001 - Dutch has quotation marks of its own

import ast
import re
import time
from textwrap import dedent

import pytest

from contracts.lines import in_words
from contracts.said import KINDS, LONGEST, LOOSE, Sentences, Template
from contracts.texts import words
from contracts.texts.reading import texts
from contracts.texts.speaking import spoken
from contracts.texts.within import Within
from tests.contracts.texts.sentences import Reader, sentences, words_alone
from tests.workflows.tables_found import TABLES

EXAMPLES = {
    "slug": "coordinator-almere",
    "slugs": "opvang-noord, opvang-zuid",
    "number": "12",
    "trigger": "accept_case",
    "triggers": "accept_case, decline_case",
    "numbers": "3, 4",
    "grounds": "legal_task, consent",
    "phase": "offered",
    "event": "nl.keten.referrals.offered.v1",
    "gaps": "events number 5 to 9, 12",
    "moment": "2026-01-31 12:00",
    "names": "case-k0123456789abcdefghjkmnpq, placement-k0123456789abcdefghjkmnpq-1",
    "s": "s",
    "text": "an example of a text",
    "sentence": "care coordinator",
}
PLACE = re.compile(r"\{([a-z_]+):([A-Za-z]+)\}")
NL = words("nl")
WITHIN = Within(texts("nl"), NL)


def templates() -> list[Template]:
    return [Template(english, WITHIN.members) for english in spoken()]


def example(kind: str) -> str:
    return EXAMPLES[kind] if kind in EXAMPLES else WITHIN.members(kind)[0]


def filled(template: Template) -> str:
    return PLACE.sub(lambda place: example(place[2]), template.english)


def as_template(skeleton: str) -> str:
    """How the key of a sentence is written whose places have no names yet."""
    numbers = iter(range(1, 100))
    return re.sub(r"\{\}", lambda _: f"{{place{next(numbers)}:KIND}}", skeleton)


def test_every_sentence_fits_one_template() -> None:
    skeletons = [template.skeleton for template in templates()]
    double = {one for one in skeletons if skeletons.count(one) > 1}
    assert not double, f"two templates in contracts/texts/nl/ are the same but for the names of their places: {double}"
    missing = {found.skeleton: found.where for found in sentences() if found.skeleton not in skeletons}
    lines = "\n".join(f'"{as_template(skeleton)}" = "..."   # {where}' for skeleton, where in missing.items())
    assert not missing, (
        "write each of these sentences into [said] of the file of its room in contracts/texts/nl/, with its Dutch; name its "
        f"places, and say of what kind each is: {', '.join(KINDS)}, or an enum of contracts/words.py. What no person reads is "
        f"left out in tests/contracts/texts/sentences.py.\n{lines}"
    )


def test_every_template_is_needed() -> None:
    said = {found.skeleton for found in sentences()} | words_alone()
    left_over = [template.english for template in templates() if template.skeleton not in said and template.english not in said]
    assert not left_over, f"nobody says these any more: take them out of [said] in contracts/texts/nl/: {left_over}"


def test_whatever_a_table_says_is_known() -> None:
    for table in TABLES.values():
        for row in table.states.values():
            for text in (table.title, row.who, row.then, row.alarm):
                assert not text or NL.knows(text), f'write "{text}" = "..." into [said] of contracts/texts/nl/ ({table.name})'


@pytest.mark.parametrize("template", templates(), ids=lambda template: template.english)
def test_a_sentence_is_recognised_as_what_it_is(template: Template) -> None:
    text = filled(template)
    found = Sentences(spoken(), WITHIN).fitting(text)
    assert found is not None
    assert found.template.english == template.english
    said = NL.said(text)
    assert "{" not in said
    assert words("en").said(text) == text
    assert NL.knows(text)


@pytest.mark.parametrize("template", templates(), ids=lambda template: template.english)
def test_the_dutch_has_the_places_of_the_english(template: Template) -> None:
    dutch = set(re.findall(r"\{([a-z_]+)\}", spoken()[template.english]))
    english = {name for name, kind in template.kinds.items() if kind != "s"}
    assert dutch <= english, f"the Dutch of {template.english!r} names places that the English has not: {dutch - english}"
    told = english - dutch - ({"what"} if template.english.startswith("{who:slug} {what:trigger} what a file") else set())
    assert not told, f"the Dutch of {template.english!r} leaves out {told}"


def test_a_sentence_has_few_loose_places() -> None:
    for template in templates():
        assert sum(kind in LOOSE for kind in template.kinds.values()) <= 2, f"{template.english!r} would take long to recognise"


def test_no_text_takes_long() -> None:
    """What comes from another agency may be anything; no template goes through it more often than its square."""
    for unit in ("a", "a ", "a: ", "a, ", "a (", "is ", "event number 1, ", "; "):
        text = (unit * LONGEST)[:LONGEST]
        begun = time.process_time()
        NL.said(text)
        NL.knows(text)
        assert time.process_time() - begun < 20, unit  # a pattern that backtracks without end would take years


def test_what_is_too_long_is_shown_as_it_is() -> None:
    fits = "possible now: " + ", ".join(["accept_case"] * 49)
    text = "possible now: " + ", ".join(["a" * 59] * 49)
    assert len(fits) < LONGEST < len(text)
    assert NL.knows(fits)
    assert NL.said(text) == text
    assert not NL.knows(text)


def test_a_sentence_that_nobody_knows_is_shown_as_it_is_and_marked() -> None:
    assert NL.said("a sentence of another version") == "a sentence of another version"
    assert not NL.knows("a sentence of another version")
    assert not words("en").knows("a sentence of another version")
    assert words("en").knows("there is no open alarm")


def test_a_sentence_within_a_sentence_is_said_too() -> None:
    assert NL.said("not erased: the order was not carried out") == "niet gewist: de opdracht is niet uitgevoerd"
    half = "not erased: a sentence of another version"
    assert NL.said(half) == "niet gewist: a sentence of another version"
    assert not NL.knows(half)


def test_sentences_within_each_other_have_an_end() -> None:
    text = "not erased: " * 20 + "open: a"
    assert NL.said(text).startswith("niet gewist: niet gewist: niet gewist: not erased")
    assert not NL.knows(text)


def test_places_are_said_in_dutch() -> None:
    assert NL.said("accept_case is not possible while case is triage; possible now: record_triage, conclude_case") == (
        "‘Zaak aannemen’ kan nu niet (zaak: triage); nu mogelijk: Triage vastleggen, Zaak afsluiten"
    )
    assert NL.said("CaseAccepted is not possible while case is triage; nothing more is decided here") == (
        "‘acceptatie van de zaak’ kan nu niet (zaak: triage); hier valt niets meer te beslissen"
    )
    assert NL.said("give_up is not possible while womens_shelter help is offered; nothing more is decided here") == (
        "‘Stoppen met zoeken’ kan nu niet (vrouwenopvang: aangemeld); hier valt niets meer te beslissen"
    )
    assert NL.said(
        "an event of a type that is not in the catalogue was refused by coordinator-almere: not_a_party (3 times)"
    ) == (
        "coordinator-almere heeft een bericht geweigerd (een bericht van een onbekend soort): geen partij in deze zaak (3 keer)"
    )
    assert NL.said("opvang-noord cannot be asked for cosm here; these can: nobody") == (
        "hier niet te vragen voor categorale opvang (COSM): opvang-noord; wel: niemand"
    )


@pytest.mark.parametrize(
    ("gaps", "said"),
    [
        ([(5, 5)], "bericht nummer 5"),
        ([(5, 9), (12, 12)], "bericht nummer 5 tot en met 9, 12"),
        ([(n * 10, n * 10 + 1) for n in range(1, 8)], "bericht nummer 10 tot en met 11, 20 tot en met 21, "),
    ],
)
def test_numbers_that_are_missing(gaps: list[tuple[int, int]], said: str) -> None:
    shown = NL.said(f"coordinator-almere misses {in_words(gaps)} that we sent")
    assert shown.startswith(f"coordinator-almere mist wat wij hebben gestuurd: {said}")
    assert "event" not in shown
    if len(gaps) > 4:
        assert shown.endswith(", en nog 3 reeksen")


def test_braces_in_what_others_write_are_no_places() -> None:
    assert NL.said("not erased: {who} {0} {}") == "niet gewist: {who} {0} {}"


def test_a_template_with_a_kind_that_does_not_exist_says_which_there_are() -> None:
    with pytest.raises(ValueError, match=r"no kind of place; there are: slug, slugs"):
        Template("{who:nobody} did it", WITHIN.members).fit("x did it")


def test_sentences_are_found_where_they_are_made() -> None:
    """Otherwise the tests above would agree with whatever is written."""
    source = """
        \"\"\"A docstring is none.\"\"\"
        KNOWN = "a constant is said"
        KEYED: str = f"{KNOWN} with an annotation"
        def check(self, order) -> "a type is none":
            if order:
                return f"{order.to} cannot do {', '.join(order.what) or 'it at all'}"
            self.note("a_code_word")
            self.alarm.say("a key", "what a person is told")
            self.ask(activity, question, "a summary is none")
            return state("offered", then="what happens then", description="no words for a person")
            raise RuntimeError("for whoever repairs it")
        async def other(self):
            raise Refused(code, "refused " "in words") from None
    """
    reader = Reader("workflows/example.py", frozenset())
    reader.visit(ast.parse(dedent(source)))
    assert [found.skeleton for found in reader.found] == [
        *("a constant is said", "{} with an annotation", "{} cannot do {}", "it at all"),
        *("what a person is told", "what happens then", "refused in words"),
    ]
    only = Reader("workflows/example.py", frozenset({"other"}))
    only.visit(ast.parse(dedent(source)))
    assert [found.skeleton for found in only.found] == ["refused in words"]


def test_the_files_of_english_hold_no_templates() -> None:
    """In English the engine has said it already."""
    assert texts("en").said == {}
