"""``keten codec-server`` as people start it, and Temporal's own command line that asks it."""

import re
import subprocess
from collections.abc import Generator
from typing import NamedTuple

import pytest

from runtime.servers.process import binary
from tests.console.cli import Cli
from tests.console.codec_server.conftest import Played
from tests.console.codec_server.serving import MARK
from tests.installed import KETEN, PATIENCE, ROOT, Keten


class Terminal(NamedTuple):
    """A codec server in a terminal of its own."""

    process: subprocess.Popen[str]
    address: str

    @property
    def port(self) -> str:
        return self.address.rpartition(":")[2]

    def line(self) -> str:
        """The next line that it shows."""
        assert self.process.stdout
        return self.process.stdout.readline()


@pytest.fixture(scope="module")
def terminal(keten: Keten) -> Generator[tuple[Terminal, list[str]]]:
    arguments = [KETEN, "codec-server", "--port", "0", "--dev-issuer"]
    process = subprocess.Popen(
        arguments, env=keten.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
    )
    started = Terminal(process, "")
    try:
        lines = [started.line() for _ in range(3)]
        found = re.search(r"answers at (\S+),", lines[1])
        assert found, (lines, process.stderr and process.stderr.read())
        yield started._replace(address=found[1]), lines
    finally:
        process.terminate()
        said, errors = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, errors
        assert MARK not in said + errors


def code_in(line: str) -> str:
    found = re.search(r"one-time code: (\S+)", line)
    assert found, line
    return found[1]


@pytest.fixture(scope="module")
def codes(terminal: tuple[Terminal, list[str]]) -> list[str]:
    """The codes that were shown and not used."""
    return [code_in(terminal[1][0])]


@pytest.fixture
def token(terminal: tuple[Terminal, list[str]], codes: list[str], cli: Cli) -> str:
    """What `keten codec-server token` prints to a person who copies the code."""
    server, _ = terminal
    said = cli("codec-server", "token", "--agency", "signal-desk", "--port", server.port, typed=f"{codes.pop()}\n")
    codes.append(code_in(server.line()))
    return said.split()[-1]


def shown(keten: Keten, played: Played, *arguments: str) -> str:
    """What Temporal's own command line shows of a history."""
    where = [
        "--address",
        keten.here.installation.temporal_address,
        "--namespace",
        "signal-desk",
        "--workflow-id",
        played.workflow,
    ]
    fixed = ["--detailed", "--command-timeout", "2s", "--disable-config-file", "--disable-config-env"]
    command = [binary("temporal"), "workflow", "show", *where, *fixed, *arguments]
    result = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    return result.stdout + result.stderr


def test_temporals_command_line_shows_content_to_who_has_a_token(
    keten: Keten, terminal: tuple[Terminal, list[str]], played: Played, token: str
) -> None:
    endpoint = ("--codec-endpoint", terminal[0].address)
    assert MARK in shown(keten, played, *endpoint, "--codec-auth", f"Bearer {token}")
    assert MARK in shown(
        keten, played, "--codec-endpoint", f"{terminal[0].address}/{{namespace}}", "--codec-auth", f"Bearer {token}"
    )


def test_and_to_nobody_else(keten: Keten, terminal: tuple[Terminal, list[str]], played: Played) -> None:
    for arguments in ((), ("--codec-auth", "Bearer a.b.c")):
        assert MARK not in shown(keten, played, "--codec-endpoint", terminal[0].address, *arguments)
    assert MARK not in shown(keten, played)


def test_a_wrong_code_gets_words_and_no_token(terminal: tuple[Terminal, list[str]], cli: Cli) -> None:
    said = cli("codec-server", "token", "--agency", "urk", "--port", terminal[0].port, code=1, typed="guessed\n")
    assert "give the one-time code that the terminal of the codec server shows last" in said


def test_where_no_codec_server_runs_it_says_how_to_start(cli: Cli) -> None:
    said = cli("codec-server", "token", "--agency", "urk", "--port", "1", code=1, typed="any\n")
    assert "no codec server answers at http://127.0.0.1:1: start it with `keten codec-server --dev-issuer`" in said


class TestItDoesNotStart:
    def test_without_an_issuer(self, cli: Cli) -> None:
        assert "set KETEN_OIDC_ISSUER and KETEN_OIDC_AUDIENCE" in cli("codec-server", code=1)
        without_audience = cli.with_(KETEN_OIDC_ISSUER="https://login.example.org")
        assert "set KETEN_OIDC_ISSUER and KETEN_OIDC_AUDIENCE" in without_audience("codec-server", code=1)

    def test_with_an_issuer_that_others_could_pass_for(self, cli: Cli) -> None:
        said = cli.with_(KETEN_OIDC_ISSUER="http://login.example.org")("codec-server", code=1)
        assert "oidc_issuer: must begin with https://" in said

    @pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "codec.example.org"])
    def test_with_an_issuer_for_development_that_others_can_reach(self, cli: Cli, host: str) -> None:
        assert "serves this machine only" in cli("codec-server", "--dev-issuer", "--host", host, code=1)

    def test_with_two_issuers(self, cli: Cli) -> None:
        said = cli.with_(KETEN_OIDC_ISSUER="https://login.example.org")("codec-server", "--dev-issuer", code=1)
        assert "leave one of the two away" in said

    def test_where_somebody_listens_already(self, cli: Cli, terminal: tuple[Terminal, list[str]]) -> None:
        said = cli("codec-server", "--dev-issuer", "--port", terminal[0].port, code=1)
        assert f"127.0.0.1:{terminal[0].port}: Address already in use: end what listens there" in said
