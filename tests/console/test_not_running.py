"""Nothing runs, or a file or setting is wrong: words that say what to do, never a traceback."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contracts.agencies import EMBEDDED
from tests.console.cli import Cli

EVERYTHING = [
    ["cases"],
    ["case", "k0"],
    ["decide", "k0"],
    ["decide", "k0", "accept_case"],
    ["dead", "list"],
    ["dead", "show", "almere", "1"],
    ["dead", "replay", "almere", "1"],
    ["doctor"],
    ["provision"],
    ["worker", "almere"],
]


@pytest.fixture
def stopped(tmp_path: Path) -> Cli:
    """The command line of a home where nobody runs anything."""
    return Cli({"KETEN_HOME": str(tmp_path / "home")})


@pytest.mark.parametrize("arguments", EVERYTHING, ids=" ".join)
def test_where_nothing_runs_it_says_how_to_start(stopped: Cli, arguments: list[str]) -> None:
    assert "start it with `keten up`" in stopped(*arguments, code=1)


def test_publishing_where_nothing_runs(stopped: Cli, written: Callable[[Any], str]) -> None:
    said = stopped("publish", written({"type": "signals.reported.v1", "data": {}}), "--as", "almere", code=1)
    assert "start it with `keten up`" in said


@pytest.mark.parametrize(
    "arguments", [["cases"], ["case", f"k{'1' * 24}"], ["decide", f"k{'1' * 24}"], ["doctor"], ["worker", "almere"]], ids=" ".join
)
def test_where_temporal_does_not_answer_it_says_so(keten_keys: Path, arguments: list[str]) -> None:
    nowhere = {"KETEN_NATS_URL": "nats://127.0.0.1:1", "KETEN_TEMPORAL_ADDRESS": "127.0.0.1:2"}
    said = Cli({"KETEN_HOME": str(keten_keys), **nowhere})(*arguments, code=1)
    assert re.search("Temporal:? does not answer", said)
    assert "tonic" not in said


@pytest.fixture
def keten_keys(keten: Any) -> Path:
    """A home with keys."""
    return keten.home


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[agencies]", "not TOML"),
        ("", "agencies: Field required"),
        ("agencies = 5", "agencies"),
        ("agencies = []", "the directory needs exactly one desk, it has 0"),
        (EMBEDDED.read_text().replace('kind = "desk"', 'kind = "dusk"'), "agencies.0.kind: Input should be 'desk'"),
        (EMBEDDED.read_text().replace("00000099000000000002", "00000099000000000001"), "two agencies have the same oin"),
        (EMBEDDED.read_text().replace('hours = "always"', 'hours = "sometimes"'), "sometimes"),
        (EMBEDDED.read_text().replace('care_region = "Almere"', 'care_regoin = "Almere"'), "care_regoin"),
        (EMBEDDED.read_text().replace('care_region = "Almere"', 'care_region = "Atlantis"'), "no care_region 'Atlantis'"),
    ],
)
@pytest.mark.parametrize("command", ["up", "coverage"])
def test_a_wrong_directory_is_named_with_the_place_in_it(
    stopped: Cli, tmp_path: Path, text: str, words: str, command: str
) -> None:
    path = tmp_path / "agencies.toml"
    path.write_text(text)
    said = stopped.with_(KETEN_DIRECTORY=str(path))(command, code=1)
    assert words in said
    assert "pydantic" not in said
    if "Atlantis" not in text:
        assert str(path) in said


@pytest.mark.parametrize("command", ["up", "coverage", "agencies"])
def test_a_directory_that_cannot_be_read_is_named(stopped: Cli, tmp_path: Path, command: str) -> None:
    assert "KETEN_DIRECTORY" in stopped.with_(KETEN_DIRECTORY=str(tmp_path / "nothing"))(command, code=1)
    assert f"{tmp_path}: Is a directory" in stopped.with_(KETEN_DIRECTORY=str(tmp_path))(command, code=1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("triage =", "Invalid value"),
        ('triage = "soon"', "triage: Value error, 'soon' is not a term: write an amount and one of second"),
        ("triage = 5", "triage"),
        ('triaage = "1 day"', "no such clock: triaage; known are opening"),
    ],
)
def test_wrong_clocks_are_named_before_anything_starts(stopped: Cli, tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "clocks.toml"
    path.write_text(text)
    said = stopped.with_(KETEN_CLOCKS=str(path))("up", code=1)
    assert words in said
    assert str(path) in said
    assert not (tmp_path / "home").exists()


def test_clocks_that_are_not_there_are_named(stopped: Cli, tmp_path: Path) -> None:
    said = stopped.with_(KETEN_CLOCKS=str(tmp_path / "nothing"))("up", code=1)
    assert f"{tmp_path / 'nothing'}: No such file or directory" in said


@pytest.mark.parametrize("command", [["up"], ["worker", "almere"], ["cases"], ["agencies"], ["demo"]], ids=" ".join)
def test_a_wrong_setting_is_named(stopped: Cli, command: list[str]) -> None:
    assert "nats_port must be a whole number" in stopped.with_(KETEN_NATS_PORT="many")(*command, code=1)


def test_a_home_that_cannot_be_made_is_named(stopped: Cli, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert f"{tmp_path / 'file'}: File exists" in stopped.with_(KETEN_HOME=str(tmp_path / "file"))("up", code=1)


def test_a_worker_of_nobody_is_refused(cli: Cli) -> None:
    assert "no agency 'nobody' in the directory" in cli("worker", "nobody", code=1)
