"""A decision that is sent twice with one ticket is one decision, also when the server has forgotten the ids of updates."""

import asyncio
from dataclasses import replace

import pytest
from temporalio.client import WorkflowUpdateFailedError

from contracts.commands import AcceptCase, OfferHelp, RecordTriage
from contracts.tickets import is_ticket, new_ticket
from contracts.words import Finding
from tests.workflows import paged
from tests.workflows.conftest import Staged
from tests.workflows.stage import Stage
from tests.workflows.ways import COSM, NEED, PLANNING, WAYS, walk
from workflows.engine.tickets import REMEMBERED_TICKETS, Decided, decided_with, remember

OFFER = OfferHelp(need=NEED, organisations=(COSM,))
OFFERED = WAYS["Case", "offered"]


async def offers(file: Stage) -> int:
    return [line.what for line in (await file.view()).story].count("offer_help")


def test_a_ticket_is_random_and_has_one_form() -> None:
    tickets = {new_ticket() for _ in range(100)}
    assert len(tickets) == 100
    assert all(map(is_ticket, tickets))
    for other in ("", "offer", "A" * 32, f"{new_ticket()}0", f"{new_ticket()}\n", "c56a4180-65aa-42ec-a945-5fd21dec0538"):
        assert not is_ticket(other)


async def test_a_double_click_offers_help_once(stage: Staged) -> None:
    case, ticket = await walk(stage, PLANNING), new_ticket()
    assert [await case.decide(OFFER, ticket) for _ in range(2)] == ["in_care", "in_care"]
    assert await offers(case) == 1


async def test_the_control_without_a_ticket_it_offers_help_twice(stage: Staged) -> None:
    case = await walk(stage, PLANNING)
    for _ in range(2):
        await case.decide(OFFER)
    assert await offers(case) == 2


async def test_ten_at_once_offer_help_once(stage: Staged) -> None:
    case, ticket = await walk(stage, PLANNING), new_ticket()
    assert set(await asyncio.gather(*(case.decide(OFFER, ticket) for _ in range(10)))) == {"in_care"}
    assert await offers(case) == 1


@pytest.mark.parametrize(("kind", "times"), [(paged.PagedCase, 1), (paged.CaseThatForgetsTickets, 2)])
async def test_on_a_new_page_a_ticket_has_the_answer_that_it_had(stage: Staged, kind: type[paged.PagedCase], times: int) -> None:
    """The control forgets them with the page."""
    case, ticket = await walk(stage, replace(PLANNING, process=kind)), new_ticket()
    before = len(await case.runs())
    assert await case.decide(OFFER, ticket) == "in_care"
    await case.settle()
    assert len(await case.runs()) > before, "the page did not turn"
    assert await case.decide(OFFER, ticket) == "in_care"
    await case.settle()
    assert await offers(case) == times


async def test_the_answer_stays_that_of_its_time(stage: Staged) -> None:
    case, ticket = await walk(stage, replace(OFFERED, process=paged.PagedCase)), new_ticket()
    assert await case.decide(AcceptCase(), ticket) == "triage"
    await case.settle()
    await case.decide(RecordTriage(finding=Finding.PRESUMED_VICTIM))
    await case.settle()
    assert await case.decide(AcceptCase(), ticket) == "triage"
    assert await case.phase() == "intake"
    assert await case.handle.query("decided", args=[ticket, "accept_case"]) == "triage"
    assert await case.handle.query("decided", args=[ticket, "decline_case"]) == ""
    assert await case.handle.query("decided", args=[new_ticket(), "accept_case"]) == ""


async def test_a_ticket_is_for_one_decision(stage: Staged) -> None:
    case, ticket = await walk(stage, replace(OFFERED, process=paged.PagedCase)), new_ticket()
    await case.decide(AcceptCase(), ticket)
    await case.settle()
    assert "used for another decision" in await case.refused(RecordTriage(finding=Finding.UNCLEAR), ticket)
    assert await case.phase() == "triage"


async def test_what_was_refused_can_be_decided_with_its_ticket_when_it_is_possible(stage: Staged) -> None:
    case, ticket = await walk(stage, OFFERED), new_ticket()
    triage = RecordTriage(finding=Finding.PRESUMED_VICTIM)
    with pytest.raises(WorkflowUpdateFailedError):
        await case.decide(triage, ticket)
    await case.decide(AcceptCase())
    assert await case.decide(triage, ticket) == "intake"


async def test_a_file_that_has_ended_still_says_what_was_decided(stage: Staged) -> None:
    case, ticket = await walk(stage, WAYS["Case", "triage"]), new_ticket()
    await case.decide(RecordTriage(finding=Finding.NO_VICTIM), ticket)
    await case.handle.result()
    assert await case.handle.query("decided", args=[ticket, "record_triage"]) == "closing"


def test_the_last_fifty_are_remembered() -> None:
    tickets, kept = [new_ticket() for _ in range(REMEMBERED_TICKETS + 1)], dict[str, Decided]()
    for ticket in tickets:
        remember(kept, ticket, Decided(command="offer_help", phase="in_care"))
    assert list(kept) == tickets[1:]
    assert decided_with(kept, tickets[0]) is None
    assert decided_with(kept, tickets[1]) is not None
    remember(kept, None, Decided(command="offer_help", phase="in_care"))
    assert len(kept) == REMEMBERED_TICKETS == 50
