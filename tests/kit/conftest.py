from collections.abc import Generator
from pathlib import Path

import pytest

from tests.kit.standing import Standing, standing


@pytest.fixture
def post(tmp_path: Path) -> Generator[Standing]:
    """A running post office of the police."""
    yield from standing(tmp_path)
