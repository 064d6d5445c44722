"""Asking files where they stand."""

import asyncio
from collections.abc import Coroutine, Iterable
from datetime import timedelta
from typing import Any, TypeVar

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionRequest, DescribeWorkflowExecutionResponse
from temporalio.client import Client, WorkflowHandle, WorkflowQueryFailedError
from temporalio.service import RPCError, RPCStatusCode

from contracts.event import OUTLIVING
from contracts.views import Content, FileView
from runtime.keys.case_keys import CaseErased, CaseKeys

T = TypeVar("T")
ANSWER = timedelta(seconds=10)
"""How long a file may take to answer; its office may be closed."""


async def described(client: Client, name: str) -> DescribeWorkflowExecutionResponse | None:
    """What the server says of a file, as it says it: the client's own way reads every search attribute besides.

    Returns:
        None where there is no such file.
    """
    request = DescribeWorkflowExecutionRequest(namespace=client.namespace, execution=WorkflowExecution(workflow_id=name))
    try:
        return await client.workflow_service.describe_workflow_execution(request, retry=True)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise


async def view(handle: WorkflowHandle[Any, Any], keys: CaseKeys, reference: str) -> FileView | None:
    """A file as a person sees it; None if it is gone, or was erased while somebody was about to look."""
    return await _asked(handle, keys, reference, "view", FileView)


async def content(handle: WorkflowHandle[Any, Any], keys: CaseKeys, reference: str) -> Content:
    """What it holds inside; nothing if it is gone, or was erased."""
    return await _asked(handle, keys, reference, "content", Content) or Content()


async def _asked(handle: WorkflowHandle[Any, Any], keys: CaseKeys, reference: str, query: str, answer: type[T]) -> T | None:
    try:
        return await handle.query(query, result_type=answer, rpc_timeout=ANSWER)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise
    except (WorkflowQueryFailedError, CaseErased):
        _, destroyed = await keys.held(reference)
        if destroyed and handle.id.split("-")[0] not in OUTLIVING:
            return None
        raise


async def together(reading: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """All of them, or the first fault, when none is under way any more: the client must not be left in the middle of a call."""
    read = await asyncio.gather(*reading, return_exceptions=True)
    faults = [found for found in read if isinstance(found, BaseException)]
    if faults:
        raise faults[0]
    return [found for found in read if not isinstance(found, BaseException)]
