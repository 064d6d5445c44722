"""A command looks at what runs here with the directory with which it was started."""

from pathlib import Path

import pytest

from console.installation import Installation, OtherDirectory, with_directory_of
from contracts.agencies import EMBEDDED
from runtime.servers.embedded import Running, read_running
from runtime.settings import Settings
from tests.console.cli import Cli
from tests.installed import Keten

OTHER = EMBEDDED.read_text().replace("Provincie Flevoland", "Another Province")


@pytest.fixture
def other(tmp_path: Path) -> Path:
    path = tmp_path / "agencies.toml"
    path.write_text(OTHER)
    return path


def test_what_runs_says_which_directory_it_uses(keten: Keten) -> None:
    running = read_running(keten.settings)
    assert running
    assert running.directory == EMBEDDED.absolute()


@pytest.mark.parametrize("arguments", [["cases"], ["doctor"], ["dead", "list"], ["people", "list"]], ids=" ".join)
def test_another_directory_is_said_and_nothing_is_done(cli: Cli, other: Path, arguments: list[str]) -> None:
    said = cli.with_(KETEN_DIRECTORY=str(other))(*arguments, code=1)
    assert f"with the directory {EMBEDDED.absolute()}, and KETEN_DIRECTORY names {other}" in said
    assert "leave KETEN_DIRECTORY out" in said


def test_the_same_directory_by_another_way_is_the_same(cli: Cli) -> None:
    cli.with_(KETEN_DIRECTORY=str(EMBEDDED))("cases")


def test_without_a_word_the_one_that_runs_is_used(other: Path, tmp_path: Path) -> None:
    running = Running(nats_url="nats://x", temporal_address="x:1", ui_url="http://x", pids={}, directory=other)
    settings = Settings(home=tmp_path)
    assert with_directory_of(running, settings).directory == other
    assert "Another Province" in str(Installation.of(with_directory_of(running, settings), running).directory)
    assert Installation.of(settings, running).settings.directory == EMBEDDED, "the control"


def test_one_that_was_started_before_this_was_written_down(tmp_path: Path) -> None:
    running = Running(nats_url="nats://x", temporal_address="x:1", ui_url="http://x", pids={})
    assert with_directory_of(running, Settings(home=tmp_path)) == Settings(home=tmp_path)


def test_other_is_an_error_with_words(other: Path, tmp_path: Path) -> None:
    running = Running(nats_url="nats://x", temporal_address="x:1", ui_url="http://x", pids={}, directory=EMBEDDED)
    with pytest.raises(OtherDirectory, match="start Keten again with it"):
        with_directory_of(running, Settings(home=tmp_path, directory=other))


def test_a_table_can_be_looked_at_before_anything_is_started_with_it(cli: Cli, other: Path) -> None:
    assert "Another Province" in cli.with_(KETEN_DIRECTORY=str(other))("agencies")
