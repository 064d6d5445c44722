"""One try: the address is asked for anew and checked, no redirect is followed, answer and time are bounded."""

import asyncio
import contextlib
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import httpx

from post_office.webhooks.allowed import Allowed, NotAllowed, Target
from post_office.webhooks.outcomes import SECONDS, Outcome
from post_office.webhooks.parcels import Parcel
from post_office.webhooks.schedule import asked_for, date_of
from post_office.webhooks.signing import signed
from post_office.webhooks.trust import Tls, context

MOST_BYTES = 65_536
"""Of an answer are read, and thrown away, so that the connection can be used again; of a longer one it is closed."""

MOST_ADDRESSES = 4
AT_A_TIME = 8
"""Connections to one endpoint."""

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


class To(NamedTuple):
    """Where something is sent. It holds what is secret, and is written down nowhere.

    Attributes:
        endpoint: Its id.
        url: Where it is.
        secrets: Those in force, the newest first.
    """

    endpoint: str
    url: str
    secrets: tuple[str, ...]

    def __repr__(self) -> str:
        return f"To({self.endpoint})"


class Answer(NamedTuple):
    """What became of a try.

    Attributes:
        outcome: How it ended.
        status: What was answered.
        milliseconds: How long it took.
        retry_after: When the endpoint wants to be asked again.
        skew: By how much its clock is ahead of ours, as far as it says.
    """

    outcome: Outcome
    status: int | None = None
    milliseconds: int = 0
    retry_after: timedelta | None = None
    skew: timedelta | None = None


async def resolve(host: str, port: int) -> list[str]:
    """What DNS says now.

    Raises:
        OSError: It knows no such name.
    """
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Sender:
    """Calls endpoints, each over connections of its own."""

    def __init__(  # noqa: PLR0913 - each is needed, and tests give others
        self,
        allowed: Allowed,
        clock: Callable[[], datetime],
        *,
        origin: str,
        tls: Tls | None = None,
        resolving: Resolve = resolve,
        seconds: float = SECONDS,
    ) -> None:
        self._allowed = allowed
        self._clock = clock
        self._origin = origin
        self._context = context(tls)
        self._resolve = resolving
        self._seconds = seconds
        self._clients: dict[str, tuple[Target, httpx.AsyncClient]] = {}

    async def send(self, to: To, parcel: Parcel) -> Answer:
        """Try once; whatever goes wrong is an answer."""
        began = time.monotonic()
        try:
            async with asyncio.timeout(self._seconds):
                answer = await self._send(to, parcel)
        except TimeoutError:
            answer = Answer(Outcome.TIMEOUT)
        return answer._replace(milliseconds=round((time.monotonic() - began) * 1000))

    async def forget(self, endpoint: str) -> None:
        """Close the connections to an endpoint."""
        if found := self._clients.pop(endpoint, None):
            await found[1].aclose()

    async def close(self) -> None:
        """Close all connections."""
        for endpoint in tuple(self._clients):
            await self.forget(endpoint)

    async def _send(self, to: To, parcel: Parcel) -> Answer:
        try:
            target = self._allowed.target(to.url)
        except NotAllowed:
            return Answer(Outcome.HOST)
        try:
            addresses = (await self._resolve(target.host, target.port))[:MOST_ADDRESSES]
        except OSError:
            return Answer(Outcome.NAME)
        if not addresses:
            return Answer(Outcome.NAME)
        if not all(self._allowed.may_call(target.host, address) for address in addresses):
            return Answer(Outcome.ADDRESS)
        answer = Answer(Outcome.CONNECT)
        for address in addresses:
            answer = await self._post(to, parcel, target, address)
            if answer.outcome is not Outcome.CONNECT:
                break
        return answer

    async def _post(self, to: To, parcel: Parcel, target: Target, address: str) -> Answer:
        """To the very address that was checked; name and certificate are those of the host."""
        client = await self._client(to.endpoint, target)
        url = httpx.URL(to.url)
        request = client.build_request(
            "POST",
            url.copy_with(host=address),
            content=parcel.body.encode(),
            headers=self._headers(to, parcel) | {"host": url.netloc.decode("ascii")},
            extensions={"sni_hostname": target.host},
        )
        try:
            response = await client.send(request, stream=True, follow_redirects=False)
        except httpx.HTTPError as error:
            return Answer(_outcome(error))
        try:
            return self._read(response)
        finally:
            await _let_go(response)

    def _headers(self, to: To, parcel: Parcel) -> dict[str, str]:
        position = {} if parcel.position is None else {"keten-position": str(parcel.position)}
        return {
            "content-type": "application/cloudevents+json; charset=utf-8",
            "accept-encoding": "identity",
            "user-agent": "keten-post-office",
            "WebHook-Request-Origin": self._origin,
            **position,
            **signed(to.secrets, parcel.id, self._clock(), parcel.body),
        }

    def _read(self, response: httpx.Response) -> Answer:
        status, now = response.status_code, self._clock()
        there = date_of(response.headers.get("date"))
        answer = Answer(_of_status(status), status, skew=there - now if there else None)
        if answer.outcome is Outcome.STATUS:
            return answer._replace(retry_after=asked_for(response.headers.get("retry-after"), now))
        return answer

    async def _client(self, endpoint: str, target: Target) -> httpx.AsyncClient:
        """A connection is used again for the same host only: its certificate was looked at when it was made."""
        known = self._clients.get(endpoint)
        if known and known[0] == target:
            return known[1]
        limits = httpx.Limits(max_connections=AT_A_TIME + 1, max_keepalive_connections=AT_A_TIME, keepalive_expiry=4.0)
        client = httpx.AsyncClient(
            verify=self._context,
            trust_env=False,
            limits=limits,
            timeout=httpx.Timeout(self._seconds, connect=min(3.0, self._seconds)),
        )
        self._clients[endpoint] = target, client
        if known:
            await known[1].aclose()
        return client


async def _let_go(response: httpx.Response) -> None:
    """Read a short answer to its end; whatever else it is, the status was heard and the connection is closed."""
    read = 0
    with contextlib.suppress(httpx.HTTPError, TimeoutError):
        async with asyncio.timeout(1.0):
            async for part in response.aiter_raw():
                read += len(part)
                if read > MOST_BYTES:
                    break
    with contextlib.suppress(httpx.HTTPError):
        await response.aclose()


def _of_status(status: int) -> Outcome:
    if 200 <= status <= 299:
        return Outcome.TAKEN
    if 300 <= status <= 399:
        return Outcome.REDIRECT
    return Outcome.GONE if status == 410 else Outcome.STATUS


def _outcome(error: httpx.HTTPError) -> Outcome:
    """What a library's error means; its own words may quote an address, and are not used."""
    found: BaseException | None = error
    while found is not None:
        if isinstance(found, ssl.SSLError):
            return _of_tls(found)
        found = found.__cause__ or found.__context__
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        return Outcome.CONNECT
    return Outcome.TIMEOUT if isinstance(error, httpx.TimeoutException) else Outcome.BROKEN


_VERIFY = {9: Outcome.TLS_EXPIRED, 10: Outcome.TLS_EXPIRED, 62: Outcome.TLS_NAME, 64: Outcome.TLS_NAME}
"""Codes of OpenSSL (``X509_V_ERR_*``): not valid yet, expired, other name, other address."""


def _of_tls(error: ssl.SSLError) -> Outcome:
    if isinstance(error, ssl.SSLCertVerificationError):
        return _VERIFY.get(error.verify_code, Outcome.TLS_AUTHORITY)
    return Outcome.TLS
