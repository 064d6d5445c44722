"""What the client's README shows runs as it stands, block after block, at a running post office."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.kit.standing import Standing
from tests.kit.test_verify import BODY, OTHER, SECRET, headers

KIT = Path(__file__).parents[2] / "kit"
README = KIT / "python" / "README.md"


def test_its_snippets_run(post: Standing, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for name, value in {**post.environment, "KETEN_WEBHOOK_SECRET": SECRET}.items():
        monkeypatch.setenv(name, value)
    snippets = re.findall(r"^```python\n(.*?)^```$", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert len(snippets) == 5
    names: dict[str, Any] = {}
    for snippet in snippets:
        exec(compile(snippet, str(README), "exec"), names)
    printed = capsys.readouterr().out.splitlines()
    assert printed[0].split()[1] == "answered"
    assert printed[1] == "kept sent taken answered"
    assert printed[2] == "nl.keten.signals.received.v1 zaak-2026-0815 {'status': 'with_desk'}"
    assert printed[3].startswith("ground_needed")
    assert names["on_webhook"](BODY.encode(), headers(SECRET)) == 204
    assert names["on_webhook"](BODY.encode(), headers(OTHER)) == 401
    names["post_office"].close()


@pytest.mark.parametrize("page", [README, KIT / "README.md"], ids=["client", "kit"])
def test_what_a_page_points_to_is_there(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8"))
    assert links
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_page_of_the_kit_names_every_walk() -> None:
    page = (KIT / "README.md").read_text(encoding="utf-8")
    assert [walk.name for walk in (KIT / "walks").iterdir() if walk.name not in page] == []
