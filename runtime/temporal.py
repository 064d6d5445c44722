"""Temporal, set once for client, worker and replayer."""

from dataclasses import replace

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DefaultFailureConverterWithEncodedAttributes, PayloadCodec
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


def plugin(codec: PayloadCodec | None = None) -> SimplePlugin:
    """What makes client, worker and replayer agree on how a workflow is run and its data written.

    Args:
        codec: What encrypts the data, and with it the words and traces of failures. None: nothing is encrypted.
    """
    encrypted = replace(
        pydantic_data_converter, payload_codec=codec, failure_converter_class=DefaultFailureConverterWithEncodedAttributes
    )
    return SimplePlugin(
        "keten",
        data_converter=encrypted if codec else pydantic_data_converter,
        workflow_runner=_sandboxed,
        workflow_failure_exception_types=[],
    )


async def connect(address: str, namespace: str, codec: PayloadCodec) -> Client:
    """A client in one agency's namespace."""
    return await Client.connect(address, namespace=namespace, plugins=[plugin(codec)])


def _sandboxed(_: WorkflowRunner | None) -> WorkflowRunner:
    return SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH))
