"""The mark of the Temporal server's store: with a namespace that every server has, as its data."""

from pydantic import ValidationError
from temporalio.api.namespace.v1 import UpdateNamespaceInfo
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, UpdateNamespaceRequest
from temporalio.client import Client

from runtime.stores.mark import NAME, Mark

NAMESPACE = "default"


async def mark_of(client: Client) -> Mark | None:
    """The mark, if the store bears one."""
    found = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=NAMESPACE))
    try:
        return Mark.model_validate_json(found.namespace_info.data[NAME])
    except (KeyError, ValidationError):
        return None


async def mark_namespace(client: Client, mark: Mark) -> None:
    """Put the mark in place of the one before."""
    update = UpdateNamespaceInfo(data={NAME: mark.model_dump_json()})
    await client.workflow_service.update_namespace(UpdateNamespaceRequest(namespace=NAMESPACE, update_info=update), retry=True)
