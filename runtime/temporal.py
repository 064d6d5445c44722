"""Temporal, set once for client, worker and replayer."""

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.plugin import SimplePlugin
from temporalio.worker import WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

PASSED_THROUGH = (
    "contracts",
    "activities",
    "pydantic",
    "pydantic_core",
    "holidays",
    "dateutil",
    "workflows.files",
    "workflows.tables",
    "workflows.calendar",
)
"""Modules that a workflow shares with the process: values and pure functions. Loading them per run halves the rate."""


def plugin() -> SimplePlugin:
    """What makes client, worker and replayer agree on how a workflow is run and its data written."""
    return SimplePlugin(
        "keten",
        data_converter=pydantic_data_converter,
        workflow_runner=_sandboxed,
        workflow_failure_exception_types=[],
    )


async def connect(address: str, namespace: str) -> Client:
    """A client in one agency's namespace."""
    return await Client.connect(address, namespace=namespace, plugins=[plugin()])


def _sandboxed(_: WorkflowRunner | None) -> WorkflowRunner:
    return SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH))
