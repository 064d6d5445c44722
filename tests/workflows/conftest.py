from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
from temporalio.testing import WorkflowEnvironment

from tests.workflows.stage import Stage, time_skipping
from workflows.process import Process

Staged = Callable[..., Any]


@pytest.fixture
async def env() -> AsyncGenerator[WorkflowEnvironment]:
    async with time_skipping() as env:
        yield env


@pytest.fixture
async def stage(env: WorkflowEnvironment) -> AsyncGenerator[Staged]:
    """Set up a file of an agency: ``await stage("coordinator-almere", Case)``."""
    async with AsyncExitStack() as open_stages:

        async def set_up(slug: str, process: type[Process[Any]]) -> Stage:
            return await open_stages.enter_async_context(Stage(env, env.client, slug, process).work())

        yield set_up
