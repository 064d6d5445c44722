"""Tables in Markdown, and the words in their cells."""

from collections.abc import Iterable, Sequence

NOTICE = "<!-- Generated from the catalogue (contracts/events) by `make generate`: change it there. -->"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; a bar inside a cell stays inside it."""
    lines = [_line(head), _line(["---"] * len(head)), *(_line(row) for row in rows)]
    return "\n".join(lines)


def page(title: str, *parts: str) -> str:
    """A page that says where it comes from."""
    return "\n\n".join((f"# {title}", NOTICE, *parts)) + "\n"


def words(values: Iterable[str]) -> str:
    """Coded values as a reader likes them: sorted, without underscores."""
    return ", ".join(sorted(value.replace("_", " ") for value in values)) or "none"


def code(values: Iterable[str]) -> str:
    """Names as they stand in the code."""
    return ", ".join(f"`{value}`" for value in values) or "none"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
