"""Every municipality has a place of its own on the map, and each province is one piece of it."""

from datetime import date
from pathlib import Path

import pytest

from console.drawing.tiles import EDGES, borders, size, tiles
from contracts.agencies import read_directory
from contracts.places import Atlas

DAY = date(2026, 1, 1)
ATLAS = Atlas(read_directory())
ISLANDS = {"GM0093", "GM0096"}
"""Terschelling and Vlieland touch nothing, on the map as in the sea."""
PROVINCES = {code: ATLAS.municipality(code, DAY).province for code in ATLAS.codes(DAY)}


def test_every_municipality_has_one_tile_and_none_shares_it() -> None:
    assert len(tiles()) == 342
    assert {tile.code for tile in tiles()} == set(ATLAS.codes(DAY))
    assert len({(tile.column, tile.row) for tile in tiles()}) == 342


@pytest.mark.parametrize("rows", ["GM0014,1,1\nGM0034,1,1\n", "GM0014,1,1\nGM0014,2,1\n"])
def test_a_table_in_which_two_share_a_place_or_a_code_is_refused(tmp_path: Path, rows: str) -> None:
    table = tmp_path / "tiles.csv"
    table.write_text("code,column,row\n" + rows)
    with pytest.raises(ValueError, match="two tiles"):
        tiles(table)


@pytest.mark.parametrize("province", sorted(set(PROVINCES.values())))
def test_a_province_is_one_piece(province: str) -> None:
    left = {(t.column, t.row) for t in tiles() if PROVINCES[t.code] == province and t.code not in ISLANDS}
    reached = [left.pop()]
    for column, row in reached:
        beside = {(column + right, row + down) for right, down, *_ in EDGES} & left
        reached += beside
        left -= beside
    assert not left


@pytest.mark.parametrize(
    ("one", "is_so", "other"),
    [
        ("GM0014", "north", "GM0935"),  # Groningen, Maastricht
        ("GM0718", "west", "GM0153"),  # Vlissingen, Enschede
        ("GM0518", "west", "GM0202"),  # The Hague, Arnhem
        ("GM0363", "north", "GM0599"),  # Amsterdam, Rotterdam
        ("GM0080", "west", "GM0014"),  # Leeuwarden, Groningen
        ("GM0448", "north", "GM0400"),  # Texel, Den Helder
    ],
)
def test_the_country_can_be_recognised(one: str, is_so: str, other: str) -> None:
    by_code = {tile.code: tile for tile in tiles()}
    axis = "row" if is_so == "north" else "column"
    assert getattr(by_code[one], axis) < getattr(by_code[other], axis)


def test_a_border_is_drawn_where_areas_meet_and_where_they_end(tmp_path: Path) -> None:
    table = tmp_path / "tiles.csv"
    table.write_text("code,column,row\nA,0,0\nB,1,0\nC,2,0\n")
    of = tiles(table)
    assert size(of) == (30, 10)
    drawn = borders(of, {"A": "one", "B": "one", "C": "two"})
    assert drawn.count("M20 0v10") == 1, "between B and C"
    assert "M10 0v10" not in drawn, "A and B belong together"
    assert drawn.count("M") == 8 + 1, "around all three, and one between"
