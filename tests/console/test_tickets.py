"""What a person sends twice is decided once, and both get the same answer."""

import asyncio

import pytest

from console.files import Files, Found
from contracts.processing import Direction
from contracts.tickets import new_ticket
from tests.console.conftest import Reported
from tests.installed import Keten

OWNER = "coordinator-almere"


async def case_of(keten: Keten, reference: str) -> tuple[Files, Found]:
    files = Files(keten.here.installation)
    [case] = [file for file in await files.about(reference) if file.view.kind == "case"]
    return files, case


def test_a_double_click_is_one_decision_and_one_line_of_the_log(keten: Keten, reported: Reported) -> None:
    reference, ticket = reported(), new_ticket()
    asyncio.run(keten.here.staff.sees(OWNER, reference, "offered", "case"))

    async def twice() -> tuple[list[str], int, int]:
        files, shown = await case_of(keten, reference)
        answers = await asyncio.gather(*(files.decide(shown, "accept_case", {}, ticket) for _ in range(2)))
        _, now = await case_of(keten, reference)
        answers.append(await files.decide(now, "accept_case", {}, ticket))  # it is not possible any more, and was done
        lines = await keten.here.installation.processing_log(OWNER).about(reference)
        decided = [line for line in lines if line.direction is Direction.DECIDED]
        return answers, [line.what for line in now.view.story].count("accept_case"), len(decided)

    assert asyncio.run(twice()) == (["triage"] * 3, 1, 1)


def test_a_ticket_that_was_not_spent_gives_no_answer(keten: Keten, reported: Reported) -> None:
    reference = reported()
    asyncio.run(keten.here.staff.decide(OWNER, reference, "accept_case"))

    async def again(ticket: str) -> None:
        files, shown = await case_of(keten, reference)
        await files.decide(shown, "accept_case", {}, ticket)

    with pytest.raises(ValueError, match="accept_case is not possible now"):
        asyncio.run(again(new_ticket()))
    with pytest.raises(ValueError, match="32 hexadecimal digits"):
        asyncio.run(again("S. de Boer"))
