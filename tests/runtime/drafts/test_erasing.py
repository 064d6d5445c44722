"""An erasure reaches what people have begun: the rows of a case go, byte for byte, and nothing of any other."""

from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from contracts.reference import new_reference
from runtime.drafts.drafts import Drafts
from runtime.drafts.erasing import Begun
from runtime.drafts.sealing import Place
from runtime.drafts.taken import Taking
from runtime.migrations import Tables, upgrade

CASE, OTHER = new_reference(), new_reference()
MINE = Place("almere", "c-17", f"case-{CASE}", "record_intake")
KEEPING = MINE._replace(file=f"retention-{CASE}", command="keep_longer")
PLACES = (
    MINE,
    MINE._replace(file=f"registration-{CASE}"),
    MINE._replace(person="c-18"),
    MINE._replace(agency="urk"),
    MINE._replace(file=f"case-{OTHER}"),
    KEEPING,
)


async def begun(url: str) -> tuple[Drafts, Taking]:
    upgrade(url, Tables.SESSIONS)
    drafts, taking = Drafts(url), Taking(url)
    for place in PLACES:
        await drafts.keep(place, "t", f"sealed of {place.file}".encode())
        await taking.take(place.agency, place.file, place.person)
    return drafts, taking


async def left(drafts: Drafts, taking: Taking) -> tuple[set[Place], int]:
    there = {place for place in PLACES if await drafts.find(place)}
    files = {place.file for place in PLACES}
    return there, sum([len(await taking.of(agency, files)) for agency in ("almere", "urk")])


async def test_all_of_the_case_at_the_agency_goes(url: str) -> None:
    drafts, taking = await begun(url)
    for _ in range(2):
        await Begun(url, "almere").forget(CASE)
    assert await left(drafts, taking) == ({*PLACES[3:]}, 3)


async def test_what_was_begun_with_erased_cases_goes_when_it_is_swept(url: str) -> None:
    drafts, taking = await begun(url)
    await Begun(url, "almere").forget_erased({new_reference()})
    assert await left(drafts, taking) == ({*PLACES}, 5)
    await Begun(url, "almere").forget_erased({CASE, new_reference()})
    assert await left(drafts, taking) == ({*PLACES[3:]}, 3)


async def test_no_byte_of_it_stays_in_the_file(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/console.db"
    await begun(url)
    mine = MINE.file.encode()
    assert mine in stored(tmp_path)
    for agency in ("almere", "urk"):
        await Begun(url, agency).forget(CASE)
    assert mine not in stored(tmp_path)
    assert KEEPING.file.encode() in stored(tmp_path), "it is about keeping, and outlives the case"
    assert f"case-{OTHER}".encode() in stored(tmp_path), "control"


def stored(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("console.db*"))


async def test_where_there_is_no_console_nothing_is_made_and_nothing_fails(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/console.db"
    await Begun(url, "almere").forget(CASE)
    assert not [*tmp_path.iterdir()]


async def test_a_console_of_an_older_version_has_nothing_begun(url: str) -> None:
    upgrade(url, Tables.SESSIONS, "0002")
    await Begun(url, "almere").forget(CASE)


async def test_a_database_that_does_not_answer_is_no_erasure() -> None:
    with pytest.raises(OperationalError):
        await Begun("postgresql+psycopg://keten@127.0.0.1:1/none", "almere").forget(CASE)
