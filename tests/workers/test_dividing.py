"""Offices are divided among processes by what their kind has to do, always in the same way."""

import pytest

from contracts.agencies import Directory
from contracts.words import AgencyKind
from workers.dividing import AT_LEAST, CACHED, SHARED, USUAL, WORK, cached, divided, serving, work_of


def test_the_busiest_are_kept_apart_and_no_process_has_much_more_to_do(directory: Directory) -> None:
    shares = divided(directory.agencies, 2)
    assert [[agency.slug for agency in share] for share in shares] == [
        ["signal-desk", "coordinator-almere", "police-midden-nederland", "urk", "cosm-shelter", "ambulatory-help", "nidos"],
        [
            "comensha",
            "coordinator-zwolle",
            "almere",
            "lelystad",
            "riec-midden-nederland",
            "womens-shelter",
            "police-unit-midden-nederland",
            "veilig-thuis-flevoland",
            "flevoland",
        ],
    ]
    assert [work_of(share) for share in shares] == [25, 25]


@pytest.mark.parametrize(("processes", "shares"), [(1, 1), (3, 3), (16, 16), (64, 16)])
def test_every_office_is_in_one_process(directory: Directory, processes: int, shares: int) -> None:
    found = divided(directory.agencies, processes)
    assert len(found) == shares
    assert all(found)
    placed = sorted(agency.slug for share in found for agency in share)
    assert placed == sorted(agency.slug for agency in directory.agencies)


def test_one_process_for_two_cores_until_the_busiest_has_one_for_itself(directory: Directory) -> None:
    assert [serving(directory.agencies, cores) for cores in (1, 2, 3, 4, 8, 10, 64)] == [1, 1, 1, 2, 4, 5, 6]


def test_memory_is_divided_and_everybody_has_some(directory: Directory) -> None:
    alone = (directory.desk,)
    assert cached(directory.desk, alone) == CACHED
    together = {agency.slug: cached(agency, directory.agencies) for agency in directory.agencies}
    assert (together["signal-desk"], together["urk"], together["flevoland"]) == (64, AT_LEAST, AT_LEAST)
    assert sum(together.values()) <= SHARED + len(together) * AT_LEAST


def test_a_kind_that_is_new_needs_no_figure(directory: Directory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(WORK, AgencyKind.OVERSIGHT)
    assert work_of([directory.get("flevoland")]) == USUAL
    assert sum(map(len, divided(directory.agencies, 2))) == len(directory.agencies)
