"""The fenced blocks of a page: what kind each is, and what a console block says to type and what is then seen."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent

_FENCE = re.compile(r"^ *(?P<fence>`{3,}|~{3,}) *(?P<info>[^`]*)$")
_INFO = re.compile(r"""^(?P<kind>[a-z]+)(?: (?:(?P<option>title|excerpt)="(?P<path>[^"]+)"|(?P<where>installation|stays)))?$""")
_CREATES = {"python", "toml", "json", "csv"}
_ENDS_WITH = re.compile(r"\(ends with ([0-9]+)\)")
INTERRUPT = "^C"
TYPED_IN_A_SHELL = frozenset({"README.md", "join.md", "receive.md", "webhooks.md"})
"""Pages of which every block of the kind ``sh`` is typed into one shell, against a post office."""

KINDS = """\
`LANGUAGE title="PATH"` (python, toml, json, csv) makes that file; `LANGUAGE excerpt="PATH"` stands in that file as it is; \
`diff` is applied; `console` is run in a copy of the checkout; `console installation` is run where Keten runs; \
the last line of `console stays` goes on while the rest is followed; `sh` is typed against a post office, on the pages about \
it; `text` and `mermaid` are only read"""


@dataclass(frozen=True)
class Block:
    """A fenced block; ``path`` is the file that it makes or quotes."""

    page: Path
    line: int
    info: str
    text: str
    kind: str = ""
    option: str = ""
    path: str = ""

    def __str__(self) -> str:
        return f"{self.page.name}:{self.line}"

    @property
    def fault(self) -> str | None:
        """Why nobody would check this block, or None."""
        allowed = {
            "": False,
            "text": not self.option,
            "mermaid": not self.option,
            "sh": not self.option and self.page.name in TYPED_IN_A_SHELL,
            "diff": not self.option,
            "console": self.option in {"", "installation", "stays"},
        }
        known = allowed.get(self.kind, self.kind in _CREATES and self.option in {"title", "excerpt"})
        return None if known else f"{self}: a block of the kind {self.info!r} is not checked by anything; known are: {KINDS}"


@dataclass(frozen=True)
class Command:
    """A line to type and the lines that are seen; ``^C``: it is interrupted there; ``(ends with 1)``: it fails."""

    block: Block
    words: str
    seen: list[str] = field(default_factory=list[str])

    def __str__(self) -> str:
        return f"{self.block}: $ {self.words}"

    @property
    def is_interrupted(self) -> bool:
        return INTERRUPT in self.seen

    @property
    def ends_with(self) -> int:
        """The exit code that the page shows as its last line, or 0."""
        match = _ENDS_WITH.fullmatch(self.seen[-1]) if self.seen else None
        return int(match[1]) if match else 0

    @property
    def shown(self) -> list[str]:
        """The lines that the command itself writes."""
        return [line for line in self.seen if line != INTERRUPT and not _ENDS_WITH.fullmatch(line)]

    def before_interrupt(self) -> "Command":
        """The command until it is interrupted.

        Raises:
            ValueError: Nothing is shown before that, so nobody knows when to interrupt it.
        """
        seen = self.seen[: self.seen.index(INTERRUPT)]
        if not seen:
            raise ValueError(f"{self}: show a line before {INTERRUPT}, so that it is known when to interrupt")
        return Command(self.block, self.words, seen)


def blocks(page: Path) -> list[Block]:
    """Every fenced block of a page, in order."""
    return list(_blocks(page))


def commands(block: Block) -> list[Command]:
    """What a console block says to type."""
    found: list[Command] = []
    for line in block.text.replace("\\\n", " ").splitlines():
        if line.startswith("$ "):
            found.append(Command(block, " ".join(line[2:].split())))
        elif not found:
            raise ValueError(f"{block}: a console block begins with a line to type, after '$ '")
        elif line.strip():
            found[-1].seen.append(line)
    return found


def _blocks(page: Path) -> Iterator[Block]:
    fence, first, info, lines = "", 0, "", list[str]()
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        match = _FENCE.match(line)
        if fence and match and match["fence"].startswith(fence) and not match["info"]:
            yield _block(page, first, info, dedent("\n".join(lines) + "\n"))
            fence = ""
        elif fence:
            lines.append(line)
        elif match:
            fence, first, info, lines = match["fence"], number, match["info"].strip(), []
    if fence:
        raise ValueError(f"{page.name}:{first}: this block has no end")


def _block(page: Path, line: int, info: str, text: str) -> Block:
    match = _INFO.match(info)
    if not match:
        return Block(page, line, info, text)
    option = match["option"] or match["where"] or ""
    return Block(page, line, info, text, match["kind"], option, match["path"] or "")
