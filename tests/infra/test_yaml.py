import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from contracts.agencies import read_directory

INFRA = Path(__file__).parents[2] / "infra"


@pytest.mark.parametrize("path", sorted(INFRA.rglob("*.yaml")), ids=lambda path: path.name)
def test_it_is_yaml_with_something_in_it(path: Path):
    text = path.read_text(encoding="utf-8")
    plain = re.sub(r"{{.*?}}", "filled-in", text) if text.startswith("# enable-template") else text
    assert yaml.safe_load(plain)


def test_every_agency_has_one_worker_with_its_own_keys_only():
    services: dict[str, Any] = yaml.safe_load((INFRA / "compose.yaml").read_text(encoding="utf-8"))["services"]
    workers = {name: service for name, service in services.items() if "worker" in str(service.get("command", ""))}
    slugs = [agency.slug for agency in read_directory().agencies]
    assert len(workers) == len(slugs)
    for slug in slugs:
        [service] = [service for service in workers.values() if slug in service["command"]]
        others = [other for other in slugs if other != slug]
        mounted = str(service.get("secrets", "")) + str(service.get("volumes", ""))
        assert f"{slug}.worker" in mounted
        assert not [other for other in others if f"/{other}.worker" in mounted]
