"""Into a folder of ours, or an empty one, and nothing of anybody else is touched."""

from pathlib import Path

import pytest

from console.catalogue.writing import MARK, NotOurs, write_pages


def held(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in folder.rglob("*")
        if path.is_file() and path.name != MARK
    }


def test_a_new_and_an_empty_folder_are_filled(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for folder in (tmp_path / "new/deep", tmp_path / "empty"):
        write_pages(folder, {"index.html": "a", "nl/one.html": "b"})
        assert held(folder) == {"index.html": "a", "nl/one.html": "b"}


def test_what_is_left_over_of_before_goes_and_what_somebody_else_put_there_stays(tmp_path: Path) -> None:
    write_pages(tmp_path, {"index.html": "a", "nl/one.html": "b"})
    (tmp_path / "notes.txt").write_text("mine")
    write_pages(tmp_path, {"index.html": "c"})
    assert held(tmp_path) == {"index.html": "c", "notes.txt": "mine"}


def test_a_folder_that_is_not_ours_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("mine")
    with pytest.raises(NotOurs, match="not empty"):
        write_pages(tmp_path, {"index.html": "a"})
    assert held(tmp_path) == {"index.html": "mine"}


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(NotOurs, match="is a file"):
        write_pages(tmp_path / "file", {"index.html": "a"})


@pytest.mark.parametrize("name", ["../outside.txt", "/etc/hostname", "nl/../../outside.txt", "away/outside.txt"])
def test_a_list_that_somebody_wrote_leads_nowhere_else(tmp_path: Path, name: str) -> None:
    folder, outside = tmp_path / "pages", tmp_path / "outside.txt"
    outside.write_text("mine")
    write_pages(folder, {"index.html": "a"})
    (folder / "away").symlink_to(tmp_path)
    (folder / MARK).write_text(f"index.html\n{name}\n")
    write_pages(folder, {"index.html": "a"})
    assert outside.read_text() == "mine"
    assert (folder / MARK).read_text() == "index.html\n"


def test_one_that_was_stopped_half_way_can_be_written_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = Path.write_bytes

    def full(path: Path, text: bytes) -> int:
        if path.name == "b.html":
            raise OSError(28, "No space left on device", str(path))
        return write(path, text)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        write_pages(tmp_path, {"a.html": "a", "b.html": "b"})
    monkeypatch.setattr(Path, "write_bytes", write)
    write_pages(tmp_path, {"c.html": "c"})
    assert held(tmp_path) == {"c.html": "c"}
