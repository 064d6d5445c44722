"""Production mode: one test for every fault, and a home in which there is none."""

from pathlib import Path
from typing import Any

import pytest

from contracts.agencies import EMBEDDED, Directory
from runtime.servers.embedded import embedded
from runtime.servers.production import NotForProduction, faults, refuse_defaults, refuse_defaults_of_gate, refuse_embedded
from runtime.settings import Mode, Settings
from runtime.tls.authority import Authority
from tests.installed import ROOT
from tests.real import Real

DATABASE = "postgresql+psycopg://keten@db:5432/some"
CHECKED = f"{DATABASE}?sslmode=verify-full"
SETTINGS: dict[str, tuple[dict[str, Any], str]] = {
    "no bus": ({"nats_url": None}, "KETEN_NATS_URL is not set"),
    "the embedded bus": ({"nats_url": "tls://127.0.0.1:4222"}, "KETEN_NATS_URL names this machine"),
    "one node is the embedded bus": ({"nats_url": "tls://nats-1:4222,tls://localhost:4222"}, "KETEN_NATS_URL names this machine"),
    "no Temporal": ({"temporal_address": None}, "KETEN_TEMPORAL_ADDRESS is not set"),
    "the embedded Temporal": ({"temporal_address": "localhost:7233"}, "KETEN_TEMPORAL_ADDRESS names this machine"),
    "no TLS": (dict.fromkeys(("tls_ca", "tls_cert", "tls_key")), "KETEN_TLS_CA, KETEN_TLS_CERT and KETEN_TLS_KEY are not set"),
    "no file for TLS": ({"tls_cert": Path("nowhere.crt")}, "missing for TLS: nowhere.crt"),
    "no register": ({"registry_url": None}, "KETEN_REGISTRY_URL names no PostgreSQL database"),
    "register on SQLite": ({"registry_url": "sqlite:///some.db"}, "KETEN_REGISTRY_URL names no PostgreSQL database"),
    "case keys on SQLite": ({"case_keys_url": None}, "KETEN_CASE_KEYS_URL names no PostgreSQL database"),
    "not a URL": ({"case_keys_url": "some database"}, "KETEN_CASE_KEYS_URL names no PostgreSQL database"),
    "register in clear": ({"registry_url": DATABASE}, "KETEN_REGISTRY_URL does not check whom it speaks to: add sslmode"),
    "case keys from anybody": ({"case_keys_url": f"{DATABASE}?sslmode=require"}, "KETEN_CASE_KEYS_URL does not check whom"),
    "no key service": ({"key_service_url": None}, "KETEN_KEY_SERVICE_URL and KETEN_KEY_SERVICE_TOKEN are not both set"),
    "no token": ({"key_service_token": None}, "KETEN_KEY_SERVICE_URL and KETEN_KEY_SERVICE_TOKEN are not both set"),
    "key service in clear": ({"key_service_url": "http://key-service:8200"}, "KETEN_KEY_SERVICE_URL does not begin with https"),
    "audit log on SQLite": ({"audit_url": "sqlite:///{agency}.db"}, "KETEN_AUDIT_URL names no PostgreSQL database"),
    "processing log in clear": ({"processing_log_url": DATABASE}, "KETEN_PROCESSING_LOG_URL does not check whom"),
    "collector in clear": ({"otlp_endpoint": "http://collector:4318"}, "KETEN_OTLP_ENDPOINT does not begin with https"),
    "user at the bus": ({"nats_url": "tls://hush@nats-1:4222"}, "KETEN_NATS_URL holds a user or a password"),
    "user at the key service": ({"key_service_url": "https://me:hush@keys"}, "KETEN_KEY_SERVICE_URL holds a user or a password"),
    "password of the register": (
        {"registry_url": CHECKED.replace("keten@", "keten:hush@")},
        "KETEN_REGISTRY_URL holds a password",
    ),
    "password in the query": ({"case_keys_url": f"{CHECKED}&password=hush"}, "KETEN_CASE_KEYS_URL holds a password"),
    "password of the audit log": (
        {"audit_url": CHECKED.replace("keten@", "keten:hush@") + "&application_name={agency}"},
        "KETEN_AUDIT_URL holds a password",
    ),
    "sessions on SQLite": ({"console_url": "sqlite:///console.db"}, "KETEN_CONSOLE_URL names no PostgreSQL database"),
    "password of the sessions": (
        {"console_url": CHECKED.replace("keten@", "keten:hush@")},
        "KETEN_CONSOLE_URL holds a password",
    ),
    "clocks of the demo": ({"clocks": ROOT / "infra" / "clocks" / "demo.toml"}, "clocks of a demonstration (acceptance, "),
    "no clocks there": ({"clocks": Path("nowhere.toml")}, "nowhere.toml cannot be read as clocks"),
    "no directory there": ({"directory": Path("nowhere.toml")}, "nowhere.toml cannot be read as a directory"),
}


