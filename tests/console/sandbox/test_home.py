"""A sandbox is for nobody who exists, and never in production."""

from pathlib import Path

import pytest

from console.sandbox.home import NotForSandbox, refuse_real, sandbox_settings
from console.sandbox.running import plan
from contracts.agencies import EMBEDDED, Directory, read_directory
from contracts.clocks import Clocks, read_clocks
from runtime.servers.production import NotForProduction
from tests.console.cli import Cli
from tests.real import Real


@pytest.fixture
def real(tmp_path: Path) -> Path:
    """A directory in which one agency is not for tests."""
    path = tmp_path / "agencies.toml"
    path.write_text(EMBEDDED.read_text().replace("00000099000000000009", "00000001000000000009"))
    return path


def test_a_directory_with_somebody_real_is_refused(
    real: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, directory: Directory
) -> None:
    refuse_real(directory)
    with pytest.raises(NotForSandbox, match="not for cosm-shelter"):
        refuse_real(read_directory(real))
    monkeypatch.setenv("KETEN_DIRECTORY", str(real))
    with pytest.raises(NotForSandbox, match="cosm-shelter"):
        sandbox_settings(tmp_path / "home")
    assert not (tmp_path / "home").exists()


def test_what_was_settled_is_looked_at_again_before_it_starts(real: Path, tmp_path: Path) -> None:
    changed = sandbox_settings(tmp_path / "home").model_copy(update={"directory": real})
    with pytest.raises(NotForSandbox, match="cosm-shelter"):
        plan(changed, "urk")


@pytest.mark.parametrize("command", [("--as", "urk"), ("trigger", "referrals.offered"), ("fault", "gap")], ids=lambda c: c[0])
def test_production_refuses_all_of_it(command: tuple[str, ...], tmp_path: Path) -> None:
    variables = Real(tmp_path).variables
    said = Cli(variables)("sandbox", *command, code=1)
    assert "production" in said


def test_production_refuses_its_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in Real(tmp_path).variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(NotForProduction):
        sandbox_settings(tmp_path / "home")


def test_a_home_and_servers_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KETEN_NATS_URL", "nats://bus:4222")
    monkeypatch.setenv("KETEN_TEMPORAL_ADDRESS", "temporal:7233")
    monkeypatch.chdir(tmp_path)
    settings = sandbox_settings()
    assert settings.home == tmp_path / ".keten-sandbox"
    assert not settings.servers_elsewhere


def test_its_clocks_are_exact_and_all_named() -> None:
    settings = sandbox_settings()
    clocks = read_clocks(settings.clocks)
    assert all(getattr(clocks, name).exact is not None for name in Clocks.model_fields)
    assert clocks.acceptance.amount == 30


def test_which_agency_must_be_said(tmp_path: Path) -> None:
    assert "--as AGENCY" in Cli({})("sandbox", code=1)
    assert "no agency 'nobody'" in Cli({})("sandbox", "--as", "nobody", "--home", str(tmp_path / "home"), code=1)


def test_another_terminal_is_told_where_none_runs(tmp_path: Path) -> None:
    said = Cli({})("sandbox", "trigger", "referrals.offered", "--home", str(tmp_path), code=1)
    assert "no sandbox runs in" in said
