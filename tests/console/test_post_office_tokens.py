"""Who of an agency's own systems may ask its post office."""

from pathlib import Path

import pytest

from post_office.tokens import Scope, Tokens
from tests.console.cli import Cli


@pytest.fixture
def alone(tmp_path: Path) -> Cli:
    """Somebody at work at an agency, in a home where nothing runs."""
    first = Cli({"KETEN_HOME": str(tmp_path / "home"), "KETEN_PERSON": "c-17"})
    first("people", "add", "c-17", "--at", "cosm-shelter")
    return first


def test_a_token_is_printed_once_and_ended(alone: Cli, tmp_path: Path) -> None:
    token = alone.raw("post-office", "token", "add", "cosm-shelter", "desk", "--scope", "send", "--scope", "read").strip()
    tokens = Tokens.of(tmp_path / "home" / "keys", "cosm-shelter")
    found = tokens.whose(token)
    assert found
    assert (found.name, found.scopes) == ("desk", {Scope.SEND, Scope.READ})
    said = alone("post-office", "token", "list", "cosm-shelter")
    assert f"desk {found.id} read, send" in said
    assert token not in said
    second = alone.raw("post-office", "token", "add", "cosm-shelter", "desk", "--scope", "read").strip()
    assert "has 2 tokens already" in alone("post-office", "token", "add", "cosm-shelter", "desk", "--scope", "read", code=1)
    assert "1 token of desk" in alone("post-office", "token", "end", "cosm-shelter", "desk", "--id", found.id)
    assert (tokens.whose(token), tokens.whose(second) is None) == (None, False)
    assert "1 token of desk" in alone("post-office", "token", "end", "cosm-shelter", "desk")
    assert "no such token" in alone("post-office", "token", "end", "cosm-shelter", "desk", code=1)
    assert "none yet" in alone("post-office", "token", "list", "cosm-shelter")


def test_who_gave_and_ended_a_token_is_written_down(alone: Cli) -> None:
    alone("post-office", "token", "add", "cosm-shelter", "desk", "--scope", "send")
    alone("post-office", "token", "end", "cosm-shelter", "desk")
    said = alone("audit", "show", "--at", "cosm-shelter")
    assert "add_token token:desk begun" in said.replace(" - ", " ")
    assert "end_token token:desk begun" in said.replace(" - ", " ")
    assert "keten_" not in said


def test_what_is_no_scope_or_agency_is_said(alone: Cli) -> None:
    assert "everything" in alone("post-office", "token", "add", "cosm-shelter", "desk", "--scope", "everything", code=2)
    assert "nobody" in alone("post-office", "token", "add", "nobody", "desk", "--scope", "send", code=1)
    assert "a name is" in alone("post-office", "token", "add", "cosm-shelter", "De Desk", "--scope", "send", code=1)
