"""Places in a list that a browser brings: each is read, or refused in words; none goes beyond what time can say."""

import pytest

from console.order import BY_DEADLINE, BY_DELAY, BY_TURN, FIRST, LAST, SECOND, Order, Place, Window


@pytest.mark.parametrize("order", [BY_DEADLINE, BY_DELAY, BY_TURN])
@pytest.mark.parametrize(
    "moment",
    ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+00:01", "0001-01-01", "10000-01-01T00:00Z"],
)
def test_a_place_before_or_after_all_years_is_none(order: Order, moment: str) -> None:
    for part in order.parts:
        with pytest.raises(ValueError, match="is no place in this list"):
            order.read(f"{part.name}:{moment}/almere/case-1")


@pytest.mark.parametrize("number", range(len(BY_TURN.parts)))
def test_where_a_part_begins_and_ends_is_a_place(number: int) -> None:
    """A row that does not say where it stands is placed there, and the next page begins after it."""
    part = BY_TURN.parts[number]
    for end in (FIRST, LAST):
        at = (-end if part.newest_first else end) * SECOND
        place = BY_TURN.read(BY_TURN.written(Place(number, at, "~", "case-1")))
        assert place.at == at
        assert part.within(Window(part.second(place.at)))
        assert part.within(Window(None, part.second(place.at)))


BOTH = Window(100, 200)


@pytest.mark.parametrize("order", [BY_DEADLINE, BY_DELAY, BY_TURN])
def test_a_way_bounds_one_moment_and_nothing_beside_it_so_an_index_finds_its_rows(order: Order) -> None:
    for part in order.parts:
        ways = part.within(BOTH)
        assert len(ways) == len(part.held)
        for way, held in zip(ways, part.held, strict=True):
            assert [one.split()[:2] for one in way if " IS " not in one] == [[held, ">="], [held, "<"]]
            assert not any(" OR " in one for one in way)


def test_no_row_is_of_two_ways() -> None:
    assert [[one for one in way if " IS " in one] for way in BY_TURN.parts[0].within(BOTH)] == [[], ["KetenDue IS NULL"]]


def test_the_whole_of_a_part_is_one_way() -> None:
    assert [part.within(Window()) for part in BY_TURN.parts] == [[[part.only]] for part in BY_TURN.parts]
