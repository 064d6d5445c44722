"""Pages into a folder: into an empty one, or into one that holds pages of ours, and nothing of anybody else is touched."""

from collections.abc import Mapping
from pathlib import Path

MARK = ".keten-catalogue"
"""Lists what we wrote into a folder, so that the next time what is left over goes, and nothing else."""


class NotOurs(ValueError):  # noqa: N818 - an answer
    """The folder holds something that we did not write."""


def write_pages(folder: Path, pages: Mapping[str, str]) -> None:
    """Write pages, by their path in the folder, and remove pages of before that are not there any more.

    Raises:
        NotOurs: The folder holds something that we did not write, or is none.
        OSError: It cannot be written.
    """
    before = open_folder(folder)
    names = sorted(pages)
    (folder / MARK).write_text("".join(f"{name}\n" for name in sorted({*names, *before})), encoding="utf-8")
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(pages[name].encode())
    for name in sorted(before - set(names)):
        (folder / name).unlink(missing_ok=True)
    (folder / MARK).write_text("".join(f"{name}\n" for name in names), encoding="utf-8")


def open_folder(folder: Path) -> set[str]:
    """Make the folder where there is none.

    Returns:
        The pages that we wrote there before.

    Raises:
        NotOurs: It holds something that we did not write, or is none.
        OSError: It cannot be made or read.
    """
    if not folder.exists():
        folder.mkdir(parents=True)
        return set()
    if not folder.is_dir():
        raise NotOurs(f"{folder} is a file: name a folder, which may be a new one")
    if not any(folder.iterdir()):
        return set()
    mark = folder / MARK
    if not mark.is_file():
        raise NotOurs(f"{folder} is not empty and holds no catalogue: name a new folder, or an empty one")
    listed = set(mark.read_text(encoding="utf-8").split("\n")) - {""}
    return {name for name in listed if _is_within(folder, name)}


def _is_within(folder: Path, name: str) -> bool:
    """Whether a name that stands in the list leads to a place in the folder, whoever wrote it there."""
    return (folder / name).parent.resolve().is_relative_to(folder.resolve())
