"""In production nothing starts while something is not fit for it, and the embedded servers and the demo never start."""

from pathlib import Path

import pytest

from tests.console.cli import Cli
from tests.real import Real

STARTING = [
    ["worker", "almere"],
    ["provision"],
    ["provision", "--render", "rendered"],
    ["cases"],
    ["decide", "k0", "accept_case"],
    ["publish", "docs/examples/signal.json", "--as", "almere"],
    ["dead", "list"],
    ["keys", "rotate", "almere"],
    ["doctor"],
]


@pytest.fixture
def careless(tmp_path: Path) -> Cli:
    """Somebody sets the mode, and nothing else."""
    return Cli({"KETEN_MODE": "production", "KETEN_HOME": str(tmp_path / "home")})


@pytest.mark.parametrize("arguments", STARTING, ids=" ".join)
def test_nothing_starts_on_defaults(careless: Cli, tmp_path: Path, arguments: list[str]) -> None:
    said = careless(*arguments, code=1)
    assert "KETEN_MODE is production, so this does not start: - KETEN_NATS_URL is not set" in said
    assert "- KETEN_CASE_KEYS_URL names no PostgreSQL database" in said
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("arguments", [["up"], ["demo"], ["provision", "--tls"]], ids=" ".join)
def test_what_is_embedded_never_starts(tmp_path: Path, arguments: list[str]) -> None:
    real = Real(tmp_path)
    before = set(tmp_path.rglob("*"))
    said = Cli(real.variables)(*arguments, code=1)
    assert "where there are no embedded servers, no demo and no test authority" in said
    assert set(tmp_path.rglob("*")) == before


def test_a_worker_that_is_fit_for_production_goes_on_to_its_keys(tmp_path: Path) -> None:
    real = Real(tmp_path)
    (tmp_path / "keys" / "almere.worker.nk").unlink()
    assert "is missing: make the keys" in Cli(real.variables)("worker", "almere", code=1)


def test_an_unknown_mode_is_named(careless: Cli) -> None:
    said = careless.with_(KETEN_MODE="staging")("worker", "almere", code=1)
    assert "mode must be one of: embedded, production" in said
