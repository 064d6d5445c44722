"""Files of words are read strictly: what nobody would read is refused, and nothing is said twice."""

import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from contracts.texts import LANGUAGES
from contracts.texts.reading import code_name, read

ROOT = Path(__file__).parents[3]


def folder(path: Path, **rooms: str) -> Path:
    for name, text in rooms.items():
        (path / f"{name}.toml").write_text(text, encoding="utf-8")
    return path


def test_rooms_become_one(tmp_path: Path) -> None:
    found = read(
        folder(tmp_path, case='[titles]\nCase = "zaak"\n[values.A]\nx = "1"', signal='[titles]\nB = "b"\n[values.A]\ny = "2"')
    )
    assert found.titles == {"case": "zaak", "b": "b"}
    assert found.values == {"a": {"x": "1", "y": "2"}}


def test_nothing_is_said_twice(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"signal.toml: titles.privacy_check has words already"):
        read(folder(tmp_path, case='[titles]\nPrivacyCheck = "a"', signal='[titles]\nprivacy_check = "b"'))


def test_a_misspelt_section_or_row_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="titels"):
        read(folder(tmp_path, case='[titels]\nCase = "zaak"'))
    with pytest.raises(ValueError, match="wait"):
        read(folder(tmp_path, case='[states.Case.offered]\nphase = "a"\nwait = "b"'))


def test_what_is_not_toml_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"case.toml: not TOML"):
        read(folder(tmp_path, case="[titles\n"))


def test_a_label_may_stand_alone_or_with_a_hint(tmp_path: Path) -> None:
    found = read(folder(tmp_path, case='[fields.Need]\nadults = "Aantal"\nsafety = { label = "Veilig", hint = "Waar" }'))
    assert [found.fields["need"][name].label for name in ("adults", "safety")] == ["Aantal", "Veilig"]
    assert found.fields["need"]["safety"].hint == "Waar"


def test_names_of_classes_are_code_words() -> None:
    assert [code_name(name) for name in ("PrivacyCheck", "privacy_check", "Case")] == ["privacy_check", "privacy_check", "case"]


def test_both_languages_have_the_same_rooms() -> None:
    rooms = {language: {file.name for file in (files("contracts.texts") / language).iterdir()} for language in LANGUAGES}
    assert rooms["nl"] - rooms["en"] <= {"bus.toml", "health.toml"}  # sentences only, which English has already
    assert rooms["en"] <= rooms["nl"]


def test_words_lie_in_what_is_installed() -> None:
    """The wheel takes packages whole: the files must lie within one."""
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert "contracts" in wheel["packages"]
    assert not wheel.get("exclude")
    assert (ROOT / "contracts" / "texts" / "nl" / "case.toml").is_file()
