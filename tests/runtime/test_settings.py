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


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("INBOX_LOOPS", "0"),
        ("OPENING_RATE", "0"),
        ("NATS_PORT", "70000"),
        ("GAP_PATIENCE", "-1"),
        ("OIDC_ISSUER", "http://login.example.org"),
        ("CODEC_ENDPOINT", "http://codec.example.org"),
        ("CODEC_UI_ORIGIN", "*"),
        ("CODEC_UI_ORIGIN", "https://*.example.org"),
        ("CODEC_UI_ORIGIN", "https://temporal.example.org/"),
        ("CODEC_UI_ORIGIN", "https://Temporal.example.org"),
        ("CODEC_UI_ORIGIN", "null"),
    ],
)
def test_a_setting_that_cannot_be_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"KETEN_{name}", value)
    with pytest.raises(ValidationError, match=name.lower()):
        load_settings()


@pytest.mark.parametrize(
    "url", ["https://login.example.org/realms/keten", "http://127.0.0.1:8080", "http://[::1]:1", "http://localhost"]
)
def test_what_stays_on_the_machine_or_is_encrypted_may_be_named(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("KETEN_OIDC_ISSUER", url)
    monkeypatch.setenv("KETEN_CODEC_UI_ORIGIN", "https://temporal.example.org:8443")
    settings = load_settings()
    assert (settings.oidc_issuer, settings.codec_ui_origin) == (url, "https://temporal.example.org:8443")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("KETEN_HOM", "did you mean KETEN_HOME"),
        ("keten_gap_patience_", "did you mean KETEN_GAP_PATIENCE"),
        ("KETEN_XQZ", "unset it"),
    ],
)
def test_a_variable_that_is_misspelt_is_refused_with_a_guess(monkeypatch: pytest.MonkeyPatch, name: str, words: str) -> None:
    monkeypatch.setenv(name, "1")
    with pytest.raises(ValueError, match=f"{name} is no setting of Keten: {words}"):
        load_settings()
