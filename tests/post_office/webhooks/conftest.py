"""A database of a post office, made once and copied."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from shutil import copyfile

import pytest

from runtime.migrations import Tables, upgrade
from tests.post_office.webhooks.office import Office


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with all tables and nothing in them."""
    path = tmp_path_factory.mktemp("webhooks") / "empty.db"
    upgrade(f"sqlite:///{path}", Tables.POST_OFFICE)
    return path


@pytest.fixture
def url(empty: Path, tmp_path: Path) -> str:
    copyfile(empty, tmp_path / "post-office.db")
    return f"sqlite:///{tmp_path / 'post-office.db'}"


@asynccontextmanager
async def delivering(office: Office) -> AsyncGenerator[None]:
    """Deliver in the background, as a process does."""
    task = asyncio.create_task(office.delivering.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