@pytest.fixture
def real(tmp_path: Path) -> Real:
    return Real(tmp_path)


def test_the_gate_needs_a_directory_certificates_and_a_temporal_and_no_more(real: Real) -> None:
    needed = ("mode", "home", "directory", "temporal_address", "tls_ca", "tls_cert", "tls_key")
    refuse_defaults_of_gate(Settings(**{name: real.fields[name] for name in needed}))
    with pytest.raises(NotForProduction) as caught:
        refuse_defaults_of_gate(Settings(mode=Mode.PRODUCTION))
    assert len(str(caught.value).splitlines()) == 5
    for words in ("KETEN_TEMPORAL_ADDRESS is not set", "KETEN_DIRECTORY is not set", "test identification", "KETEN_TLS_CA"):
        assert words in str(caught.value)
    refuse_defaults_of_gate(Settings())


def test_what_is_fit_for_production_passes(real: Real) -> None:
    assert faults(real.settings()) == []
    refuse_defaults(real.settings())
    clocks = real.home / "clocks.toml"
    clocks.write_text('triage = "3 working days"\nalarm = "1 minute"\n')
    assert faults(real.settings(clocks=clocks)) == []


@pytest.mark.parametrize(("changes", "words"), SETTINGS.values(), ids=SETTINGS.keys())
def test_one_setting_that_is_not_fit_is_named(real: Real, changes: dict[str, Any], words: str) -> None:
    [fault] = faults(real.settings(**changes))
    assert words in fault
    assert "hush" not in fault
    with pytest.raises(NotForProduction):
        refuse_defaults(real.settings(**changes))


def test_the_packaged_example_is_named_and_so_are_its_test_numbers(real: Real) -> None:
    example, numbers = faults(real.settings(directory=EMBEDDED))
    assert "the packaged example would be used" in example
    assert "test identification numbers (00000099...): give the real ones of signal-desk, " in numbers


def test_a_copy_of_the_example_is_named_for_its_test_numbers(real: Real) -> None:
    real.directory.write_text(EMBEDDED.read_text())
    [fault] = faults(real.settings())
    assert "test identification numbers" in fault


@pytest.mark.parametrize("path", ["tls/almere.key", "keys/almere.worker.nk", "token"])
def test_a_key_that_others_can_read_is_named(real: Real, path: str) -> None:
    (real.home / path).chmod(0o640)
    [fault] = faults(real.settings())
    assert f"{path} has mode 0640" in fault


def test_a_test_authority_is_named(real: Real, directory: Directory) -> None:
    Authority(real.home / "test").certify(directory)
    ours = {f"tls_{part}": real.home / "test" / name for part, name in (("cert", "almere.crt"), ("key", "almere.key"))}
    [fault] = faults(real.settings(tls_ca=real.home / "test" / "ca.crt", **ours))
    assert "is a test authority that Keten made: use your own" in fault


def test_the_register_is_asked_for_where_it_is_used(real: Real) -> None:
    elsewhere = real.settings(registry_url=None)
    assert faults(elsewhere, "almere") == []
    assert len(faults(elsewhere, "comensha")) == len(faults(elsewhere, "nobody")) == 1
    assert len(faults(real.settings(registry_url="sqlite:///some.db"), "almere")) == 1


def test_all_faults_are_said_at_once(real: Real) -> None:
    with pytest.raises(NotForProduction) as refused:
        refuse_defaults(Settings(mode=Mode.PRODUCTION, home=real.home / "nothing"))
    said = str(refused.value).splitlines()
    assert said[0] == "KETEN_MODE is production, so this does not start:"
    named = (
        "KETEN_NATS_URL",
        "KETEN_TEMPORAL_ADDRESS",
        "KETEN_DIRECTORY",
        "identification",
        "KETEN_TLS_CA",
        "KETEN_KEY_SERVICE_URL",
    )
    for word in (*named, "KETEN_CASE_KEYS_URL", "KETEN_REGISTRY_URL"):
        assert len([line for line in said if word in line]) == 1, word
    assert len(said) == 9


async def test_an_embedded_server_is_not_started_in_production_whatever_else_is_set(real: Real, directory: Directory) -> None:
    with pytest.raises(NotForProduction, match="no embedded servers, no demo and no test authority"):
        async with embedded(real.settings(), directory):
            pass
    assert not (real.home / "logs").exists()


def test_without_production_mode_nothing_is_refused() -> None:
    """What the mode guards against: all defaults at once, which are right for an embedded installation and for no other."""
    refuse_defaults(Settings())
    refuse_embedded(Settings())
    assert len(faults(Settings())) == 8
