"""The issuer's keys: fetched where nobody can change them, kept for a while, looked up again at a bounded rate."""

from collections.abc import AsyncGenerator

import httpx
import pytest
import pytest_asyncio
from joserfc.jwk import ECKey, RSAKey

from console.door.issuer import BETWEEN, KEPT, Issuer, IssuerUnavailable, UnknownKey
from tests.console.door.oidc import Oidc, issuing

pytestmark = pytest.mark.asyncio(loop_scope="session")


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest_asyncio.fixture(loop_scope="session")
async def own() -> AsyncGenerator[Oidc]:
    """An issuer that a test may spoil."""
    async with issuing() as issuer:
        yield issuer


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest_asyncio.fixture(loop_scope="session")
async def issuer(own: Oidc, clock: Clock) -> AsyncGenerator[Issuer]:
    async with httpx.AsyncClient() as client:
        yield Issuer(own.url, client, clock)


async def test_they_are_fetched_once(own: Oidc, issuer: Issuer) -> None:
    for _ in range(3):
        assert (await issuer.key(str(own.keys[0].kid))).kid == own.keys[0].kid
    assert own.looks == 1


async def test_they_are_fetched_again_for_a_key_that_is_new(own: Oidc, issuer: Issuer, clock: Clock) -> None:
    await issuer.key(str(own.keys[0].kid))
    own.keys = [RSAKey.generate_key(2048, auto_kid=True)]
    clock.now += BETWEEN
    assert (await issuer.key(str(own.keys[0].kid))).kid == own.keys[0].kid
    assert own.looks == 2


async def test_they_are_not_fetched_for_every_stranger(own: Oidc, issuer: Issuer, clock: Clock) -> None:
    await issuer.key(str(own.keys[0].kid))
    for _ in range(5):
        with pytest.raises(UnknownKey):
            await issuer.key("unknown")
    assert own.looks == 1
    clock.now += BETWEEN
    for _ in range(5):
        with pytest.raises(UnknownKey):
            await issuer.key("unknown")
    assert own.looks == 2


async def test_without_the_bound_they_would_be(own: Oidc, issuer: Issuer, clock: Clock) -> None:
    for looks in range(1, 5):
        clock.now += BETWEEN
        with pytest.raises(UnknownKey):
            await issuer.key("unknown")
        assert own.looks == looks


async def test_they_are_not_believed_for_ever(own: Oidc, issuer: Issuer, clock: Clock) -> None:
    withdrawn = str(own.keys[0].kid)
    await issuer.key(withdrawn)
    own.keys = [ECKey.generate_key("P-256", auto_kid=True)]
    clock.now += KEPT - 1
    await issuer.key(withdrawn)
    clock.now += 1
    with pytest.raises(UnknownKey):
        await issuer.key(withdrawn)


async def test_they_are_not_taken_from_who_calls_itself_otherwise(own: Oidc, issuer: Issuer) -> None:
    own.metadata["issuer"] = "https://another.example.org"
    with pytest.raises(IssuerUnavailable):
        await issuer.key(str(own.keys[0].kid))


async def test_they_are_not_fetched_where_others_can_change_them(own: Oidc, issuer: Issuer) -> None:
    own.metadata["jwks_uri"] = "http://keys.example.org/jwks"
    with pytest.raises(IssuerUnavailable):
        await issuer.key(str(own.keys[0].kid))
    assert own.looks == 0


async def test_they_are_public_and_for_signatures(own: Oidc, issuer: Issuer) -> None:
    own.keys = [ECKey.generate_key("P-256", {"use": "enc"}, auto_kid=True)]
    with pytest.raises(UnknownKey):
        await issuer.key(str(own.keys[0].kid))


async def test_they_cannot_be_had(issuer: Issuer, own: Oidc, clock: Clock) -> None:
    own.metadata.clear()
    for _ in range(2):
        with pytest.raises(IssuerUnavailable):
            await issuer.key("any")


@pytest.mark.parametrize("url", ["http://login.example.org", "http://10.0.0.1", "login.example.org", "ftp://127.0.0.1"])
async def test_an_issuer_that_others_could_pass_for_is_refused(url: str) -> None:
    async with httpx.AsyncClient() as client:
        with pytest.raises(ValueError, match="https://"):
            Issuer(url, client)
