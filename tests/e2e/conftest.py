import asyncio

import pytest

from tests.e2e.canaries.left import Marked, play
from tests.installed import Keten


@pytest.fixture(scope="session")
def marked(keten: Keten) -> Marked:
    """What the five stories left behind, with a mark in every personal field."""
    return asyncio.run(play(keten.here))
