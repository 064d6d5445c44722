from collections.abc import Generator

import pytest

from contracts.agencies import Directory
from tests.bus_server import BusServer, running


@pytest.fixture(scope="module")
def one_bus(tmp_path_factory: pytest.TempPathFactory, directory: Directory) -> Generator[BusServer]:
    """A bus on which others need not see how much is tried; what one module leaves in its inboxes is no other's first message."""
    yield from running(BusServer(tmp_path_factory.mktemp("matrix"), directory))
