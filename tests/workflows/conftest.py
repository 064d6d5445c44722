from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
from temporalio.testing import WorkflowEnvironment

from tests.workflows.servers import real_time, time_skipping
from tests.workflows.stage import Stage
from workflows.engine.process import Process

Staged = Callable[..., Any]


@pytest.fixture
async def env() -> AsyncGenerator[WorkflowEnvironment]:
    async with time_skipping() as env:
        yield env


@pytest.fixture
async def stage(env: WorkflowEnvironment) -> AsyncGenerator[Staged]:
    """Set up a file of an agency: ``await stage("coordinator-almere", Case)``."""
    async with AsyncExitStack() as open_stages:
        yield _stage_in(env, open_stages)


@pytest.fixture
async def stage_in_real_time() -> AsyncGenerator[Staged]:
    """As ``stage``, on the server of an installation."""
    async with real_time() as env, AsyncExitStack() as open_stages:
        yield _stage_in(env, open_stages)


def _stage_in(env: WorkflowEnvironment, open_stages: AsyncExitStack) -> Staged:
    async def set_up(slug: str, process: type[Process[Any]]) -> Stage:
        return await open_stages.enter_async_context(Stage(env, env.client, slug, process).work())

    return set_up
