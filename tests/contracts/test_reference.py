import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from contracts.reference import ALPHABET, Reference, from_bytes, new_reference

READER = TypeAdapter[str](Reference)


def test_a_new_one_fits_its_own_pattern_and_is_new():
    made = {new_reference() for _ in range(1000)}
    assert len(made) == 1000
    for reference in made:
        assert READER.validate_python(reference) == reference


@given(st.binary(min_size=15, max_size=64))
def test_any_digest_gives_one(digest: bytes):
    reference = from_bytes(digest)
    assert READER.validate_python(reference) == reference
    assert from_bytes(digest[:15]) == reference


@given(st.binary(min_size=15, max_size=15), st.binary(min_size=15, max_size=15))
def test_other_bytes_give_another_one(one: bytes, other: bytes):
    assert (from_bytes(one) == from_bytes(other)) == (one == other)


@pytest.mark.parametrize("letter", "ilou")
def test_letters_that_are_misread_do_not_occur(letter: str):
    assert letter not in ALPHABET


@pytest.mark.parametrize("wrong", ["", "k", "k" + "0" * 25, "K" + "0" * 24, "k" + "l" * 24, "k" + "0" * 24 + "\n"])
def test_wrong(wrong: str):
    with pytest.raises(ValidationError):
        READER.validate_python(wrong)
