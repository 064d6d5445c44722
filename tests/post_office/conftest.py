from collections.abc import AsyncGenerator
from pathlib import Path

import pytest_asyncio

from tests.post_office.asking import Office


@pytest_asyncio.fixture
async def office(tmp_path: Path) -> AsyncGenerator[Office]:
    """Of the police, over a book in memory."""
    made = Office(tmp_path)
    async with made.http:
        yield made
