from pathlib import Path

from console.web.given_answers import GivenAnswers
from runtime.migrations import Tables, upgrade
from runtime.sessions.sessions import Sessions


async def test_an_answer_was_given_only_to_its_session_for_its_file_and_decision(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/console.db"
    upgrade(url, Tables.SESSIONS)
    tickets, sessions = GivenAnswers(url), Sessions(url)
    one, other = [await sessions.find(await sessions.begin(person, "almere")) for person in ("c-17", "c-18")]
    assert one
    assert other
    ticket = await tickets.make(one.id, "case-1", "accept_case")
    assert not await tickets.gave(one.id, "case-1", "accept_case", "triage")
    await tickets.answered(ticket, "triage")
    assert await tickets.gave(one.id, "case-1", "accept_case", "triage")
    for asked in (
        (other.id, "case-1", "accept_case", "triage"),
        (one.id, "case-2", "accept_case", "triage"),
        (one.id, "case-1", "decline_case", "triage"),
        (one.id, "case-1", "accept_case", "closed"),
    ):
        assert not await tickets.gave(*asked)
