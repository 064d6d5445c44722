"""People with keys of their own: in whose list they are, and what their signatures are worth."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest

from runtime.keys.signatures import SignatureAltered, make_key, read_key, sign
from runtime.people.lists import Right
from runtime.people.people import People, PersonRemoved, PersonUnknown
from runtime.private_files import KeyFileError, write_private

CLAIMS = {"what": "erase", "case": "k0123456789abcdefghjkmnpq"}


@pytest.fixture
def people(tmp_path: Path) -> People:
    people = People(tmp_path / "people")
    people.add("c-17", "almere")
    return people


def test_a_person_has_a_private_key_and_stands_in_the_list_with_the_public_one(people: People) -> None:
    folder = people.lists.folder
    files = {path.name: path for path in folder.iterdir() if not path.name.startswith(".")}
    assert set(files) == {"c-17.jwk", "almere.jwks.json"}
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700
    [public] = json.loads(files["almere.jwks.json"].read_text())["keys"]
    private = json.loads(files["c-17.jwk"].read_text())
    assert (public["kid"], public["x"], private["kid"]) == ("c-17@almere#1", private["x"], "c-17")
    assert "d" in private
    assert "d" not in public


def test_what_a_person_signed_is_known_as_theirs(people: People) -> None:
    signed = people.verify(people.sign("c-17", CLAIMS), "almere", fresh=timedelta(minutes=5))
    assert signed[:3] == ("c-17", "almere", CLAIMS)
    assert people.verify(people.sign(people.key_file("c-17"), CLAIMS), "almere").claims == CLAIMS


def test_an_altered_token_is_refused(people: People) -> None:
    header, _, signature = people.sign("c-17", CLAIMS).split(".")
    _, payload, _ = people.sign("c-17", CLAIMS | {"case": "another"}).split(".")
    for token in (f"{header}.{payload}.{signature}", f"{header}.{payload}.", "nonsense", "", "é.é.é"):
        with pytest.raises(SignatureAltered):
            people.verify(token, "almere")


def test_a_key_that_is_not_in_the_list_is_refused(people: People, tmp_path: Path) -> None:
    people.add("c-18", "urk")
    with pytest.raises(PersonUnknown, match="nobody at almere has the key of this signature"):
        people.verify(people.sign("c-18", CLAIMS), "almere")
    make_key(tmp_path / "thief.jwk", "c-17")
    forged = sign({**CLAIMS, "iat": 1767225600}, read_key(tmp_path / "thief.jwk"), "c-17@almere#1")
    with pytest.raises(SignatureAltered, match="made with another key"):
        people.verify(forged, "almere")


def test_a_signature_without_a_moment_is_refused(people: People) -> None:
    key = read_key(people.key_file("c-17"))
    for claims in (CLAIMS, CLAIMS | {"iat": "yesterday"}, CLAIMS | {"iat": 1e30}):
        with pytest.raises(SignatureAltered, match="does not say when"):
            people.verify(sign(claims, key, "c-17@almere#1"), "almere")


def test_what_was_signed_before_somebody_left_stays_theirs_and_nothing_else(people: People) -> None:
    key, before = read_key(people.key_file("c-17")), people.sign("c-17", CLAIMS)
    people.remove("c-17", "almere")
    assert people.verify(before, "almere").person == "c-17"
    after = sign({**CLAIMS, "iat": people.lists.ever("almere")[0].until.timestamp() + 1}, key, "c-17@almere#1")  # type: ignore[union-attr]
    with pytest.raises(PersonRemoved, match="c-17 has left almere"):
        people.verify(after, "almere")


def test_for_what_is_done_now_an_old_signature_does_not_count(people: People) -> None:
    key = read_key(people.key_file("c-17"))
    old = sign({**CLAIMS, "iat": 1767225600}, key, "c-17@almere#1")
    assert people.verify(old, "almere").person == "c-17"
    with pytest.raises(SignatureAltered, match="sign it anew"):
        people.verify(old, "almere", fresh=timedelta(minutes=5))
    now = people.sign("c-17", CLAIMS)
    people.remove("c-17", "almere")
    with pytest.raises(PersonRemoved):
        people.verify(now, "almere", fresh=timedelta(minutes=5))
    assert people.verify(old, "almere").person == "c-17", "without it, who has left could write an earlier moment"


def test_whoever_left_signs_no_more_and_comes_back_with_another_key(people: People) -> None:
    people.remove("c-17", "almere")
    assert not people.key_file("c-17").exists()
    with pytest.raises(PersonUnknown, match="keten people add"):
        people.sign("c-17", CLAIMS)
    with pytest.raises(PersonUnknown, match="nobody called c-17 works at almere"):
        people.remove("c-17", "almere")
    people.add("c-17", "almere")
    first, second = people.lists.ever("almere")
    assert (first.kid, second.kid) == ("c-17@almere#1", "c-17@almere#2")
    assert first.x != second.x
    assert people.verify(people.sign("c-17", CLAIMS), "almere").person == "c-17"


def test_a_person_of_two_agencies_says_for_which_one(people: People) -> None:
    people.add("c-17", "urk")
    with pytest.raises(ValueError, match="works at several agencies"):
        people.sign("c-17", CLAIMS)
    token = people.sign("c-17", CLAIMS, at="urk")
    assert people.verify(token, "urk").agency == "urk"
    with pytest.raises(PersonUnknown):
        people.verify(token, "almere")
    people.remove("c-17", "urk")
    assert people.verify(people.sign("c-17", CLAIMS), "almere").agency == "almere"


@pytest.mark.parametrize("name", ["Jan", "jan jansen", "c_17", "7c", "j", "c" * 41, "", "../c-17"])
def test_a_name_that_is_no_pseudonym_is_refused(people: People, name: str) -> None:
    with pytest.raises(ValueError, match="should not be a person's real name"):
        people.add(name, "almere")


def test_a_name_that_somebody_has_with_another_key_is_refused(people: People) -> None:
    people.key_file("c-17").unlink()
    with pytest.raises(ValueError, match=r"c-17 works at almere with a key that is not here"):
        people.add("c-17", "almere")
    assert not people.key_file("c-17").exists()
    make_key(people.key_file("c-17"), "c-17")
    assert not people.works_at(people.key_file("c-17"), "almere")
    with pytest.raises(ValueError, match="with a key that is not here"):
        people.add("c-17", "almere")


def test_one_person_does_not_get_a_second_name(people: People) -> None:
    """Whoever copies a key and gives it another name would be two where two must agree."""
    jwk = json.loads(people.key_file("c-17").read_text())
    write_private(people.key_file("c-18"), json.dumps(jwk | {"kid": "c-18"}))
    with pytest.raises(ValueError, match="c-17 has this key at almere already"):
        people.add("c-18", "almere")
    assert [person.name for person in people.lists.ever("almere")] == ["c-17"]
    people.remove("c-17", "almere")
    with pytest.raises(ValueError, match="c-17 has this key at almere already"):
        people.add("c-18", "almere")


async def test_two_who_add_at_once_lose_nobody(people: People) -> None:
    names = [f"c-{number}" for number in range(20, 40)]
    await asyncio.gather(*(asyncio.to_thread(People(people.lists.folder).add, name, "almere") for name in names))
    assert {person.name for person in people.lists.now("almere")} == {"c-17", *names}
    assert len({person.x for person in people.lists.now("almere")}) == 21


def test_files_that_are_open_to_others_or_damaged_are_refused(people: People) -> None:
    people.key_file("c-17").chmod(0o644)
    with pytest.raises(KeyFileError, match="chmod 600"):
        people.sign("c-17", CLAIMS)
    people.key_file("c-17").chmod(0o600)
    people.key_file("c-17").write_text("{}")
    with pytest.raises(KeyFileError, match="does not hold an Ed25519 key"):
        people.sign("c-17", CLAIMS)
    listed = people.lists.folder / "almere.jwks.json"
    listed.write_text('{"keys": [{"kid": "c-17"}]}')
    with pytest.raises(KeyFileError, match="not a list of people"):
        people.lists.ever("almere")
    listed.chmod(0o640)
    with pytest.raises(KeyFileError, match="chmod 600"):
        people.lists.ever("almere")


def test_a_key_of_nobody_is_refused(people: People, tmp_path: Path) -> None:
    jwk = json.loads(people.key_file("c-17").read_text())
    write_private(tmp_path / "nobody.jwk", json.dumps({name: value for name, value in jwk.items() if name != "kid"}))
    with pytest.raises(KeyFileError, match="does not say of whom it is"):
        people.sign(tmp_path / "nobody.jwk", CLAIMS)


class TestRights:
    def test_whoever_is_in_a_list_has_the_usual_ones(self, people: People) -> None:
        assert people.lists.rights("c-17", "almere") == {Right.HANDLE, Right.OPERATE}
        assert people.lists.rights("c-17", "urk") == people.lists.rights("nobody", "almere") == frozenset()

    def test_a_list_from_before_counts_as_handle_and_operate(self, people: People) -> None:
        listed = people.lists.folder / "almere.jwks.json"
        assert "rights" not in listed.read_text()
        assert people.lists.ever("almere")[0].rights == {Right.HANDLE, Right.OPERATE}

    def test_who_is_given_some_has_these_and_no_others(self, people: People) -> None:
        people.add("c-18", "almere", [Right.AUDIT])
        people.add("c-17", "almere", [Right.HANDLE, Right.OVERSEE])
        assert people.lists.rights("c-18", "almere") == {Right.AUDIT}
        assert people.lists.rights("c-17", "almere") == {Right.HANDLE, Right.OVERSEE}
        people.add("c-17", "almere")
        assert people.lists.rights("c-17", "almere") == {Right.HANDLE, Right.OVERSEE}, "whoever is added again stays as they are"
        assert people.lists.ever("almere")[0].kid == "c-17@almere#1"
        assert people.verify(people.sign("c-17", CLAIMS), "almere").person == "c-17"

    def test_somebody_whose_key_lies_elsewhere_is_given_rights_too(self, people: People) -> None:
        people.key_file("c-17").unlink()
        people.add("c-17", "almere", [Right.AUDIT])
        assert people.lists.rights("c-17", "almere") == {Right.AUDIT}
        assert not people.key_file("c-17").exists()

    def test_who_left_has_none(self, people: People) -> None:
        people.remove("c-17", "almere")
        assert people.lists.rights("c-17", "almere") == frozenset()

    def test_a_right_that_nobody_knows_is_refused(self, people: People) -> None:
        listed = people.lists.folder / "almere.jwks.json"
        people.add("c-18", "almere", [Right.AUDIT])
        listed.write_text(listed.read_text().replace('"audit"', '"everything"'))
        with pytest.raises(KeyFileError, match="not a list of people"):
            people.lists.rights("c-18", "almere")
