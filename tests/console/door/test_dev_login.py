"""The login without accounts keeps to the rules of a real one: a code counts once, for whoever asked for it."""

import base64
import hashlib
from pathlib import Path
from typing import Any, cast

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from console.door.dev_login import LIFE, MOST, CodeRefused, DevLogin, Offered, Wish, WrongWish
from console.door.dev_people import PLAYED, DevPeople
from contracts.agencies import Directory
from contracts.words import AgencyKind
from runtime.people.people import NAME, People

URL, CLIENT, CALLBACK = "http://127.0.0.1:1/dev-issuer", "keten-console", "http://127.0.0.1:1/callback"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
QUERY = {
    "response_type": "code",
    "client_id": CLIENT,
    "redirect_uri": CALLBACK,
    "state": "s" * 43,
    "nonce": "n" * 43,
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}
SOMEBODY = Offered("coordinator", "coordinator-almere")


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def people(tmp_path: Path, directory: Directory) -> DevPeople:
    return DevPeople(directory.agencies, People(tmp_path / "people"), "coordinator-almere")


@pytest.fixture
def issuer(people: DevPeople, clock: Clock) -> DevLogin:
    return DevLogin(URL, CLIENT, CALLBACK, people.be, clock)


def form(code: str, **fields: str) -> dict[str, str]:
    usual = {"grant_type": "authorization_code", "client_id": CLIENT, "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
    return {**usual, "code": code, **fields}


def test_a_click_gives_a_code_and_the_code_a_token(issuer: DevLogin, clock: Clock) -> None:
    token, keys = issuer.id_token(form(issuer.code(issuer.asked(QUERY), SOMEBODY))), cast("Any", issuer.public_keys())
    claims = jwt.decode(token, KeySet.import_key_set(keys), algorithms=["ES256"]).claims
    assert claims == {
        "iss": URL,
        "aud": CLIENT,
        "sub": "coordinator",
        "iat": clock.now,
        "exp": clock.now + LIFE,
        "auth_time": clock.now,
        "nonce": "n" * 43,
        "keten_agencies": ["coordinator-almere"],
    }
    assert all("d" not in key for key in issuer.public_keys()["keys"])


def test_a_code_counts_once_and_not_for_long(issuer: DevLogin, clock: Clock) -> None:
    wish = issuer.asked(QUERY)
    code = issuer.code(wish, SOMEBODY)
    issuer.id_token(form(code))
    old = issuer.code(wish, SOMEBODY)
    clock.now += LIFE + 1
    for refused in (code, old, "", "x"):
        with pytest.raises(CodeRefused):
            issuer.id_token(form(refused))


@pytest.mark.parametrize(
    "wrong",
    [
        {"code_verifier": "w" * 43},
        {"code_verifier": ""},
        {"client_id": "another"},
        {"redirect_uri": "https://evil.example.org"},
        {"grant_type": "password"},
    ],
)
def test_who_did_not_ask_for_a_code_gets_nothing_and_it_is_spent(issuer: DevLogin, wrong: dict[str, str]) -> None:
    code = issuer.code(issuer.asked(QUERY), SOMEBODY)
    for fields in (wrong, {}):
        with pytest.raises(CodeRefused):
            issuer.id_token(form(code, **fields))


@pytest.mark.parametrize(
    "wrong",
    [
        {"redirect_uri": "https://evil.example.org"},
        {"client_id": "another"},
        {"response_type": "token"},
        {"code_challenge_method": "plain"},
        {"code_challenge": "short"},
        {"state": ""},
        {"nonce": ""},
        {"state": "s" * 500},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_what_a_client_must_not_ask_is_refused(issuer: DevLogin, wrong: dict[str, str]) -> None:
    with pytest.raises(WrongWish):
        issuer.asked({**QUERY, **wrong})
    assert issuer.asked(QUERY) == Wish(CALLBACK, "s" * 43, "n" * 43, CHALLENGE)


def test_there_are_never_many_codes(issuer: DevLogin) -> None:
    wish = issuer.asked(QUERY)
    codes = [issuer.code(wish, SOMEBODY) for _ in range(MOST + 1)]
    with pytest.raises(CodeRefused):
        issuer.id_token(form(codes[0]))
    assert issuer.id_token(form(codes[1]))


class TestPeople:
    def test_there_is_somebody_for_each_agency_first_who_has_something_to_do(
        self, people: DevPeople, directory: Directory
    ) -> None:
        offered = people.offered()
        assert offered[0] == (directory.get("coordinator-almere"), [SOMEBODY])
        assert {agency.slug for agency, _ in offered} == set(directory.by_slug)
        assert all(names for _, names in offered)

    def test_each_kind_has_a_name_that_is_no_name(self) -> None:
        assert set(PLAYED) == set(AgencyKind)
        assert all(NAME.fullmatch(name) for name in PLAYED.values())

    def test_the_first_click_puts_them_into_the_list(self, people: DevPeople, tmp_path: Path) -> None:
        lists = People(tmp_path / "people").lists
        assert lists.ever("coordinator-almere") == []
        people.be(SOMEBODY)
        people.be(SOMEBODY)
        assert [person.name for person in lists.ever("coordinator-almere")] == ["coordinator"]

    def test_who_was_struck_stays_struck(self, people: DevPeople, tmp_path: Path) -> None:
        people.be(SOMEBODY)
        People(tmp_path / "people").remove("coordinator", "coordinator-almere")
        assert people.offered()[0][1] == []
        with pytest.raises(LookupError):
            people.be(SOMEBODY)

    @pytest.mark.parametrize("offered", [Offered("stranger", "almere"), Offered("coordinator", "nowhere"), Offered("", "")])
    def test_nobody_else_is_offered(self, people: DevPeople, issuer: DevLogin, offered: Offered) -> None:
        with pytest.raises(LookupError):
            people.be(offered)
        with pytest.raises(WrongWish):
            issuer.code(issuer.asked(QUERY), offered)
