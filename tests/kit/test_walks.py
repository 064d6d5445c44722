"""A case system in another language, with nothing but what comes with it, walks the whole way at a running post office."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.kit.standing import Standing

pytestmark = pytest.mark.long

WALKS = Path(__file__).parents[2] / "kit" / "walks"
NEEDS = {
    "curl": (["sh", "curl.sh"], ["curl", "openssl"]),
    "node": (["node", "walk.mjs"], ["node"]),
    "java": (["java", "Walk.java"], ["java"]),
    "php": (["php", "walk.php"], ["php"]),
}


def walk(name: str, post: Standing, folder: Path = WALKS, **changed: str) -> subprocess.CompletedProcess[str]:
    words, tools = NEEDS[name]
    missing = [tool for tool in tools if not shutil.which(tool)]
    if missing:
        pytest.skip(f"not installed here: {', '.join(missing)}")
    environment = {**os.environ, **post.environment, **changed}
    return subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, timeout=150, check=False)


@pytest.mark.parametrize("name", NEEDS)
def test_a_walk_ends_well_and_once_more_goes_on_after_its_mark(name: str, post: Standing) -> None:
    for turn in (1, 2):
        done = walk(name, post)
        assert done.returncode == 0, done.stdout + done.stderr
        assert [line.partition(":")[0] for line in done.stdout.splitlines()] == [
            "sent",
            "answered",
            "heard",
            "acknowledged",
            "webhooks verified",
        ]
        position, _ = post.office.book.marks[f"walk-{name}"]
        assert position == turn
    assert len(post.office.book.out) == 2


@pytest.mark.parametrize("name", NEEDS)
def test_a_walk_ends_badly_with_a_token_that_nobody_has(name: str, post: Standing) -> None:
    done = walk(name, post, POST_TOKEN="keten_" + "x" * 43)
    assert done.returncode not in {0, None}
    assert "token_unknown" in done.stdout + done.stderr


@pytest.mark.parametrize("name", NEEDS)
def test_a_walk_ends_badly_where_a_webhook_is_not_what_it_must_be(name: str, post: Standing, tmp_path: Path) -> None:
    shutil.copytree(WALKS, tmp_path / "walks")
    vectors = tmp_path / "walks" / "vectors.tsv"
    what = "an altered byte"
    lines = vectors.read_text(encoding="utf-8").splitlines(keepends=True)
    turned = {"holds": "fails", "fails": "holds"}
    parts = [line.split("\t") for line in lines]
    wrong = ["\t".join([part[0], turned[part[1]], *part[2:]] if part[0] == what else part) for part in parts]
    assert wrong != lines
    vectors.write_text("".join(wrong), encoding="utf-8")
    done = walk(name, post, tmp_path / "walks")
    assert done.returncode not in {0, None}
    assert what in done.stdout + done.stderr
