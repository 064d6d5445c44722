from pathlib import Path

import pytest

from console.web.given_answers import GivenAnswers
from runtime.migrations import Tables, upgrade
from runtime.sessions.sessions import Session, Sessions

ASKED = ("case-1", "accept_case")


@pytest.fixture
def url(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path}/console.db"
    upgrade(url, Tables.SESSIONS)
    return url


async def begun(url: str, person: str = "c-17") -> Session:
    sessions = Sessions(url)
    session = await sessions.find(await sessions.begin(person, "almere"))
    assert session
    return session


async def test_an_answer_was_given_only_to_its_session_for_its_file_and_decision(url: str) -> None:
    tickets, one, other = GivenAnswers(url), await begun(url), await begun(url, "c-18")
    ticket = await tickets.make(one.id, *ASKED)
    await tickets.spend(one.id, ticket, *ASKED)
    assert not tickets.gave(one.id, *ASKED, "triage")
    await tickets.answered(ticket, "triage")
    assert tickets.gave(one.id, *ASKED, "triage")
    for asked in (
        (other.id, "case-1", "accept_case", "triage"),
        (one.id, "case-2", "accept_case", "triage"),
        (one.id, "case-1", "decline_case", "triage"),
        (one.id, "case-1", "accept_case", "closed"),
    ):
        assert not tickets.gave(*asked)


async def test_what_was_answered_before_this_process_is_known_when_it_is_sent_again(url: str) -> None:
    before, after, one = GivenAnswers(url), GivenAnswers(url), await begun(url)
    ticket = await before.make(one.id, *ASKED)
    await before.spend(one.id, ticket, *ASKED)
    await before.answered(ticket, "triage")
    assert not after.gave(one.id, *ASKED, "triage")
    assert (await after.spend(one.id, ticket, *ASKED)).answer == "triage"
    assert after.gave(one.id, *ASKED, "triage")


async def test_not_more_is_remembered_than_there_is_room_for(url: str) -> None:
    tickets, one = GivenAnswers(url, most=2), await begun(url)
    for number in range(3):
        ticket = await tickets.make(one.id, f"case-{number}", "accept_case")
        await tickets.spend(one.id, ticket, f"case-{number}", "accept_case")
        await tickets.answered(ticket, "triage")
    assert [tickets.gave(one.id, f"case-{number}", "accept_case", "triage") for number in range(3)] == [False, True, True]
