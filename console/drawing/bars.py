"""Bars: how large numbers are beside each other."""

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

WIDTH, ROW, ROOM = 480, 50, 70
"""Of the drawing, of one bar with its label above it, and of the number at its end. The labels are readable on a phone."""

MOST = 24
"""Bars; what is beyond stands in the table beside."""


class Bar(NamedTuple):
    """One of them."""

    label: str
    number: int


def bars(key: str, title: str, described: str, drawn: Sequence[Bar]) -> Markup:
    """A drawing of bars in their order.

    Args:
        key: Tells it from others on the page.
        title: What it shows.
        described: The same in a sentence, for whoever does not see it.
        drawn: What is drawn.
    """
    shown = drawn[:MOST]
    longest = max((bar.number for bar in shown), default=0) or 1
    parts = [_bar(place, bar, longest) for place, bar in enumerate(shown)]
    head = Markup(
        '<svg role="img" aria-labelledby="{key}-title {key}-desc" viewBox="0 0 {width} {height}" width="100%" '
        'xmlns="http://www.w3.org/2000/svg" focusable="false">'
        '<title id="{key}-title">{title}</title><desc id="{key}-desc">{described}</desc>'
        '<g fill="currentColor" font-size="19">'
    ).format(key=key, width=WIDTH, height=ROW * max(len(shown), 1), title=title, described=described)
    return head + Markup("").join(parts) + Markup("</g></svg>")


def _bar(place: int, bar: Bar, longest: int) -> Markup:
    top, width = ROW * place, max(2, round((WIDTH - ROOM) * bar.number / longest))
    return Markup(
        '<text x="0" y="{label}">{words}</text><rect x="0" y="{begins}" width="{width}" height="15"></rect>'
        '<text x="{after}" y="{number_at}">{number}</text>'
    ).format(
        label=top + 18,
        words=bar.label,
        begins=top + 26,
        width=width,
        after=width + 8,
        number_at=top + 40,
        number=bar.number,
    )
