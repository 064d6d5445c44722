"""What lies under infra/ against the directory, the clocks and the rule that no secret stands in a file."""

import re

import pytest

from contracts.agencies import Directory
from contracts.clocks import Clocks, read_clocks
from tests.infra.examples import INFRA

COMPOSE = (INFRA / "compose.yaml").read_text()
FILES = sorted(path for path in INFRA.rglob("*") if path.is_file())
SECRET = (
    re.compile(r"\bS[UAOCNX][A-Z2-7]{56}\b"),  # the seed of an nkey
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    re.compile(r"\b[0-9a-f]{64}\b"),  # a storage or identity key
    re.compile(r"(?i)\b\w*(password|secret|token)\w*[\"']?[ \t]*[:=][ \t]*[\"']?(?!/run/secrets/|\[|\{)\w"),
    re.compile(r"://[^/\s:@]+:[^/\s@]+@"),  # a password in a URL
)
IMAGE = re.compile(r"^ *(?:image:|FROM) (\S+)", re.MULTILINE)
WAITED_FOR = ("acceptance", "remote_acceptance", "offer", "offer_crisis")


def blocks(section: str) -> dict[str, str]:
    """The entries of a section of compose.yaml, by name: lines indented by two under a line that is not indented."""
    text = re.search(rf"^{section}:\n(.*?)(?=^\S|\Z)", COMPOSE, re.MULTILINE | re.DOTALL)
    assert text
    parts = re.split(r"^  ([\w.-]+):", text[1], flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_agency_has_a_worker_and_nobody_else_has(directory: Directory) -> None:
    workers = {name: text for name, text in blocks("services").items() if "<<: *worker" in text}
    assert set(workers) == set(directory.by_slug), "compose.yaml and contracts/data/agencies.toml name other agencies"
    for slug, text in workers.items():
        assert f'command: ["worker", "{slug}"]' in text


def test_a_worker_gets_its_own_keys_and_no_others(directory: Directory) -> None:
    for slug in directory.by_slug:
        mounted = dict(re.findall(r"{source: (\S+), target: (\S+)}", blocks("services")[slug]))
        shown = {f"{slug}.crt": "/keten/tls/worker.crt", f"{slug}.key": "/keten/tls/worker.key"}
        assert mounted == {**shown, f"{slug}.token": "/keten/key-service"}
        kept = (f"{slug}-{place}:/keten/{place}" for place in ("processing-log", "audit"))
        volumes = re.findall(r"^      - ([\w./-]+:[\w./-]+)$", blocks("services")[slug], re.MULTILINE)
        assert volumes == [f"./secrets/keys/{slug}:/keten/keys", *kept]


def test_every_agency_has_a_database_for_the_keys_of_its_cases(directory: Directory) -> None:
    named = re.search(r"AGENCIES: >-\n((?: {8}\S+\n)+)", blocks("services")["case-keys-db"])
    assert named
    assert named[1].split() == list(directory.by_slug), "compose.yaml and contracts/data/agencies.toml name other agencies"


def test_every_secret_is_a_file_outside_the_repository() -> None:
    secrets = blocks("secrets")
    named = {name for listed in re.findall(r"secrets: \[(.*)\]", COMPOSE) for name in listed.split(", ")}
    named |= set(re.findall(r"source: ([\w.-]+),", COMPOSE)) | set(re.findall(r"^      - (\w+)$", COMPOSE, re.MULTILINE))
    assert set(secrets) == named
    assert all(re.fullmatch(r" \{file: \./secrets/\S+\}\n*", text) for text in secrets.values())
    assert not (INFRA / "secrets").exists() or not any((INFRA / "secrets").iterdir())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_file_holds_what_looks_like_a_secret(path: str) -> None:
    text = (INFRA / path).read_text(encoding="utf-8")
    found = [match[0] for pattern in SECRET for match in pattern.finditer(text)]
    assert not found


@pytest.mark.parametrize(
    "leak",
    [
        "nkey: SUAIBDPBAUTWCWBKIO6XHQNINK5FWJW4OHLXC3HQ2KFE4PEJUA44CNHTC4",
        f'key: "{"0af7" * 16}"',
        "POSTGRES_PASSWORD: hunter2",
        'password: "hunter2"',
        "postgresql://keten:hunter2@db/registry",
    ],
)
def test_a_secret_would_be_found(leak: str) -> None:
    assert any(pattern.search(leak) for pattern in SECRET)


def test_every_image_has_a_version() -> None:
    images = [image for path in FILES for image in IMAGE.findall(path.read_text(encoding="utf-8"))]
    assert len(images) >= 8
    assert all(re.search(r":\d+\.\d+(\.\d+)?(-\w+)*$", image) for image in images), images


def test_no_python_lives_here() -> None:
    assert not [path for path in FILES if path.suffix == ".py"]


def test_the_demo_clocks_know_no_calendar_and_are_short_where_a_demo_waits() -> None:
    clocks = read_clocks(INFRA / "clocks" / "demo.toml")
    terms = {name: getattr(clocks, name).exact for name in Clocks.model_fields}
    by_calendar = [name for name, term in terms.items() if not term]
    assert not by_calendar, f"write {by_calendar} into infra/clocks/demo.toml, in minutes or hours: a demo runs on any day"
    assert all(terms[name].total_seconds() <= 20 for name in WAITED_FOR)
