"""Pages over a desk in memory."""

from collections.abc import Generator

import pytest

from tests.console.web.asking import Asker
from tests.console.web.doubles import Desk, application


@pytest.fixture
def desk() -> Desk:
    """A desk with nothing on it."""
    return Desk()


@pytest.fixture
def browser(desk: Desk) -> Generator[Asker]:
    """Whoever asks for pages; an answer that leads elsewhere is not followed."""
    with Asker.of(application(desk)) as client:
        yield client
