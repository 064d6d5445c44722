import asyncio
from typing import Any, cast

import pytest

from console.file_names import names_at
from console.lists import Lists
from console.web.looking import NoAnswer, look, within_patience
from contracts.agencies import read_directory
from tests.console.web import doubles
from tests.console.web.doubles import CASE, OWNER, REFERENCE, a_case, a_row

AGENCY = read_directory().get(OWNER)


async def test_what_takes_long_goes_on_and_nobody_waits_for_it() -> None:
    went_on = asyncio.Event()

    async def slow() -> None:
        await asyncio.sleep(2.5)
        went_on.set()
        raise ConnectionError("which nobody hears")

    with pytest.raises(NoAnswer):
        await within_patience(slow())
    await asyncio.wait_for(went_on.wait(), 30)


async def test_an_answer_is_given_on_and_a_fault_too() -> None:
    async def answers() -> str:
        return "an answer"

    async def fails() -> str:
        raise ConnectionError("a fault")

    assert await within_patience(answers()) == "an answer"
    with pytest.raises(ConnectionError):
        await within_patience(fails())


async def test_where_nothing_is_known_a_fault_is_not_taken_for_nothing() -> None:
    files, lists = doubles.Files(away=True), doubles.Lists()
    with pytest.raises(NoAnswer):
        await look(files, lists, AGENCY, REFERENCE)
    lists.rows = [a_row()]
    assert [row.name for row in (await look(files, lists, AGENCY, REFERENCE)).silent] == [CASE]


async def test_what_cannot_be_written_down_is_not_taken_for_silence() -> None:
    files, lists = doubles.Files(views={CASE: a_case()}, closed={CASE}), doubles.Lists(rows=[a_row()])
    with pytest.raises(doubles.Closed):
        await look(files, lists, AGENCY, REFERENCE)


async def test_one_that_the_list_does_not_know_yet_and_is_silent_does_not_vanish() -> None:
    other = next(name for name in names_at(AGENCY, REFERENCE) if name != CASE)
    files = doubles.Files(views={CASE: a_case()}, silent={other})
    looked = await look(files, doubles.Lists(), AGENCY, REFERENCE)
    assert ([seen.name for seen in looked.seen], looked.silent, looked.unlisted) == ([CASE], [], 1)


async def test_a_file_that_the_list_does_not_show_yet_is_found_by_name() -> None:
    files = doubles.Files(views={CASE: a_case()})
    assert [seen.name for seen in (await look(files, doubles.Lists(), AGENCY, REFERENCE)).seen] == [CASE]


@pytest.mark.parametrize("reference", ["", "imagined", "k' OR KetenCase != 'x", REFERENCE.upper()])
async def test_no_list_is_asked_for_what_is_no_reference(reference: str) -> None:
    nobody = cast("Any", None)
    with pytest.raises(ValueError, match="no reference"):
        await Lists(nobody, cast("Any", object())).of_case(reference)
