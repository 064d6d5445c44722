"""Which files are generated, writing them, and telling when they differ from the code."""

from collections.abc import Callable
from pathlib import Path

from console.generate.asyncapi import asyncapi_documents
from console.generate.events_page import events_page
from console.generate.openapi import openapi_document
from console.generate.process import process_page
from console.generate.register import processing_register
from console.generate.schemas import event_schemas

ROOT = Path(__file__).parents[2]
HOME = Path("docs/generated")
"""Everything below it is generated: what nobody generates any more is removed."""

GENERATORS: list[Callable[[], dict[Path, str]]] = [
    event_schemas,
    openapi_document,
    asyncapi_documents,
    events_page,
    processing_register,
    process_page,
]
"""Each returns texts by path, relative to the checkout and below ``docs/generated``; a further one is one line here."""


def generated() -> dict[Path, str]:
    """Every generated file: its text by its path, relative to the checkout.

    Raises:
        ValueError: A generator writes outside the home of generated files, or where another one does.
    """
    found: dict[Path, str] = {}
    for generator in GENERATORS:
        for path, text in generator().items():
            if path in found or not path.is_relative_to(HOME):
                raise ValueError(f"{path}: a generated file lies below {HOME}, and one generator writes it")
            found[path] = text
    return dict(sorted(found.items()))


def drift(root: Path) -> list[str]:
    """One line per generated file that is missing, differs, or that nobody generates any more."""
    expected = generated()
    lines = [f"{path}: nobody generates this file any more" for path in _orphans(root, expected)]
    for path, text in expected.items():
        if not (root / path).is_file():
            lines.append(f"{path}: missing")
        elif (root / path).read_bytes() != text.encode():
            lines.append(f"{path}: differs from what the code says")
    return lines


def write(root: Path) -> list[Path]:
    """Write what differs, remove what nobody generates any more; returns what was touched."""
    expected = generated()
    orphans = _orphans(root, expected)
    for path in orphans:
        (root / path).unlink()
    changed = [path for path, text in expected.items() if not _is_as(root / path, text)]
    for path in changed:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(expected[path].encode())
    return [*orphans, *changed]


def _is_as(path: Path, text: str) -> bool:
    return path.is_file() and path.read_bytes() == text.encode()


def _orphans(root: Path, expected: dict[Path, str]) -> list[Path]:
    present = (path.relative_to(root) for path in (root / HOME).rglob("*") if path.is_file())
    return sorted(path for path in present if path not in expected)
