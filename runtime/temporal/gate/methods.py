"""What an agency may ask of Temporal at all: what its worker, its console and whoever repairs a workflow need.

Everything else is refused, also what a later version of Temporal adds. Missing on purpose: whatever makes, changes or lists
namespaces or says something about the whole server; whatever writes to another than the one who is asked (Nexus, callbacks);
and what Keten does not use, so that nobody has to show that it stays in a namespace (schedules, batches, deployments, rules,
activities without a workflow, deleting).
"""

from temporalio.api.workflowservice.v1 import service_pb2

SERVICE = service_pb2.DESCRIPTOR.services_by_name["WorkflowService"]

OF_WORKERS = frozenset(
    {
        "DescribeNamespace",
        "PollWorkflowTaskQueue",
        "RespondWorkflowTaskCompleted",
        "RespondWorkflowTaskFailed",
        "RespondQueryTaskCompleted",
        "ResetStickyTaskQueue",
        "PollActivityTaskQueue",
        "RecordActivityTaskHeartbeat",
        "RespondActivityTaskCompleted",
        "RespondActivityTaskFailed",
        "RespondActivityTaskCanceled",
        "RecordWorkerHeartbeat",
        "ShutdownWorker",
    }
)
OF_CONSOLES = frozenset(
    {
        "StartWorkflowExecution",
        "ExecuteMultiOperation",
        "UpdateWorkflowExecution",
        "PollWorkflowExecutionUpdate",
        "QueryWorkflow",
        "DescribeWorkflowExecution",
        "GetWorkflowExecutionHistory",
        "GetWorkflowExecutionHistoryReverse",
        "ListWorkflowExecutions",
        "CountWorkflowExecutions",
        "DescribeTaskQueue",
    }
)
OF_REPAIRERS = frozenset(
    {
        "RequestCancelWorkflowExecution",
        "TerminateWorkflowExecution",
        "ResetWorkflowExecution",
        "SignalWorkflowExecution",
    }
)
WITH_NAMESPACE = OF_WORKERS | OF_CONSOLES | OF_REPAIRERS
"""Names of methods of which every request says for which namespace it is."""

WITHOUT = frozenset({f"/{SERVICE.full_name}/GetSystemInfo", "/grpc.health.v1.Health/Check"})
"""Paths of methods that tell every client the same."""


def name_of(path: str) -> str:
    """A method of Temporal's service by its path; everything else has no name, because a client may invent it."""
    service, _, name = path.removeprefix("/").rpartition("/")
    return name if service == SERVICE.full_name and name in SERVICE.methods_by_name else "unknown"
