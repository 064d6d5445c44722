from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio

from console.installation import Installation
from tests.console.web.serving import Browser, Console, consoled, installed, with_a_form


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    return installed(tmp_path / "home")


@pytest_asyncio.fixture
async def console(installation: Installation) -> AsyncGenerator[Console]:
    """A console of one's own, with a page for each right."""
    async with consoled(installation, with_a_form) as console:
        yield console


@pytest.fixture
def browser(console: Console) -> Browser:
    return console.browser()
