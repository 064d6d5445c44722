"""``keten catalogue``, as a person uses it."""

from pathlib import Path

import pytest

from tests.console.cli import Cli


@pytest.fixture
def plain() -> Cli:
    return Cli({})


def test_pages_are_written_in_the_language_that_is_asked_for(plain: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    assert f"begin at {folder}/index.html" in plain("catalogue", "--html", str(folder), "--language", "nl")
    assert (folder / "nl/index.html").is_file()
    assert not (folder / "en").exists()
    assert 'hreflang="en"' not in (folder / "nl/index.html").read_text()
    plain("catalogue", "--html", str(folder))
    assert 'hreflang="en"' in (folder / "nl/index.html").read_text()
    plain("catalogue", "--html", str(folder), "--language", "en")
    assert not (folder / "nl/index.html").exists()


def test_alone_it_says_what_events_says(plain: Cli) -> None:
    assert plain("catalogue") == plain("events")


def test_a_folder_that_cannot_be_used_is_told_in_words(plain: Cli, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    assert "is not empty and holds no catalogue" in plain("catalogue", "--html", str(tmp_path), code=1)
    assert "is a file" in plain("catalogue", "--html", str(tmp_path / "mine"), code=1)
    assert "Not a directory" in plain("catalogue", "--html", str(tmp_path / "mine/deeper"), code=1)
    plain("catalogue", "--html", str(tmp_path / "new"), "--language", "fr", code=2)
    assert not (tmp_path / "new").exists()
