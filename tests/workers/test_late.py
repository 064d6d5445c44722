"""What comes when its file has ended: what was taken is nothing new, and what cannot be of its line is refused as ever."""

from typing import Any

from temporalio.client import WorkflowExecutionStatus

from contracts.events.deliveries import DeliveryRefused
from contracts.events.registrations import RegistrationRequested
from contracts.events.signals import SignalStatusChanged
from contracts.reference import new_reference
from tests.installed import Here, Keten, eventually
from tests.workers.test_office import COORDINATOR, DESK, REGISTRATION, REGISTRY, line_of_reports, put_reports

REPORTER = "urk"


def refusal(here: Here, case: str) -> dict[str, Any]:
    """The desk says that it could not take what the reporter sent."""
    said = {"event_id": "5eed5eed", "event_type": "nl.keten.signals.reported.v1", "system": "report", "code": "case_closed"}
    return here.event(DESK, DeliveryRefused, said | {"reason": "an example"}, caseref=case)


def alarms(keten: Keten, case: str) -> list[str]:
    return [line["words"] for line in keten.logged("alarm_raised", agency=REPORTER, reference=case)]


async def alarmed(keten: Keten, case: str, times: int) -> None:
    async def told() -> bool:
        return len(alarms(keten, case)) == times

    await eventually(told)


async def ended(here: Here, slug: str, case: str, kind: str) -> None:
    """Also its last letters have left, and Temporal knows that it is over."""
    await here.staff.sees(slug, case, "closed", kind)
    client = await here.installation.client(here.installation.directory.get(slug))

    async def over() -> bool:
        return (await client.get_workflow_handle(f"{kind}-{case}").describe()).status is WorkflowExecutionStatus.COMPLETED

    await eventually(over)


async def test_a_refusal_that_comes_again_when_its_file_has_ended_is_no_second_alarm(keten: Keten) -> None:
    here, case = keten.here, new_reference()
    received, closed = line_of_reports(here, case, "with_desk", "closed")
    known, new = refusal(here, case), refusal(here, case)
    await put_reports(here, received)
    await here.put(DESK, REPORTER, DeliveryRefused, known)
    await alarmed(keten, case, 1)
    await put_reports(here, closed)
    await ended(here, REPORTER, case, "report")
    await here.put(DESK, REPORTER, DeliveryRefused, known)
    await here.taken(REPORTER)
    assert len(alarms(keten, case)) == 1
    await here.put(DESK, REPORTER, DeliveryRefused, new)
    await alarmed(keten, case, 2)
    assert alarms(keten, case)[1] == f"{DESK} refused what a file sent that has ended since", "the control: it never heard that"


async def test_what_opened_a_file_is_not_refused_when_it_comes_again_after_the_end(keten: Keten) -> None:
    here = keten.here
    body = here.event(COORDINATOR, RegistrationRequested, REGISTRATION)
    await here.put(COORDINATOR, REGISTRY, RegistrationRequested, body)
    await here.staff.decide(REGISTRY, body["caseref"], "close_registration")
    await ended(here, REGISTRY, body["caseref"], "registration")
    await here.put(COORDINATOR, REGISTRY, RegistrationRequested, body)
    await here.taken(REGISTRY)
    assert body["id"] not in {letter.event_id for letter in await here.dead(REGISTRY)}


async def test_what_comes_late_and_does_not_follow_is_refused_and_what_does_is_noted(keten: Keten) -> None:
    here, case = keten.here, new_reference()
    received, closed, later = line_of_reports(here, case, "with_desk", "closed", "with_aid")
    await put_reports(here, received, closed)
    await ended(here, REPORTER, case, "report")
    before = len(keten.logged("late_event_noted", agency=REPORTER))
    false = later | {"id": "f" * 32, "previous": "0" * 64}
    instead = here.next(received, SignalStatusChanged, {"status": "with_desk"})
    for body, code in ((false, "chain_broken"), (instead, "sequence_reused")):
        end = await here.refused(DESK, REPORTER, SignalStatusChanged, body)
        assert (end.letter.code, end.answer.code) == (code, code)
    assert len(keten.logged("late_event_noted", agency=REPORTER)) == before
    await put_reports(here, later)
    await here.taken(REPORTER)
    assert later["id"] not in {letter.event_id for letter in await here.dead(REPORTER)}
    assert len(keten.logged("late_event_noted", agency=REPORTER)) > before


async def test_a_person_can_have_what_was_refused_noted(keten: Keten) -> None:
    here, case = keten.here, new_reference()
    received, closed, later = line_of_reports(here, case, "with_desk", "closed", "with_aid")
    await put_reports(here, received, closed)
    await ended(here, REPORTER, case, "report")
    end = await here.refused(DESK, REPORTER, SignalStatusChanged, later | {"previous": "0" * 64})
    await here.replay(REPORTER, end.letter.seq)
    await here.taken(REPORTER)
    assert later["id"] not in {letter.event_id for letter in await here.dead(REPORTER)}
