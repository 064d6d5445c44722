import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from contracts.agencies import read_directory
from runtime.servers.production import faults, refuse_defaults_of_gate
from runtime.settings import Mode, Settings
from tests.real import Real

INFRA = Path(__file__).parents[2] / "infra"


def read(path: Path) -> Any:
    text = path.read_text(encoding="utf-8")
    return yaml.safe_load(re.sub(r"{{.*?}}", "filled-in", text) if text.startswith("# enable-template") else text)


def services() -> dict[str, Any]:
    return read(INFRA / "compose.yaml")["services"]


@pytest.mark.parametrize("path", sorted(INFRA.rglob("*.yaml")), ids=lambda path: path.name)
def test_it_is_yaml_with_something_in_it(path: Path):
    assert read(path)


def test_a_worker_of_compose_is_fit_for_production(tmp_path: Path):
    real = Real(tmp_path)
    here = {"/keten/agencies.toml": real.directory, "/keten/key-service": tmp_path / "token", "/keten": tmp_path}
    for name, part in (("worker.crt", "almere.crt"), ("worker.key", "almere.key")):
        (tmp_path / "tls" / name).symlink_to(tmp_path / "tls" / part)
    for slug in ("almere", "comensha"):
        settings = {name: within(str(value), here) for name, value in services()[slug]["environment"].items()}
        found = Settings(home=tmp_path, **{name.removeprefix("KETEN_").lower(): value for name, value in settings.items()})  # type: ignore[arg-type]
        assert found.mode is Mode.PRODUCTION
        assert faults(found, slug) == []


def test_the_gate_of_compose_is_fit_for_production(tmp_path: Path):
    real = Real(tmp_path)
    for name, part in (("gate.crt", "gate.server.crt"), ("gate.key", "gate.server.key")):
        (tmp_path / "tls" / name).symlink_to(tmp_path / "tls" / part)
    given: dict[str, str] = services()["temporal-gate"]["environment"]
    here = {"/keten/agencies.toml": real.directory, "/keten": tmp_path}
    settings = {name.removeprefix("KETEN_").lower(): within(value, here) for name, value in given.items()}
    found = Settings(home=tmp_path, **settings)  # type: ignore[arg-type]
    assert found.mode is Mode.PRODUCTION
    refuse_defaults_of_gate(found)


def test_between_workers_and_temporal_there_is_only_the_gate():
    behind = {name for name, service in services().items() if "temporal" in service.get("networks", ())}
    assert behind == {"temporal", "temporal-db", "temporal-schema", "temporal-ui", "temporal-gate"}
    before = {name for name, service in services().items() if "gate" in service.get("networks", ())}
    assert before == {"temporal-gate", *(agency.slug for agency in read_directory().agencies)}
    assert {name: set(services()[name]["networks"]) for name in ("temporal", "temporal-gate")} == {
        "temporal": {"temporal"},
        "temporal-gate": {"gate", "temporal"},
    }
    networks = read(INFRA / "compose.yaml")["networks"]
    assert networks["gate"] == networks["temporal"] == {"internal": True}
    for slug in (agency.slug for agency in read_directory().agencies):
        assert services()[slug]["environment"]["KETEN_TEMPORAL_ADDRESS"] == "temporal-gate:7233"


def within(text: str, here: dict[str, Path]) -> str:
    """A value as it would be in a container whose files are here."""
    for there, path in here.items():
        text = text.replace(there, str(path))
    return re.sub(r"\${KETEN_KEY_SERVICE_URL:.*}", "https://key-service:8200", text)


def test_temporal_asks_everybody_for_a_certificate_and_checks_whom_it_speaks_to():
    config = read(INFRA / "temporal" / "keten.yaml")
    tls = config["global"]["tls"]
    for side in (tls["internode"]["server"], tls["frontend"]["server"]):
        assert side["requireClientAuth"] is True
        assert side["clientCaFiles"] == ["/run/secrets/tls_ca"]
    for side in (tls["internode"]["client"], tls["systemWorker"]["client"]):
        assert side == {"serverName": "temporal", "rootCaFiles": ["/run/secrets/tls_ca"]}
    for store in config["persistence"]["datastores"].values():
        assert (store["sql"]["tls"]["enabled"], store["sql"]["tls"]["enableHostVerification"]) == (True, True)


def test_whoever_needs_a_certificate_has_it_mounted():
    wanted = {"nats-1": "tls_bus_key", "temporal": "tls_temporal_key", "temporal-ui": "tls_system_key"}
    databases = dict.fromkeys(("temporal-db", "registry-db", "case-keys-db"), "tls_database_key")
    for service, key in {**wanted, **databases}.items():
        assert {"tls_ca", key} <= set(services()[service]["secrets"])


def test_every_agency_has_one_worker_with_its_own_keys_only():
    workers = {name: service for name, service in services().items() if "worker" in str(service.get("command", ""))}
    slugs = [agency.slug for agency in read_directory().agencies]
    assert len(workers) == len(slugs)
    for slug in slugs:
        [service] = [service for service in workers.values() if slug in service["command"]]
        others = [other for other in slugs if other != slug]
        mounted = str(service.get("secrets", "")) + str(service.get("volumes", ""))
        assert f"./secrets/keys/{slug}:/keten/keys" in mounted
        assert not [other for other in others if f"keys/{other}:" in mounted]
