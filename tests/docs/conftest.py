from collections.abc import Callable, Generator
from pathlib import Path
from threading import Lock

import pytest

from tests.docs.checkout import Checkout
from tests.docs.following import UP, Reader, Running


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Generator[Callable[[], Checkout]]:
    """A copy of the checkout in which Keten runs, started when a page first needs it."""
    started: list[tuple[Checkout, Running]] = []
    first = Lock()

    def start() -> Checkout:
        with first:
            if not started:
                checkout = Checkout(tmp_path_factory.mktemp("installation"))
                started.append((checkout, Running(checkout, UP)))
            return started[0][0]

    yield start
    for _, running in started:
        running.stop()


@pytest.fixture
def reader(tmp_path: Path, installation: Callable[[], Checkout]) -> Reader:
    """Somebody with a fresh checkout."""
    return Reader(Checkout(tmp_path), installation)


@pytest.fixture(scope="session")
def bystander(tmp_path_factory: pytest.TempPathFactory, installation: Callable[[], Checkout]) -> Reader:
    """Somebody whose checkout is never changed."""
    return Reader(Checkout(tmp_path_factory.mktemp("bystander")), installation)
