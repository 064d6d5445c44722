"""What a page says and asks, read as a browser does."""

from html.parser import HTMLParser
from typing import NamedTuple

BLOCKS = {"td", "th", "p", "li", "dt", "dd", "div", "h1", "h2", "h3", "legend", "option"}


class Control(NamedTuple):
    """Something that a form sends."""

    name: str
    value: str


class Parsed(HTMLParser):
    """A page.

    Attributes:
        text: What stands on it.
        links: Where it leads.
        controls: What its forms send as they are.
        actions: Where its forms go.
        tags: Every tag with what it bears.
    """

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text = ""
        self.links: list[str] = []
        self.controls: list[Control] = []
        self.actions: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._area: str | None = None
        self._select: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append((tag, given))
        name, value = given.get("name"), given.get("value") or ""
        if tag == "a":
            self.links.append(given.get("href") or "")
        elif tag == "form":
            self.actions.append(given.get("action") or "")
        elif tag == "input" and name and (given.get("type") in {"hidden", "text"} or "checked" in given):
            self.controls.append(Control(name, value))
        elif tag == "textarea":
            self._area = name
            self.controls.append(Control(name or "", ""))
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and ("selected" in given or self._select not in {c.name for c in self.controls}):
            self.controls = [one for one in self.controls if one.name != self._select] + [Control(self._select, value)]

    def handle_endtag(self, tag: str) -> None:
        self._area = None if tag == "textarea" else self._area
        self._select = None if tag == "select" else self._select
        self.text += " " if tag in BLOCKS else ""

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self.controls[-1] = Control(self._area, data.removeprefix("\n"))
        else:
            self.text += data

    @property
    def words(self) -> str:
        """The text, with every run of blanks as one."""
        return " ".join(self.text.split())

    def sends(self, **answers: str) -> dict[str, str]:
        """What the form sends once a person has answered; ``__`` stands for the point of a name."""
        return {**{one.name: one.value for one in self.controls}, **{name.replace("__", "."): of for name, of in answers.items()}}
