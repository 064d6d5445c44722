"""What the OpenAPI document says is so: a validator reads it, and schemathesis finds no answer that it does not describe."""

import subprocess
from collections.abc import Generator
from pathlib import Path

import pytest

from post_office.limits import LIMITS
from tests.kit.interop.environments import SETS, python
from tests.kit.standing import Standing, standing

pytestmark = [pytest.mark.interop, pytest.mark.timeout(1200)]


@pytest.fixture
def post(tmp_path: Path) -> Generator[Standing]:
    """One that holds no answer for long: whoever tries a thousand requests waits for none."""
    yield from standing(tmp_path, LIMITS._replace(wait=1.0, stream=1.0))


def run(*words: str | Path, folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)


def test_the_document_is_valid(post: Standing, tmp_path: Path) -> None:
    document = tmp_path / "openapi.json"
    document.write_bytes(post.ask("/v1/openapi.json"))
    done = run(python("openapi"), "-m", "openapi_spec_validator", "--schema", "3.1", document, folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    document.write_bytes(document.read_bytes().replace(b'"responses"', b'"answers"', 1))
    assert run(python("openapi"), "-m", "openapi_spec_validator", document, folder=tmp_path).returncode != 0


def test_schemathesis_finds_nothing(post: Standing, tmp_path: Path) -> None:
    post.hear(3)
    words = [
        python("openapi").parent / "st",
        "--config-file",
        SETS / "schemathesis.toml",
        "run",
        f"{post.address}/v1/openapi.json",
    ]
    options = ["--checks", "all", "--seed", "1", "--max-examples", "10", "--no-shrink", "--no-color", "--continue-on-failure"]
    shown = ["--header", f"Authorization: Bearer {post.office.all}"]
    done = run(*words, *options, *shown, folder=tmp_path)
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr
    assert not post.office.alarms, "a fault that nobody foresaw"
