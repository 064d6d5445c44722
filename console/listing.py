"""A table in which nothing is ever cut: where it does not fit beside each other, it stands below each other."""

from collections.abc import Iterator, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from console.plain import plain

Cell = str | Text
BETWEEN = 3
"""Characters that the library puts around and between for each column; and one more at the edge."""


class Listing:
    """Rows under headers. A cell that is not styled is text from outside."""

    def __init__(self, *headers: str, title: str | None = None) -> None:
        self.headers = headers
        self.title = title
        self.caption: str | None = None
        self.rows: list[tuple[Text, ...]] = []

    def add(self, *cells: Cell) -> None:
        """One more row."""
        self.rows.append(tuple(cell if isinstance(cell, Text) else Text(plain(cell)) for cell in cells))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        widths = _shared(options.max_width, self._measured(console, options))
        if widths:
            yield self._table(widths)
        else:
            yield from self._below_each_other()

    def _measured(self, console: Console, options: ConsoleOptions) -> list[Measurement]:
        """For each column its longest word and its longest line."""
        columns = [[Text(header), *(row[number] for row in self.rows)] for number, header in enumerate(self.headers)]
        unbounded = options.update(max_width=100_000)
        measured = [[Measurement.get(console, unbounded, cell) for cell in column] for column in columns]
        return [Measurement(max(one.minimum for one in each), max(one.maximum for one in each)) for each in measured]

    def _table(self, widths: Sequence[int]) -> Table:
        table = Table(title=Text(self.title) if self.title else None, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
        for header, width in zip(self.headers, widths, strict=True):
            table.add_column(header, width=width)
        for row in self.rows:
            table.add_row(*row)
        table.caption = Text(self.caption) if self.caption else None
        return table

    def _below_each_other(self) -> Iterator[Text]:
        if self.title:
            yield Text(f"{self.title}\n", style="bold")
        for row in self.rows:
            for header, cell in zip(self.headers, row, strict=True):
                yield Text.assemble((f"{header}: ", "bold"), cell, overflow="fold")
            yield Text()
        if self.caption:
            yield Text(self.caption)


def _shared(room: int, columns: Sequence[Measurement]) -> list[int] | None:
    """How wide each column may be without breaking a word; None if that is not possible."""
    room -= BETWEEN * len(columns) + 1
    widths = [column.maximum for column in columns]
    if sum(column.minimum for column in columns) > room:
        return None
    while sum(widths) > room:
        slack = [width - column.minimum for width, column in zip(widths, columns, strict=True)]
        widest = max(range(len(widths)), key=lambda number: (slack[number] > 0, widths[number]))
        widths[widest] -= 1
    return widths
