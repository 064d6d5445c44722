"""What a file holds inside, on a screen."""

from collections.abc import Iterator
from typing import Any, cast

from rich.text import Text

from console.event_names import BY_NOTE
from console.files import Found
from console.listing import Listing
from console.plain import plain
from console.times import when
from contracts.views import Content


def content_table(file: Found, content: Content) -> Listing:
    """Each part with who told it when; of its fields those that say something."""
    table = Listing("time", "who", "what", "content", title=plain(f"content of the {file.view.kind} at {file.agency.slug}"))
    for part in content.parts:
        said = "\n".join(plain(f"{field}: {value}") for field, value in fields(part.data))
        table.add(when(part.at) if part.at else "-", part.who, BY_NOTE.get(part.what, part.what), Text(said))
    return table


def fields(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Every field that was filled in, with its path: ``person.birth_year``."""
    if isinstance(value, dict):
        for name, inner in cast("dict[str, Any]", value).items():
            yield from fields(inner, f"{place}.{name}" if place else name)
    elif isinstance(value, list):
        for number, inner in enumerate(cast("list[Any]", value), 1):
            yield from fields(inner, f"{place}.{number}")
    elif value is not None:
        yield place, str(value).lower() if isinstance(value, bool) else str(value)
