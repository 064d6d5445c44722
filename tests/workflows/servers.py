"""The Temporal servers that tests run workflows on: one skips time, the other is the server of an installation."""

import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from runtime.servers.process import binary
from runtime.servers.provision import SEARCH_ATTRIBUTES
from runtime.temporal.client import plugin

TEST_SERVER = Path(sys.executable).parent / "temporal-test-server"


async def register_attributes(client: Client) -> None:
    """The time-skipping server must know them first, or every workflow task fails in silence."""
    request = AddSearchAttributesRequest(namespace=client.namespace, search_attributes=SEARCH_ATTRIBUTES)
    await client.operator_service.add_search_attributes(request)


@asynccontextmanager
async def time_skipping() -> AsyncGenerator[WorkflowEnvironment]:
    env = await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=str(TEST_SERVER), plugins=[plugin()], identity="example"
    )
    async with env:
        await register_attributes(env.client)
        yield env


@asynccontextmanager
async def real_time(*arguments: str) -> AsyncGenerator[WorkflowEnvironment]:
    """The server that does not lose what a run left behind when its page turned."""
    environment: Any = WorkflowEnvironment  # its start is only partly typed
    async with await environment.start_local(
        dev_server_existing_path=str(binary("temporal")),
        dev_server_extra_args=arguments,
        plugins=[plugin()],
        identity="example",
    ) as env:
        await register_attributes(env.client)
        yield env
