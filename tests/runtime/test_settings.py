from pathlib import Path

import pytest
from pydantic import ValidationError

from contracts.agencies import read_directory
from runtime.settings import Settings, load_settings


def test_without_any_setting_an_embedded_installation_runs_here() -> None:
    settings = Settings()
    assert settings.home == Path(".keten")
    assert settings.nats_url is None
    assert settings.temporal_address is None
    assert (settings.nats_port, settings.temporal_port, settings.ui_port) == (0, 0, 0)
    assert read_directory(settings.directory).agencies
    assert settings.registry.startswith("sqlite:////")


def test_the_environment_sets_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KETEN_HOME", str(tmp_path))
    monkeypatch.setenv("KETEN_INBOX_LOOPS", "8")
    monkeypatch.setenv("KETEN_LOG_JSON", "true")
    settings = load_settings()
    assert (settings.keys, settings.running_file) == (tmp_path / "keys", tmp_path / "running.json")
    assert settings.inbox_loops == 8
    assert settings.log_json


@pytest.mark.parametrize(("name", "value"), [("INBOX_LOOPS", "0"), ("NATS_PORT", "70000"), ("GAP_PATIENCE", "-1")])
def test_a_setting_that_cannot_be_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"KETEN_{name}", value)
    with pytest.raises(ValidationError, match=name.lower()):
        load_settings()
