from collections.abc import AsyncGenerator

import pytest_asyncio

from tests.console.door.oidc import Oidc, issuing


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def oidc() -> AsyncGenerator[Oidc]:
    """An issuer that all tests leave as it is, and where nobody logs in."""
    async with issuing() as issuer:
        yield issuer
