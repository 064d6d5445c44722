"""No text from outside is markup, an order to the terminal, or hides anything: there is one door, and nothing beside it."""

import io
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from rich.console import RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from console.commands.cases import table_of
from console.commands.decide import Possible, table_of_choices
from console.files import Found, Silent
from console.listing import Listing
from console.picture import state_table, story_table, troubles_of
from console.plain import as_json, plain
from console.rows import Row
from console.screen import Screen
from console.troubles import Trouble
from contracts.agencies import read_directory
from contracts.views import Choice, FileView, StoryLine, TrackView

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOSTILE = "[/red][bold]:warning:\x1b[2J\x1b]0;owned\x07\x9b31m\u202egnp.exe\u2066\r\nalarm\u2028all is well\x00"
"""Markup that ends nothing, an emoji by name, orders to a terminal, turned letters, and a line that is not one."""

ORDERS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def drawn(what: RenderableType | str, width: int = 400) -> str:
    screen = Screen(width=width, file=io.StringIO(), force_terminal=True, color_system=None)
    screen.print(what)
    return screen.file.getvalue()  # type: ignore[attr-defined]


def track() -> TrackView:
    return TrackView(title=HOSTILE, phase=HOSTILE, turn=HOSTILE, who=HOSTILE, since=NOW, until=NOW, then=HOSTILE, reminders=2)


def found(**fields: Any) -> Found:
    """A file in which whatever can be a text is hostile."""
    agency = read_directory().desk.model_copy(update={"slug": HOSTILE})
    lines = [
        StoryLine(at=NOW, what=HOSTILE, who=HOSTILE, facts={HOSTILE: HOSTILE}),
        StoryLine(at=NOW, what=HOSTILE, who=HOSTILE, facts={"to": HOSTILE}),
        StoryLine(at=NOW, what=f"{HOSTILE}.clock", who=HOSTILE),
    ]
    view = FileView.model_construct(
        reference=HOSTILE,
        kind=HOSTILE,
        agency=HOSTILE,
        region=HOSTILE,
        responsible=HOSTILE,
        track=track(),
        tracks=(track(),),
        alarms=(HOSTILE,),
        story=tuple(lines),
        left_out=1,
        choices=(Choice(command=HOSTILE, words=HOSTILE, fields={"properties": {HOSTILE: {"enum": [HOSTILE]}}}),),
    )
    handle: Any = None
    return Found(agency, handle, view, (trouble(),))


def trouble() -> Trouble:
    return Trouble(what="activity", name=HOSTILE, error=HOSTILE, attempt=2, do=HOSTILE)


def row() -> Row:
    texts: dict[str, Any] = dict.fromkeys(("agency", "name", "reference", "kind", "phase", "owner", "region"), HOSTILE)
    more: dict[str, Any] = {"troubles": (trouble(),), "overdue_since": NOW, "reminded": 3, "unreadable": HOSTILE}
    return Row(**texts, deadline=NOW, status="running", began=NOW, **more)


def listing() -> Listing:
    table = Listing("one", "two", title="of ours")
    table.add(HOSTILE, HOSTILE)
    return table


def with_table() -> Table:
    table = Table("header", title=HOSTILE)
    table.add_row(HOSTILE)
    return table


SCREENS: dict[str, Any] = {
    "a line": lambda: HOSTILE,
    "a styled line": lambda: Text(HOSTILE, style="red"),
    "a table of the library": with_table,
    "a panel": lambda: Panel(HOSTILE),
    "a listing": listing,
    "cases": lambda: table_of([row()]),
    "state of a case": lambda: state_table([found()]),
    "story of a case": lambda: story_table([found()]),
    "what is wrong with a case": lambda: Text("\n").join(
        troubles_of([found()], [Silent(found().agency, HOSTILE, HOSTILE, (trouble(),))])
    ),
    "what can be decided": lambda: table_of_choices(HOSTILE, [Possible(found(), found().view.choices[0])]),
}


@pytest.mark.parametrize("width", [40, 400])
@pytest.mark.parametrize("name", SCREENS)
def test_text_from_outside_is_text_wherever_it_stands(name: str, width: int) -> None:
    seen = drawn(SCREENS[name](), width)
    orders = ORDERS.findall(re.sub(r"\x1b\[[0-9;]*m", "", seen.replace("\n", "")))
    assert not orders, repr(seen)
    together = re.sub(r"[\s│┃]", "", seen)
    assert "[/red][bold]:warning:" in together, "it is shown as it was written"


@pytest.mark.parametrize("name", ["cases", "state of a case", "story of a case", "what is wrong with a case"])
def test_nobody_writes_a_line_of_ours(name: str) -> None:
    """A line end in a text of another agency begins no line, so it cannot play an alarm or a row."""
    assert not [
        line for line in drawn(SCREENS[name]()).splitlines() if line.strip(" │").startswith(("alarm\x20all", "all is well"))
    ]


def test_the_control_a_plain_console_of_the_library_obeys() -> None:
    from rich.console import Console  # noqa: PLC0415 - what nobody else may use
    from rich.errors import MarkupError  # noqa: PLC0415

    console = Console(file=io.StringIO(), force_terminal=True, highlight=False)
    with pytest.raises(MarkupError):
        console.print(HOSTILE)
    console.print(HOSTILE, markup=False)
    assert "\x1b[2J" in console.file.getvalue()  # type: ignore[attr-defined]


def test_json_for_programs_holds_no_order_and_says_the_same() -> None:
    import json  # noqa: PLC0415

    text = as_json({"é": HOSTILE})
    assert not ORDERS.findall(text)
    assert json.loads(text) == {"é": HOSTILE}
    assert '"é"' in text


def test_letters_of_every_script_stay() -> None:
    for text in ("Zoë Łukasz", "नमस्ते", "می‌خواهم", "👩‍⚕️", "العربية"):
        assert plain(text) == text


DOORS = {
    "console/screen.py": "the door itself",
    "console/door/dev_pages.py": "pages of a browser",
}


def test_there_is_one_door() -> None:
    """No markup of the library, no console beside ours, no prompt of the library, which reads markup."""
    ways = re.compile(
        r"\[/(?:red|green|bold|dim|yellow)\]|from_markup|rich\.prompt|rich\.markup\b|markup=True|[^.\w]Console\(|\.status\("
        r"|Panel\([^)]*title|TextColumn\((?![^)]*markup=False)"
    )
    console = sorted((ROOT / "console").rglob("*.py"))
    names = [(str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")) for path in console]
    beside = {name: ways.findall(text) for name, text in names if name not in DOORS and ways.search(text)}
    assert not beside, "write with console.screen: styled(...), good(...), screen.waiting(...)"
