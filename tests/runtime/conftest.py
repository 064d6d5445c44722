"""Databases of both kinds."""

from collections.abc import Generator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from tests.runtime.postgres_server import NOT_HERE, is_here, postgres


@pytest.fixture(scope="session")
def postgres_address() -> Generator[str]:
    if not is_here():
        pytest.skip(NOT_HERE)
    with postgres() as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of one's own."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/some.db"
    address, name = request.getfixturevalue("postgres_address"), f"some_{uuid4().hex}"
    with psycopg.connect(f"postgresql://keten@{address}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")  # pyright: ignore[reportArgumentType, reportCallIssue]
    return f"postgresql+psycopg://keten@{address}/{name}"
