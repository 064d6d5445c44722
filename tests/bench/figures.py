"""What was measured, as a table, as a page and as a picture."""

from collections.abc import Iterable, Sequence
from html import escape
from statistics import median
from typing import NamedTuple

from rich.table import Table

from tests.bench.counts import Counts

HERE = "<!-- what `make bench` wrote: everything below -->"
"""Where the figures begin on the page."""
COLUMNS = ("what", "unit", "Keten", "bare", "times")
ROW, LEFT, WIDTH, RIGHT = 26, 330, 420, 170
"""Pixels of the picture."""


class Measured(NamedTuple):
    """One figure of both sides, per round; a part that only Keten has stands alone."""

    what: str
    unit: str
    keten: tuple[float, ...]
    bare: tuple[float, ...] = ()
    more_is_better: bool = False

    @property
    def times(self) -> list[float]:
        """How many times what bare needs Keten needs, per round."""
        pairs = zip(self.keten, self.bare, strict=False)
        return [bare / keten if self.more_is_better else keten / bare for keten, bare in pairs if keten and bare]

    @property
    def row(self) -> tuple[str, ...]:
        """In words."""
        return self.what, self.unit, spread(self.keten), spread(self.bare), spread(self.times)


class Results(NamedTuple):
    """Everything that one run found."""

    measured: Sequence[Measured]
    keten: Counts
    bare: Counts
    circumstances: dict[str, str]


def spread(values: Sequence[float]) -> str:
    """Median and range."""
    if not values:
        return ""
    middle = _short(median(values))
    return middle if len(values) == 1 else f"{middle} ({_short(min(values))} to {_short(max(values))})"


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def tables(results: Results) -> list[Table]:
    """For a terminal."""
    measured = Table(*COLUMNS, title="median (range) over rounds; times: how often Keten needs what bare needs")
    for figure in results.measured:
        measured.add_row(*figure.row)
    counts = Table("per case", "Keten", "bare", title="what a case consists of")
    for row in _counts(results):
        counts.add_row(*row)
    return [measured, counts]


def page(before: str, results: Results) -> str:
    """The page with the figures of this run in the place of those of the last one.

    Raises:
        ValueError: The page does not say where they begin.
    """
    prose, found, _ = before.partition(HERE)
    if not found:
        raise ValueError(f"the page has no line {HERE}")
    circumstances = [f"- {name}: {value}" for name, value in results.circumstances.items()]
    measured = _markdown(COLUMNS, (figure.row for figure in results.measured))
    counts = _markdown(("per case", "Keten", "bare"), _counts(results))
    parts = (
        ["## Where and how", *circumstances],
        ["## Figures", "", *measured],
        ["![times](times.svg)"],
        ["## A case", "", *counts],
    )
    return f"{prose}{HERE}\n\n" + "\n\n".join("\n".join(lines) for lines in parts) + "\n"


def picture(measured: Iterable[Measured]) -> str:
    """Bars of how many times what bare needs Keten needs, with the range over rounds, as SVG."""
    bars = [figure for figure in measured if figure.times]
    longest = max((max(bar.times) for bar in bars), default=1.0)
    height = ROW * (len(bars) + 2)
    drawn = [f'<rect width="{LEFT + WIDTH + RIGHT}" height="{height}" fill="white"/>']
    drawn.append(_text(10, ROW * 0.8, "how many times what the smallest Temporal program needs"))
    for number, bar in enumerate(bars, start=1):
        top, times = ROW * number + 8, bar.times
        middle, low, high = (LEFT + WIDTH * value / longest for value in (median(times), min(times), max(times)))
        drawn.append(_text(10, top + 13, bar.what))
        drawn.append(f'<rect x="{LEFT}" y="{top}" width="{middle - LEFT:.1f}" height="{ROW - 8}" fill="#2b6cb0"/>')
        line = top + (ROW - 8) / 2
        drawn.append(f'<path d="M{low:.1f} {line}H{high:.1f}" stroke="#111" stroke-width="2"/>')
        drawn.append(_text(high + 8, top + 13, spread(times)))
    one = LEFT + WIDTH / longest
    drawn.append(f'<path d="M{one:.1f} {ROW}V{height - ROW}" stroke="#c53030" stroke-dasharray="3"/>')
    drawn.append(_text(one, height - 8, "as bare"))
    size = f'width="{LEFT + WIDTH + RIGHT}" height="{height}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="12">{"".join(drawn)}</svg>\n'


def _text(x: float, y: float, words: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}">{escape(words)}</text>'


def _counts(results: Results) -> list[tuple[str, str, str]]:
    pairs = zip(Counts._fields, results.keten, results.bare, strict=True)
    return [(name.replace("_", " "), f"{keten:,}", f"{bare:,}") for name, keten, bare in pairs]


def _markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]
