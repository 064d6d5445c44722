"""The content of a decision, as it is asked for and as it is typed on a command line."""

from collections.abc import Iterator
from typing import Any

import pytest
import typer

from console.asking import Questions
from console.deciding import checked
from console.typed import content_of
from contracts.commands import COMMANDS


def asked(command: str, *answers: str) -> tuple[dict[str, Any], list[str]]:
    """What becomes of answers, and what was said about them."""
    typed: Iterator[str] = iter(answers)
    said: list[str] = []
    content = Questions(lambda _: next(typed), said.append).content(COMMANDS[command])
    assert not list(typed), "not everything was asked"
    return content, said


def test_parts_inside_are_filled_in() -> None:
    content, said = asked("record_intake", "[a place] to stay", "ja", "", "soon", "1990", "Dutch", "", "", "from_23")
    assert content == {"needs": "[a place] to stay", "person": {"birth_year": 1990, "language": "Dutch"}, "age": "from_23"}
    assert said == ["person.birth_year must be a whole number, like 3"]
    assert checked("record_intake", content)


def test_a_list_ends_with_an_empty_answer() -> None:
    content, said = asked("offer_help", "cosm", "", "", "", "", "", "", "cosm-shelter", "Not A Slug", "womens-shelter", "", "")
    assert content["organisations"] == ["cosm-shelter", "womens-shelter"]
    assert said == ["organisations needs one at least", "organisations, number 2 must look like coordinator-almere"]


@pytest.mark.parametrize("command", sorted(set(COMMANDS) - {"ask_erasure", "confirm_erasure"}))
def test_every_decision_can_be_asked_for(command: str) -> None:
    """Whatever is left empty although it is needed is asked for again; a first code is a code."""

    class Enough(Exception):  # noqa: N818 - it ends the questions
        pass

    questions: list[str] = []

    def ask(question: str) -> str:
        questions.append(question)
        if len(questions) > 60:
            raise Enough
        return "an example" if "(a text" in question else ""

    try:
        Questions(ask, lambda _: None).content(COMMANDS[command])
    except Enough:
        assert questions[-1] == questions[-2], "only what is needed is asked for again and again"
    assert all("()" not in question for question in questions), "each question says what may be typed"


@pytest.mark.parametrize(
    ("fields", "content"),
    [
        (["needs=[a place]", "person.birth_year=1990"], {"needs": "[a place]", "person": {"birth_year": 1990}}),
        (["needs=12", "under_16=yes"], {"needs": "12", "under_16": True}),
        (['person={"language": "Dutch"}'], {"person": {"language": "Dutch"}}),
        (['needs="quoted"'], {"needs": "quoted"}),
    ],
)
def test_fields_are_read_as_they_are_meant(fields: list[str], content: dict[str, Any]) -> None:
    assert content_of("record_intake", fields, None) == content


def test_a_list_is_typed_with_commas_or_as_json() -> None:
    for typed in ("organisations=cosm-shelter,womens-shelter", 'organisations=["cosm-shelter", "womens-shelter"]'):
        assert content_of("offer_help", [typed], None) == {"organisations": ["cosm-shelter", "womens-shelter"]}


@pytest.mark.parametrize(
    ("fields", "data", "words"),
    [
        (["help=true", "help=false"], None, "help: it stands there twice"),
        (["riec=true"], '{"riec": false}', "give the content one way"),
        ([], '{"riec": true, "riec": false}', "a key stands twice"),
        (['person={"name": "a", "name": "b"}'], None, "a key stands twice"),
        (['person={"name": "a"}', "person.name=b"], None, "it stands there twice"),
        (["person.name=a", 'person={"name": "b"}'], None, "it stands there twice"),
        (["help=true", "help.much=1", "help.very.much=1"], None, "it stands there twice"),
        (["person={name: a}"], None, "is read as JSON"),
        ([], "[]", "is not a JSON object"),
        ([], "oops", "is not JSON"),
    ],
)
def test_what_is_said_twice_or_cannot_be_read_is_refused(fields: list[str], data: str | None, words: str) -> None:
    with pytest.raises(typer.BadParameter, match=words):
        content_of("record_intake", fields, data)


@pytest.mark.parametrize(
    ("command", "content", "words"),
    [
        (
            "record_intake",
            {"needs": "x", "person": {"birth_yaer": 1990}},
            "person.birth_yaer is not a field here: did you mean birth_year?",
        ),
        (
            "offer_help",
            {"need": {"service": "cosm", "urgancy": "crisis"}, "organisations": ["a-b"]},
            "need.urgancy is not a field",
        ),
        (
            "bring_to_riec",
            {"observation": {"muncipality": "GM0995"}},
            "observation.muncipality is not a field here: did you mean",
        ),
        ("record_consent", {"help": "maybe"}, "help must be true or false"),
        ("assign_owner", {"to": "Nobody!"}, "to must look like coordinator-almere"),
        ("offer_again", {"referral": 0, "organisations": []}, "referral must be at least 1; organisations must have at least 1"),
        ("record_consent", {"help": True, "registration": True}, "registration with personal data needs written consent"),
    ],
)
def test_a_content_that_cannot_be_is_said_in_the_words_of_whoever_typed_it(
    command: str, content: dict[str, Any], words: str
) -> None:
    with pytest.raises(ValueError, match=words.replace("?", r"\?")) as refused:
        checked(command, content)
    for jargon in ("Input should", "pattern '^", "type=", "Extra inputs", "Field required", "Value error"):
        assert jargon not in str(refused.value)


def test_what_only_a_clock_says_is_neither_asked_for_nor_taken() -> None:
    questions: list[str] = []
    answers = iter(("expired", "full"))
    said: list[str] = []

    def answer(question: str) -> str:
        questions.append(question)
        return next(answers)

    assert Questions(answer, said.append).content(COMMANDS["decline_offer"]) == {"reason": "full"}
    assert "expired" not in questions[0]
    assert "follows from a clock" in said[0]
    with pytest.raises(ValueError, match="decline_offer: this follows from a clock"):
        checked("decline_offer", {"reason": "expired"})


def test_help_for_nobody_is_refused_before_it_is_sent() -> None:
    with pytest.raises(ValueError, match="this asks help for nobody"):
        checked("offer_help", {"need": {"service": "cosm", "adults": 0}, "organisations": ["cosm-shelter"]})
