"""The generated files are as the code says, and every guard of them catches what it is for."""

import json
import shutil
from pathlib import Path

import pytest
from typer import Typer
from typer.testing import CliRunner

from console.generate import files
from console.generate.__main__ import main
from console.generate.files import HOME, ROOT, drift, generated, write
from console.generate.releases import RELEASED, breaking_changes, released, write_release
from contracts.catalogue import BY_SHORT_NAME

COMMAND = Typer()
COMMAND.command()(main)


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(COMMAND, arguments)
    return result.exit_code, result.output


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What the check reads, in a copy that may be damaged."""
    shutil.copytree(ROOT / HOME, tmp_path / HOME)
    shutil.copytree(ROOT / RELEASED, tmp_path / RELEASED)
    return tmp_path


def change_released(checkout: Path, name: str, old: str, new: str) -> None:
    path = checkout / RELEASED / f"{name}.json"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_this_checkout_is_as_the_code_says():
    assert drift(ROOT) == [], "run `make generate`"
    assert breaking_changes(ROOT) == [], "a released event only grows: see 'Changing an event' in docs/how-to/add-an-event.md"


def test_generating_twice_gives_the_same():
    assert generated() == generated()


def test_a_clean_copy_passes(checkout: Path):
    assert run("--check", "--root", str(checkout))[0] == 0


@pytest.mark.parametrize("name", ["events.md", "processing-register.md", "schemas/cases.declined.v1.json", "asyncapi/riec.json"])
def test_an_edited_file_is_found(checkout: Path, name: str):
    path = checkout / HOME / name
    path.write_text(path.read_text() + " ")
    code, output = run("--check", "--root", str(checkout))
    assert code == 1
    assert f"{HOME / name}: differs" in output
    assert "make generate" in output


def test_a_missing_and_an_orphaned_file_are_found_and_writing_repairs_both(checkout: Path):
    (checkout / HOME / "events.md").unlink()
    (checkout / HOME / "schemas" / "old.v1.json").write_text("{}")
    assert drift(checkout) == [f"{HOME}/schemas/old.v1.json: nobody generates this file any more", f"{HOME}/events.md: missing"]
    assert run("--root", str(checkout))[0] == 0
    assert drift(checkout) == []
    assert write(checkout) == []


def test_checking_writes_nothing(checkout: Path):
    (checkout / HOME / "events.md").unlink()
    run("--check", "--root", str(checkout))
    assert not (checkout / HOME / "events.md").exists()


def test_a_generator_may_not_write_elsewhere_or_over_another(monkeypatch: pytest.MonkeyPatch):
    for path in (Path("README.md"), HOME / "events.md"):
        monkeypatch.setattr(files, "GENERATORS", [*files.GENERATORS, lambda path=path: {path: ""}])
        with pytest.raises(ValueError, match=str(path)):
            generated()
        monkeypatch.undo()


def test_every_event_was_released():
    unreleased = set(BY_SHORT_NAME) - set(released(ROOT))
    assert not unreleased, f"run `python -m console.generate --release` and commit what it names, for: {sorted(unreleased)}"


def test_a_breaking_change_is_found_and_cannot_be_released(checkout: Path):
    change_released(checkout, "cases.declined.v1", '"no_capacity"', '"no_capacity", "too_busy"')
    for option in ("--check", "--release"):
        code, output = run(option, "--root", str(checkout))
        assert code == 1
        assert "cases.declined.v1: `reason`: the value 'too_busy' was removed" in output
        assert ".v2" in output
        assert "upcast" in output


def test_a_removed_type_is_found(checkout: Path):
    (checkout / RELEASED / "cases.forgotten.v1.json").write_text("{}")
    assert "cases.forgotten.v1: the type was removed" in run("--check", "--root", str(checkout))[1]


def test_an_additive_change_is_released(checkout: Path):
    change_released(checkout, "cases.declined.v1", '"no_capacity",', "")
    assert breaking_changes(checkout) == []
    assert write_release(checkout) == [RELEASED / "cases.declined.v1.json"]
    assert released(checkout) == released(ROOT)


def test_a_new_type_needs_no_release_yet(checkout: Path):
    (checkout / RELEASED / "cases.declined.v1.json").unlink()
    assert run("--check", "--root", str(checkout))[0] == 0


def test_every_personal_field_is_marked_in_the_schema():
    for name, event in BY_SHORT_NAME.items():
        text = (ROOT / HOME / "schemas" / f"{name}.json").read_text()
        assert ("x-personal" in text) == bool(event.personal_fields())
        assert json.loads(text)["x-rule"]["type"] == event.rule.type


def test_every_event_stands_in_the_table_and_in_the_register():
    table, register = ((ROOT / HOME / name).read_text() for name in ("events.md", "processing-register.md"))
    for name, event in BY_SHORT_NAME.items():
        assert f"| [`{name}`](schemas/{name}.json) |" in table
        assert f"## {event.rule.type}\n" in register
        assert event.rule.purpose in register
        assert all(f"`{path}`" in register and f"`{path}`" in table for path in event.personal_fields())
