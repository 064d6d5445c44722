"""The chain, drawn: each kind of agency a box, and an arrow where one tells another something."""

import math
from collections.abc import Callable, Iterable
from typing import NamedTuple

from markupsafe import Markup

from console.catalogue.entries import Pair
from contracts.words import AgencyKind

WIDTH, HEIGHT = 320, 440
BOX_WIDTH, BOX_HEIGHT = 104, 42
INWARDS = 0.35
"""How far from the middle a line bends: 1 is straight, 0 leads through the middle."""
LETTERS = 16
"""How many letters stand on a line of a box."""


class Point(NamedTuple):
    """A place in the drawing."""

    x: float
    y: float


def drawing(
    base: Iterable[Pair], bold: Iterable[Pair], inside: Iterable[AgencyKind], name: Callable[[str], str], title: str
) -> Markup:
    """The drawing as SVG.

    Args:
        base: Who tells whom something.
        bold: Those that it is about now; drawn over the others.
        inside: Kinds within which it stays.
        name: What a kind is called.
        title: What a reader is told who does not see it.
    """
    places = _places(tuple(AgencyKind))
    told, thick = frozenset(base), frozenset(bold)
    strong = {kind for pair in thick for kind in pair} | set(inside)
    parts = [Markup('<svg class="chain" viewBox="0 0 {} {}" role="img" aria-label="{}">').format(WIDTH, HEIGHT, title), _HEADS]
    parts += [_arrow(places, pair, told, "faint" if thick or strong else "bold") for pair in sorted(_once(told))]
    parts += [_arrow(places, pair, thick, "bold") for pair in sorted(_once(thick))]
    parts += [_box(places[kind], name(kind), marked=kind in strong) for kind in AgencyKind]
    return Markup("\n").join([*parts, Markup("</svg>")])


_HEADS = Markup(
    '<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto-start-reverse">'
    '<path d="M0 0 10 5 0 10z"/></marker></defs>'
)
_BEGIN, _END = Markup(' marker-start="url(#head)"'), Markup(' marker-end="url(#head)"')


def _once(pairs: frozenset[Pair]) -> set[Pair]:
    """Each two kinds once, whoever of them tells."""
    order = list(AgencyKind)
    return {pair if order.index(pair[0]) < order.index(pair[1]) else (pair[1], pair[0]) for pair in pairs}


def _places(kinds: tuple[AgencyKind, ...]) -> dict[AgencyKind, Point]:
    """Around an oval."""
    x, y = (WIDTH - BOX_WIDTH) / 2 - 1, (HEIGHT - BOX_HEIGHT) / 2 - 1
    step = 2 * math.pi / len(kinds)
    return {
        kind: Point(WIDTH / 2 + x * math.sin(step * at), HEIGHT / 2 - y * math.cos(step * at)) for at, kind in enumerate(kinds)
    }


def _arrow(places: dict[AgencyKind, Point], pair: Pair, told: frozenset[Pair], style: str) -> Markup:
    """A line that bends inwards, so that it runs behind no box beside it."""
    one, other = places[pair[0]], places[pair[1]]
    bend = Point(_inwards(one.x, other.x, WIDTH / 2), _inwards(one.y, other.y, HEIGHT / 2))
    begin, end = _edge(one, bend), _edge(other, bend)
    heads = (_END if pair in told else Markup()) + (_BEGIN if pair[::-1] in told else Markup())
    way = Markup("M{:.1f} {:.1f}Q{:.1f} {:.1f} {:.1f} {:.1f}").format(*begin, *bend, *end)
    return Markup('<path class="{}" d="{}"{}/>').format(style, way, heads)


def _inwards(one: float, other: float, middle: float) -> float:
    return middle + INWARDS * ((one + other) / 2 - middle)


def _edge(box: Point, towards: Point) -> Point:
    """Where a line to somewhere leaves a box."""
    x, y = towards.x - box.x, towards.y - box.y
    across = (BOX_WIDTH / 2 + 2) / abs(x) if abs(x) > 0.01 else math.inf
    down = (BOX_HEIGHT / 2 + 2) / abs(y) if abs(y) > 0.01 else math.inf
    part = min(across, down)
    return Point(box.x + x * part, box.y + y * part)


def _box(at: Point, name: str, *, marked: bool) -> Markup:
    lines = _lines(name)
    top = at.y - (len(lines) - 1) * 7 + 4
    words = Markup().join(
        Markup('<text x="{:.1f}" y="{:.1f}">{}</text>').format(at.x, top + place * 14, line) for place, line in enumerate(lines)
    )
    frame = Markup('<rect x="{:.1f}" y="{:.1f}" width="{}" height="{}" rx="3"/>').format(
        at.x - BOX_WIDTH / 2, at.y - BOX_HEIGHT / 2, BOX_WIDTH, BOX_HEIGHT
    )
    return Markup('<g class="{}">{}{}</g>').format("box marked" if marked else "box", frame, words)


def _lines(name: str) -> list[str]:
    lines: list[str] = []
    for word in name.split():
        if lines and len(lines[-1]) + 1 + len(word) <= LETTERS:
            lines[-1] = f"{lines[-1]} {word}"
        else:
            lines.append(word)
    return lines
