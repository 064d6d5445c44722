"""A map of equal tiles: one for each municipality, so that a small one is seen as well as a large one.

``tiles.csv`` has a column and a row for each of the 342 municipalities of 2026. It was reckoned once: the coordinates of the
largest place of each (GeoNames, geonames.org, CC BY 4.0; of some twenty by hand) were pushed apart until none lay on another,
assigned to the squares of a grid, and exchanged (simulated annealing) until each province was one piece, but for Terschelling
and Vlieland. From then on it is kept by hand.
"""

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

TABLE = Path(__file__).with_name("tiles.csv")
SIDE = 10
"""Of a square, in the units of the drawing."""
EDGES = ((0, -1, "h", 0, 0), (1, 0, "v", 1, 0), (0, 1, "h", 0, 1), (-1, 0, "v", 0, 0))
"""To each neighbour: where it lies, and how the edge towards it is drawn, from which corner."""


class Tile(NamedTuple):
    """The square of a municipality.

    Attributes:
        code: Its CBS code.
        column: From the west.
        row: From the north.
    """

    code: str
    column: int
    row: int

    @property
    def x(self) -> int:
        """Its western edge."""
        return self.column * SIDE

    @property
    def y(self) -> int:
        """Its northern edge."""
        return self.row * SIDE


@cache
def tiles(table: Path = TABLE) -> tuple[Tile, ...]:
    """Every tile, by code.

    Raises:
        ValueError: Two have the same place, or the same code.
    """
    with table.open(encoding="utf-8", newline="") as file:
        found = tuple(Tile(row["code"], int(row["column"]), int(row["row"])) for row in csv.DictReader(file))
    places = {(tile.column, tile.row) for tile in found}
    if not len(found) == len(places) == len({tile.code for tile in found}):
        raise ValueError(f"{table.name}: two tiles have the same code or the same place")
    return found


def size(of: tuple[Tile, ...]) -> tuple[int, int]:
    """How wide and how high a drawing of tiles is."""
    return (1 + max(tile.column for tile in of)) * SIDE, (1 + max(tile.row for tile in of)) * SIDE


def borders(of: tuple[Tile, ...], areas: Mapping[str, str]) -> str:
    """The edges at which areas meet, or end, as the path of a drawing.

    Args:
        of: The tiles.
        areas: For each code the area that it belongs to.
    """
    by_place = {(tile.column, tile.row): areas[tile.code] for tile in of}
    lines: list[str] = []
    for tile in of:
        for right, down, way, corner_x, corner_y in EDGES:
            other = by_place.get((tile.column + right, tile.row + down))
            first = other is None or (other != areas[tile.code] and (right, down) > (0, 0))
            if first:  # an edge between two is drawn once
                lines.append(f"M{tile.x + corner_x * SIDE} {tile.y + corner_y * SIDE}{way}{SIDE}")
    return "".join(lines)
