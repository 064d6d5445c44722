"""The way from a case to what was observed in it: one for each case, random, and gone with the case, also from the disk."""

from pathlib import Path

import pytest

from contracts.reference import new_reference
from runtime.keys.links import Links
from runtime.migrations import Tables, upgrade
from tests.runtime.conftest import postgres_address, url

__all__ = ["postgres_address", "url"]


@pytest.fixture
def links(url: str) -> Links:
    upgrade(url, Tables.CASE_KEYS)
    return Links(url)


async def test_a_case_has_one_and_it_leads_back(links: Links) -> None:
    case, other = new_reference(), new_reference()
    assert await links.of(case) is None
    made = await links.made(case)
    assert await links.made(case) == made == await links.of(case)
    assert await links.case_of(made) == case
    assert made not in {case, await links.made(other)}


async def test_what_was_erased_leads_nowhere_in_either_direction_and_another_stays(links: Links) -> None:
    case, other = new_reference(), new_reference()
    made, stays = await links.made(case), await links.made(other)
    await links.forget(case)
    await links.forget(case)
    assert (await links.case_of(made), await links.of(case)) == (None, None)
    assert await links.case_of(stays) == other


async def test_nothing_of_it_stays_on_the_disk(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/keys.db"
    upgrade(address, Tables.CASE_KEYS)
    links, case = Links(address), new_reference()
    made = await links.made(case)

    def on_disk() -> set[str]:
        return {word for word in (case, made) for path in tmp_path.iterdir() if word.encode() in path.read_bytes()}

    assert on_disk() == {case, made}, "the control: it stood there"
    await links.forget(case)
    assert on_disk() == set()
