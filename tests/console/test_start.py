"""A command loads what it needs and nothing else: whoever waits for it waits for what is loaded."""

import os
import subprocess
import sys
from inspect import cleandoc
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from console.main import COMMANDS, app

HEAVY = {
    "alembic",
    "cryptography",
    "fastapi",
    "faststream",
    "grpc",
    "holidays",
    "httpx",
    "hvac",
    "joserfc",
    "nats",
    "opentelemetry",
    "pydantic",
    "pydantic_settings",
    "requests",
    "sqlalchemy",
    "temporalio",
    "uvicorn",
}
"""Libraries of which each takes a while."""

SETTINGS = {"pydantic", "pydantic_settings"}
KEYS = SETTINGS | {"cryptography", "joserfc"}
BUS = KEYS | {"nats"}
FILES = KEYS | {"sqlalchemy", "temporalio", "grpc"}
"""The last one comes with Temporal's library, where it is installed."""

SIGNAL = str(Path(__file__).parents[2] / "docs" / "examples" / "signal.json")
RUN = """
import sys
from typer.main import get_command
from console.main import app
try:
    get_command(app)(sys.argv[1:])
except SystemExit:
    print("loaded:", *sorted(sys.modules))
"""


def loaded(home: Path, *arguments: str) -> set[str]:
    """Every module that is there when a command has ended."""
    environment = {**os.environ, "KETEN_HOME": str(home)}
    ended = subprocess.run([sys.executable, "-c", RUN, *arguments], env=environment, capture_output=True, text=True, check=True)
    return set(ended.stdout.rsplit("loaded:", 1)[1].split())


def test_the_list_of_commands_needs_none_of_them(tmp_path: Path) -> None:
    found = loaded(tmp_path, "--help")
    assert not found & HEAVY
    assert not [name for name in found if name.startswith(("console.commands", "contracts", "workers"))]


@pytest.mark.parametrize(
    ("arguments", "needed"),
    [
        (["events"], {"pydantic"}),
        (["agencies"], SETTINGS),
        (["coverage"], SETTINGS),
        (["keys", "--help"], SETTINGS),
        (["people", "list"], KEYS),
        (["audit", "show"], SETTINGS | {"sqlalchemy"}),
        (["publish", SIGNAL], BUS),
        (["dead", "list"], BUS),
        (["cases"], FILES),
        (["case", "k0"], FILES),
        (["decide", "k0"], FILES),
        (["erase", "k0"], FILES),
        (["doctor"], FILES | BUS),
    ],
)
def test_a_command_loads_what_it_needs(tmp_path: Path, arguments: list[str], needed: set[str]) -> None:
    assert loaded(tmp_path, *arguments) & HEAVY <= needed


def test_the_control_what_a_command_needs_is_seen(tmp_path: Path) -> None:
    assert loaded(tmp_path, "worker", "urk") >= {"temporalio.worker", "faststream", "sqlalchemy", "workers.office"}
    assert "temporalio.worker" not in loaded(tmp_path, "cases")


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_of_commands_says_what_each_says_of_itself(name: str) -> None:
    commands: Any = get_command(app)
    listed = commands.commands[name]
    assert listed.help == cleandoc(listed.loaded().help).split("\n\n")[0].replace("\n", " ")
