"""Files that stand still because their workflow task fails at every try: the server marks them, and one question lists them."""

from collections.abc import Mapping
from typing import Any

from temporalio.client import Client

from contracts.text import Model

FAILURES_SETTING = "system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute"
FAILURES = 2
"""After so many failures in a row the server marks a workflow: ten seconds here; its own default takes most of a minute."""

FAILING = "TemporalReportedProblems = 'category=WorkflowTaskFailed' AND ExecutionStatus = 'Running'"
"""As a list filter."""

REMEDY = "its workflow fails at every try: see the office's log and Temporal's UI; a repaired version goes on by itself"
"""What a person does about it, in a few words."""


class FailingFile(Model):
    """One of them.

    Attributes:
        name: The workflow's id: the kind of file and the case's pseudonym.
        reference: The case.
        cause: The server's code for how the task fails.
    """

    name: str
    reference: str
    cause: str


async def failing_files(client: Client, reference: str | None = None) -> tuple[FailingFile, ...]:
    """The files of a namespace that stand still, or those of one case.

    Args:
        client: In the agency's namespace.
        reference: Only of this case; not of files that an earlier version began and whose very first task fails: they bear no
            attribute.
    """
    query = FAILING + (f" AND KetenCase = '{reference}'" if reference else "")
    found = [
        FailingFile(name=run.id, reference=run.id.rpartition("-")[2], cause=_cause(run.search_attributes))
        async for run in client.list_workflows(query)
    ]
    return tuple(sorted(found, key=lambda file: file.name))


def _cause(attributes: Mapping[str, Any]) -> str:
    """``WorkflowTaskFailedCauseWorkflowWorkerUnhandledFailure``, without what is the same for all."""
    problems = [str(problem) for problem in attributes.get("TemporalReportedProblems", ())]
    causes = [problem.partition("=")[2] for problem in problems if problem.startswith("cause=")]
    return causes[0].removeprefix("WorkflowTaskFailedCause") if causes else "unknown"
