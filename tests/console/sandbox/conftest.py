import logging
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from console.sandbox.home import sandbox_settings
from console.sandbox.own_agency import post_office
from console.sandbox.running import Sandbox, plan, sandbox
from runtime.logs import configure_logs


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def box(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Sandbox]:
    """A sandbox of an aid organisation with its post office."""
    async with _running(tmp_path_factory.mktemp("sandbox") / "home", "womens-shelter") as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def box_of(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Sandbox]:
    """A sandbox of the agency that is given."""
    async with _running(tmp_path_factory.mktemp("sandbox") / "home", request.param) as running:
        yield running


@asynccontextmanager
async def _running(home: Path, slug: str) -> AsyncGenerator[Sandbox]:
    with pytest.MonkeyPatch.context() as patched:
        for name in [name for name in os.environ if name.startswith("KETEN_")]:
            patched.delenv(name)
        settings = sandbox_settings(home).model_copy(update={"gap_patience": 10.0, "confirm_pause": 2.0})
    configure_logs(level=logging.CRITICAL)
    async with sandbox(plan(settings, slug), post_office, seconds=20) as running:
        yield running
