"""A file whose history does not replay goes on after a reset, and what people decided is done again by itself."""

from uuid import uuid4

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest

from console.files import Found
from contracts.agencies import read_directory
from tests.faults.town import COORDINATOR, SIGNAL, events_that_entered, to_consent
from tests.histories import history
from tests.installed import Here, Keten

FROM = "record_triage"


async def task_before(here: Here, file: Found, decision: str) -> int:
    """The workflow task that took a decision: everything from its end on is forgotten, and done again."""
    completed = 0
    async for event in history(here, file):
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
            completed = event.event_id
        accepted = event.workflow_execution_update_accepted_event_attributes.accepted_request
        if accepted.input.name == decision:
            return completed
    raise AssertionError(f"nobody decided {decision}")


async def refused(here: Here) -> list[str]:
    return [letter.event_id for agency in read_directory().agencies for letter in await here.dead(agency.slug)]


async def test_after_a_reset_decisions_are_done_again_and_the_case_goes_on(keten: Keten) -> None:
    here = keten.here
    before = await refused(here)
    reference = await here.staff.report("urk", SIGNAL, "signal-desk")
    await to_consent(here.staff, reference)
    [case] = [file for file in await here.at(COORDINATOR, reference) if file.view.kind == "case"]
    client = await here.installation.client(here.installation.directory.get(COORDINATOR))
    request = ResetWorkflowExecutionRequest(
        namespace=case.agency.namespace,
        workflow_execution=WorkflowExecution(workflow_id=case.handle.id),
        reason="its history does not replay",
        workflow_task_finish_event_id=await task_before(here, case, FROM),
        request_id=uuid4().hex,
    )
    await client.workflow_service.reset_workflow_execution(request)
    await here.staff.decide(COORDINATOR, reference, "conclude_case", outcome="no_help_wanted")
    await here.staff.sees("urk", reference, "closed", "report")
    files = {file.view.kind: file.view for file in await here.files.about(reference)}
    decided = [line.what for line in files["case"].story if line.who == COORDINATOR]
    assert decided[:4] == ["accept_case", "case_accepted", FROM, "record_intake"]
    assert [alarm for view in files.values() for alarm in view.alarms] == []
    entered = [event.name for event in await events_that_entered(here, reference)]
    assert entered.count("CaseConcluded") == 1
    assert await refused(here) == before
