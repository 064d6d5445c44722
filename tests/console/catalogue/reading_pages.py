"""Pages read as a browser does, without one."""

from html.parser import HTMLParser
from typing import NamedTuple


class Page(NamedTuple):
    """What stands in a page."""

    text: str
    links: list[str]
    ids: set[str]
    tags: set[str]
    blocks: list[str]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.tags: set[str] = set()
        self.blocks: list[str] = []
        self._in_block = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            self.tags.add(f"{tag}[{name}]")
            if name in {"href", "src", "action", "srcset", "data", "poster"} and value is not None:
                self.links.append(value)
            if name == "id" and value:
                self.ids.add(value)
        if tag == "pre":
            self._in_block = True
            self.blocks.append("")

    def handle_endtag(self, tag: str) -> None:
        self._in_block = self._in_block and tag != "pre"

    def handle_data(self, data: str) -> None:
        self.text.append(data)
        if self._in_block:
            self.blocks[-1] += data


def read(html: str) -> Page:
    reader = _Reader()
    reader.feed(html)
    return Page(" ".join(" ".join(reader.text).split()), reader.links, reader.ids, reader.tags, reader.blocks)
