"""Refused events as a person sees them, without any server."""

import pytest

from console.dead_codes import ADVICE, BY_NAME, Advice, Dismissal
from console.dead_letters import Fault, faults_of, looked, readable
from console.web.pages.dead_letter import ADVICE as SAID
from console.web.pages.dead_letter import REASONS
from contracts.refusals import RefusalCode
from contracts.texts import LANGUAGES, words
from contracts.texts.reading import texts
from tests.console.web.letters import a_letter
from tests.console.web.town import REFUSED


@pytest.mark.parametrize("code", RefusalCode)
def test_every_code_has_an_advice_and_words(code: RefusalCode) -> None:
    assert code in ADVICE
    for language in LANGUAGES:
        assert texts(language).values["refusal_code"].keys() == {*RefusalCode}
        assert words(language).value("RefusalCode", code).strip()


def test_every_advice_and_reason_has_words() -> None:
    assert SAID.keys() == {*Advice}
    assert REASONS.keys() == {*Dismissal}
    assert BY_NAME.keys() < {*RefusalCode}


def test_the_places_are_those_that_the_models_name() -> None:
    found = faults_of(a_letter(1), REFUSED, is_opened=True)
    assert {fault.path for fault in found} == {"data.signal.municipality", "data.signal.urgency"}


def test_of_what_could_not_be_opened_only_the_outside_is_looked_at() -> None:
    assert faults_of(a_letter(1), REFUSED, is_opened=False) != faults_of(a_letter(1), REFUSED, is_opened=True)
    assert faults_of(a_letter(1, "seal_broken"), REFUSED, is_opened=False) == ()


def test_a_field_is_found_by_its_name_at_any_depth_that_is_read() -> None:
    deep = b'{"data":' + b'{"a":' * 40 + b'{"municipality":"x"}' + b"}" * 41
    near = b'{"data":{"places":[{"municipality":"x"},{"municipality":"y"}]}}'
    letter = a_letter(1, "municipality_unknown")
    assert faults_of(letter, deep, is_opened=True) == ()
    assert faults_of(letter, near, is_opened=True) == (Fault("data.places.0.municipality"), Fault("data.places.1.municipality"))


def test_only_what_was_opened_is_called_opened() -> None:
    assert looked(a_letter(1), REFUSED).is_opened
    assert not looked(a_letter(1), b"sealed").is_opened
    assert looked(a_letter(1, hash="0" * 64), b"").advice is Advice.BARE


def test_anything_can_be_shown() -> None:
    assert readable(b"\xff\x1b[2J\nx") == "\N{REPLACEMENT CHARACTER}\\u001b[2J\nx"
    assert readable(b'{"a":"\xc3\xab"}') == '{\n  "a": "ë"\n}'
