"""The keys with which an OIDC issuer signs, found by discovery (OpenID Connect Discovery 1.0, section 4)."""

import asyncio
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, RSAKey

from runtime.web_address import https_or_loopback

DISCOVERY = "/.well-known/openid-configuration"
KEPT = 3600.0
"""Seconds that keys are used before they are fetched again: so long a key that the issuer withdrew is still believed."""
BETWEEN = 10.0
"""Seconds between two looks at the issuer, whatever arrives: strangers' tokens must not make this server knock there."""
TIMEOUT = 5.0
"""Seconds that one answer of the issuer may take."""

PublicKey = RSAKey | ECKey


class IssuerUnavailable(RuntimeError):  # noqa: N818 - named as what is the case
    """The issuer's keys cannot be had now."""


class UnknownKey(LookupError):  # noqa: N818 - named as what is the case
    """The issuer has no key of this name."""


class About(NamedTuple):
    """What an issuer says of itself, for whoever lets people log in there.

    Attributes:
        authorization: Where a browser is sent; empty: nobody logs in there.
        token: Where a code is exchanged.
        says_iss: Whether its answers bear ``iss`` (RFC 9207).
        secret_in_body: Whether it takes a client's secret in the body only.
    """

    authorization: str
    token: str
    says_iss: bool
    secret_in_body: bool


class Issuer:
    """One issuer, whose keys are kept for a while and looked up again when a token names another.

    Args:
        url: Its identifier, as tokens bear it in ``iss``.
        client: What fetches.
        clock: Seconds that only grow.
    """

    def __init__(self, url: str, client: httpx.AsyncClient, clock: Callable[[], float] = time.monotonic) -> None:
        self.url = https_or_loopback(url)
        self._client = client
        self._clock = clock
        self._keys: dict[str, PublicKey] = {}
        self._about: About | None = None
        self._fresh_until = self._next_look = clock()
        self._one_look = asyncio.Lock()

    async def key(self, kid: str) -> PublicKey:
        """The key of a name.

        Raises:
            IssuerUnavailable: The keys cannot be had now.
            UnknownKey: There is none of this name.
        """
        if kid in self._keys and self._fresh:  # nobody waits for a look that a stranger's token asks for
            return self._keys[kid]
        async with self._one_look:
            if kid not in self._keys or not self._fresh:
                await self._look()
        if not self._fresh:
            raise IssuerUnavailable("the issuer's keys are too old, and it was asked just now")
        if kid not in self._keys:
            raise UnknownKey("the issuer has no such key")
        return self._keys[kid]

    async def about(self) -> About:
        """Where people log in.

        Raises:
            IssuerUnavailable: That cannot be had now, or nobody logs in there.
        """
        if not self._fresh:
            async with self._one_look:
                if not self._fresh:
                    await self._look()
        if not self._fresh or self._about is None or not (self._about.authorization and self._about.token):
            raise IssuerUnavailable("the issuer does not say where people log in")
        return self._about

    @property
    def _fresh(self) -> bool:
        return self._clock() < self._fresh_until

    async def _look(self) -> None:
        now = self._clock()
        if now < self._next_look:
            return
        self._next_look = now + BETWEEN
        try:
            self._keys = await self._fetch()
        except (httpx.HTTPError, JoseError, ValueError, LookupError, TypeError, AttributeError) as error:
            raise IssuerUnavailable(f"the issuer's keys could not be fetched: {type(error).__name__}") from error
        self._fresh_until = now + KEPT

    async def _fetch(self) -> dict[str, PublicKey]:
        """What is not public, or not for signatures, is no key that could verify one."""
        about = await self._json(self.url.rstrip("/") + DISCOVERY)
        if about["issuer"] != self.url:  # section 4.3: otherwise one issuer could pass for another
            raise ValueError("it calls itself otherwise")
        keys = KeySet.import_key_set(await self._json(https_or_loopback(about["jwks_uri"])))
        self._about = _about(about)
        return {
            key.kid: key
            for key in keys
            if isinstance(key, RSAKey | ECKey) and key.kid and key.get("use") in {None, "sig"} and not key.is_private
        }

    async def _json(self, url: str) -> Any:
        answer = await self._client.get(url, timeout=TIMEOUT)
        return answer.raise_for_status().json()


def _about(metadata: dict[str, Any]) -> About:
    methods = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    return About(
        authorization=_address(metadata.get("authorization_endpoint")),
        token=_address(metadata.get("token_endpoint")),
        says_iss=metadata.get("authorization_response_iss_parameter_supported") is True,
        secret_in_body="client_secret_basic" not in methods,
    )


def _address(said: object) -> str:
    """An address that may be used; whoever only verifies tokens needs none."""
    try:
        return https_or_loopback(said) if isinstance(said, str) else ""
    except ValueError:
        return ""
