import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.console.cli import Cli
from tests.installed import Keten

Reported = Callable[[], str]


@pytest.fixture(autouse=True)
def own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests may have settings; they are not ours."""
    import os  # noqa: PLC0415 - only to see which there are

    for name in [name for name in os.environ if name.startswith("KETEN_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def cli(keten: Keten) -> Cli:
    """The command line of the installation that runs."""
    return Cli(keten.variables)


@pytest.fixture
def written(tmp_path: Path) -> Callable[[Any], str]:
    """A file with JSON, or with what it is given as bytes."""

    def write(content: Any) -> str:
        path = tmp_path / "event.json"
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return str(path)

    return write


@pytest.fixture
def reported(cli: Cli, written: Callable[[Any], str]) -> Reported:
    """Report a signal by hand; the reference of its case, when its coordinator has it."""

    def report() -> str:
        signal = {"type": "signals.reported.v1", "data": {"signal": {"municipality": "GM0995", "account": "an example"}}}
        said = cli("publish", written(signal), "--as", "urk")
        found = re.search(r"case (k[0-9a-z]{24})", said)
        assert found, said
        return found[1]

    return report
