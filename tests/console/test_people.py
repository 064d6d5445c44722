"""Who works at a console, and where."""

import base64
import json
from pathlib import Path

import pytest
from joserfc.jwk import OKPKey

from console.installation import Installation
from console.web.rights import rights_said
from console.web.spoken import spoken
from contracts.agencies import read_directory
from runtime.keys.files import Keys
from runtime.keys.signatures import make_key
from runtime.people.lists import Right
from runtime.settings import Settings
from tests.console.cli import Cli
from tests.installed import Keten


@pytest.fixture
def alone(tmp_path: Path) -> Cli:
    """The command line of a home where nobody runs anything, and nobody works yet."""
    return Cli({"KETEN_HOME": str(tmp_path / "home")})


def test_the_first_adds_themselves_and_then_adds_others(alone: Cli, tmp_path: Path) -> None:
    assert "added: c-17 works at almere, with the key in" in alone("people", "add", "c-17", "--at", "almere")
    assert "KETEN_PERSON=NAME says who works at this console" in alone("people", "add", "c-18", "--at", "almere", code=1)
    first = alone.with_(KETEN_PERSON="c-17")
    first("people", "add", "c-18", "--at", "almere")
    by_file = alone.with_(KETEN_PERSON_KEY=str(tmp_path / "home" / "people" / "c-18.jwk"))
    assert "removed: c-17 works at almere no more" in by_file("people", "remove", "c-17", "--at", "almere")
    said = alone("people", "list")
    assert " almere c-17 #1 " in said
    assert " almere c-18 #1 " in said
    assert "`keten people add NAME" in first("people", "add", "c-19", "--at", "almere", code=1)
    by_file("people", "add", "c-17", "--at", "almere")
    assert "c-17 #2" in alone("people", "list", "--at", "almere")


def test_rights_are_given_and_shown(alone: Cli) -> None:
    assert "rights: handle, operate" in alone("people", "add", "c-17", "--at", "almere")
    first = alone.with_(KETEN_PERSON="c-17")
    said = first("people", "add", "c-18", "--at", "almere", "--right", "audit", "--right", "handle")
    assert "rights: audit, handle" in said
    assert "rights: oversee" in first("people", "add", "c-18", "--at", "almere", "--right", "oversee")
    said = alone("people", "list")
    assert " almere c-17 #1 handle, operate " in said
    assert " almere c-18 #1 oversee " in said
    assert "everything" in first("people", "add", "c-18", "--at", "almere", "--right", "everything", code=2)


def test_the_list_for_programs_has_the_fingerprint_of_each_key(alone: Cli, tmp_path: Path) -> None:
    alone("people", "add", "c-17", "--at", "almere", "--right", "audit")
    [told] = json.loads(alone("people", "list", "--json"))
    key = OKPKey.import_key(json.loads((tmp_path / "home" / "people" / "c-17.jwk").read_text()))
    thumbprint = base64.urlsafe_b64decode(key.thumbprint() + "=").hex()
    assert told.pop("since").endswith("Z")
    assert told == {
        "agency": "almere",
        "person": "c-17",
        "key": 1,
        "fingerprint": thumbprint,
        "rights": ["audit"],
        "until": None,
    }


def test_the_rights_are_said_as_the_pages_say_them(alone: Cli) -> None:
    said = alone("people", "rights")
    for right in Right:
        name, may = rights_said(spoken("en"))[right]
        assert f"{right} {name} {may}" in said


def test_who_does_not_work_there_adds_nobody(alone: Cli) -> None:
    alone("people", "add", "c-17", "--at", "almere")
    alone("people", "add", "c-30", "--at", "urk")
    said = alone.with_(KETEN_PERSON="c-17")("people", "add", "c-31", "--at", "urk", code=1)
    assert "c-17 does not work at urk: `keten people add c-17 --at urk`" in said
    assert "nobody called c-31 works at urk" in alone.with_(KETEN_PERSON="c-30")(
        "people", "remove", "c-31", "--at", "urk", code=1
    )


@pytest.mark.parametrize("name", ["Jan", "jan jansen", "7", "é"])
@pytest.mark.parametrize("command", ["add", "remove"])
def test_a_real_name_is_refused_with_the_reason(alone: Cli, command: str, name: str) -> None:
    assert "should not be a person's real name" in alone("people", command, name, "--at", "almere", code=1)
    assert "nobody yet" in alone("people", "list")


def test_an_agency_that_nobody_knows(alone: Cli) -> None:
    for command in (["add", "c-17"], ["remove", "c-17"], ["list"]):
        assert "no agency 'nobody' in the directory" in alone("people", *command, "--at", "nobody", code=1)


def test_an_embedded_installation_has_an_operator_until_somebody_ends_that(keten: Keten, cli: Cli) -> None:
    assert cli("people", "list").count(" operator #1 ") == 16
    agency = "ambulatory-help"
    cli("people", "remove", "operator", "--at", agency)
    assert "operator does not work at ambulatory-help" in cli("dead", "show", agency, "1", code=1)
    assert agency not in [ours.slug for ours in keten.here.installation.ours]
    keten.here.installation.played_by("somebody-else")
    cli.with_(KETEN_PERSON="somebody-else")("people", "add", "operator", "--at", agency)
    assert "operator does not work at ambulatory-help" not in cli("dead", "show", agency, "1", code=1)


def test_who_works_nowhere_is_told(keten: Keten, cli: Cli, tmp_path: Path) -> None:
    make_key(tmp_path / "nowhere.jwk", "n-1")
    said = cli.with_(KETEN_PERSON_KEY=str(tmp_path / "nowhere.jwk"))("cases", code=1)
    assert "n-1 works at no agency of this installation" in said


def test_elsewhere_nobody_is_taken_for_granted(alone: Cli, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", nats_url="nats://127.0.0.1:1", temporal_address="127.0.0.1:2")
    Keys(settings.keys).create(read_directory())
    elsewhere = alone.with_(KETEN_NATS_URL="nats://127.0.0.1:1", KETEN_TEMPORAL_ADDRESS="127.0.0.1:2")
    said = elsewhere("cases", code=1)
    assert ".jwk is missing: `keten people add NAME --at AGENCY` makes one, and KETEN_PERSON=NAME says who works" in said
    elsewhere("people", "add", "c-17", "--at", "almere")
    assert [agency.slug for agency in _of(settings, "c-17").ours] == ["almere"]
    assert "Temporal does not answer" in elsewhere.with_(KETEN_PERSON="c-17")("cases", code=1)


def _of(settings: Settings, person: str) -> Installation:
    return Installation(settings.model_copy(update={"person": person}), "", "", None)
