"""The pages that tell how to do something are followed as they are written."""

import time
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.docs.blocks import Block, Command, blocks, commands
from tests.docs.checkout import ROOT, Checkout, StepFailed
from tests.docs.following import NOT_RUN, Reader

pytestmark = pytest.mark.long

HOW_TOS = sorted((ROOT / "docs" / "how-to").glob("*.md"))
PAGES = [ROOT / "README.md", ROOT / "ARCHITECTURE.md", *HOW_TOS]
POST_OFFICE = [ROOT / "docs" / "how-to" / name for name in ("join.md", "receive.md", "webhooks.md")]
"""Pages that go on where the one before ended."""
OTHERS = [path for path in PAGES if path not in POST_OFFICE]
SLOWEST_FIRST = sorted(OTHERS, key=lambda path: -len([block for block in blocks(path) if block.kind == "console"]))
REPORTED = "nl.keten.signals.received.v1"
GUARD = ' and workflow.patched("the coordinator sees which police unit acts for the place")'


def typed(reader: Reader, words: str) -> None:
    reader.checkout.run(Command(Block(Path("after the page"), 0, "console", ""), words), {})


def page(folder: Path, text: str, name: str = "page.md") -> Path:
    path = folder / name
    path.write_text(text)
    return path


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_nothing_on_a_page_escapes(path: Path) -> None:
    faults = [block.fault for block in blocks(path) if block.fault]
    assert not faults, "\n".join(faults)


@pytest.fixture(scope="session")
def followed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, installation: Callable[[], Checkout]
) -> Generator[dict[Path, "Future[None]"]]:
    """Every page that was chosen, each by a reader of its own, three at a time: mostly they wait for servers."""
    chosen = [path for path in SLOWEST_FIRST if any(f"[{path.name}]" in test.name for test in request.session.items)]

    def follow(path: Path, folder: Path) -> None:
        reader = Reader(Checkout(folder), installation)
        reader.follow(path)
        its_changes_are_sound(reader)

    with ThreadPoolExecutor(3) as pool:
        yield {path: pool.submit(follow, path, tmp_path_factory.mktemp("checkout")) for path in chosen}


def its_changes_are_sound(reader: Reader) -> None:
    """What a page made passes lint, types and doors, and what is generated is as the code says."""
    python = " ".join(name for name in reader.checkout.changed() if name.endswith(".py"))
    if python:
        typed(reader, f"ruff check {python} && ruff format --check {python} && pyright {python} && lint-imports")
        typed(reader, "make generate && python -m console.generate --check")


@pytest.mark.timeout(900)  # each step has a patience of its own; a page has dozens of them
@pytest.mark.pages
@pytest.mark.parametrize("path", SLOWEST_FIRST, ids=lambda path: path.name)
def test_a_page_can_be_followed_as_it_is_written(path: Path, followed: dict[Path, "Future[None]"]) -> None:
    followed[path].result()


@pytest.mark.timeout(600)
@pytest.mark.pages
def test_whoever_joins_receives_and_has_webhooks_with_curl_alone(reader: Reader) -> None:
    """One sandbox, one shell, the three pages one after the other: from nothing to a receipt that was called with."""
    taken = reader.checkout.path / "taken"

    def both_came() -> None:
        while REPORTED not in taken.read_text() or REPORTED not in reader.said:
            time.sleep(0.2)

    reader.follow(*POST_OFFICE, then=both_came)
    assert '"stage":"answered"' in reader.said
    assert '"subject":"Z-2026-17"' in reader.said
    assert "location: /v1/events/report-17" in (reader.checkout.path / "headers").read_text().lower()
    assert '"code":"taken"' in reader.said, "the receiver took the test"


@pytest.mark.pages
def test_a_workflow_that_is_changed_without_its_guard_does_not_replay(reader: Reader) -> None:
    page = ROOT / "docs" / "how-to" / "add-an-activity.md"
    for block in blocks(page)[:2]:
        reader.checkout.apply(block)
    case = reader.checkout.path / "workflows" / "case" / "case.py"
    assert GUARD in case.read_text()
    case.write_text(case.read_text().replace(GUARD, ""))
    with pytest.raises(StepFailed, match="Nondeterminism"):
        typed(reader, "make test ARGS='-q tests/replay -k \"recorded_history and case\"'")


class TestAPageThatIsWrongIsSeen:
    def test_a_diff_that_does_not_apply(self, bystander: Reader, tmp_path: Path) -> None:
        wrong = "```diff\n--- a/Makefile\n+++ b/Makefile\n@@ -1,2 +1,2 @@\n not there\n-nor this\n+but this\n```\n"
        with pytest.raises(StepFailed, match="does not apply"):
            bystander.follow(page(tmp_path, wrong))

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("```console\n$ false\n```\n", "ended with 1"),
            ("```console\n$ false | cat\n```\n", "ended with 1"),
            ("```console\n$ true\n(ends with 1)\n```\n", "ended with 0"),
            ("```console\n$ echo one\ntwo\n```\n", "the page shows the line"),
            ("```console\n$ printf 'one\\ntwo\\n'\ntwo\none\n```\n", "the page shows the line"),
            ("```console\n$ echo one\none\n^C\n```\n", "ended before it was interrupted"),
            ("```console installation\n$ keten case REFERENCE\n```\n", "nothing on this page says which REFERENCE"),
            ('```python title="Makefile"\n```\n', "exists already"),
            ('```python excerpt="Makefile"\nnot there\n```\n', "do not stand in"),
            ("```console stays\n$ echo one\ntwo\n```\n", "ended before it was interrupted"),
            ("```bash\nmake\n```\n", "not checked by anything"),
            ("```\nmake\n```\n", "not checked by anything"),
            ("```python\nmake()\n```\n", "not checked by anything"),
            ('```diff title="Makefile"\n```\n', "not checked by anything"),
        ],
    )
    def test_a_step(self, bystander: Reader, tmp_path: Path, text: str, words: str) -> None:
        with pytest.raises(StepFailed, match=words):
            bystander.follow(page(tmp_path, text))

    @pytest.mark.parametrize("text", ["true\nfalse\ntrue\n", "echo $NOT_SET\n", "exit 0\n"])
    def test_a_line_in_a_shell(self, bystander: Reader, tmp_path: Path, text: str) -> None:
        with pytest.raises(StepFailed, match="a line of this block fails"):
            bystander.follow(page(tmp_path, f"```sh\nexport SET=1\n```\n```sh\ntest $SET = 1\n{text}```\n", "join.md"))

    def test_a_block_without_an_end(self, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match="has no end"):
            blocks(page(tmp_path, "```console\n$ true\n"))


def test_what_is_not_run_is_typed_on_some_page() -> None:
    found = {command.words for path in PAGES for block in blocks(path) if block.kind == "console" for command in commands(block)}
    assert found >= NOT_RUN.keys()
