"""An agency's own system and its post office."""

import json
import math
import ssl
import time
from collections.abc import Iterator, Sequence
from ipaddress import ip_address
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx
from pydantic import TypeAdapter

from keten_client.models import Draft, Event, Mark, Status
from keten_client.problems import Unavailable, Unknown, asked_pause, problem
from keten_client.tries import Pause, Tries

__all__ = ["Client"]

LONGEST_WAIT = 30
"""Seconds for which one call asks the post office to hold its answer."""
SLACK = 15.0
"""Seconds beyond that until it counts as not answered."""
_EVENTS = TypeAdapter(list[Event])
_PASSING = frozenset({408, 429, *range(500, 600)})


class Client:
    """Asks one post office, for one token. Threads may share it.

    It is synchronous on purpose: what sends events and reads the feed is a job, a request handler or a script, which does one
    thing after the other in the order of a case. Within asyncio, call it by ``asyncio.to_thread``.
    """

    def __init__(  # noqa: PLR0913 - what has a default suits most
        self,
        address: str,
        token: str,
        *,
        tls: ssl.SSLContext | None = None,
        patience: float = 120.0,
        pause: Pause = time.sleep,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Nothing is asked yet.

        Args:
            address: Of the post office, as ``https://post.example``.
            token: With the scopes for what you call: ``send``, ``read``.
            tls: With your own authority or client certificate; None: those that Python trusts.
            patience: For how many seconds a call tries again where the post office is away or busy.
            pause: How to wait between tries, where somebody must be able to end that.
            transport: Of httpx, in place of the network.

        Raises:
            ValueError: The token would cross a network in clear.
        """
        if not _is_private(httpx.URL(address)):
            raise ValueError("https:// is wanted here: with http:// whoever is on the way reads your token and your events")
        self._patience, self._pause = patience, pause
        self._http = httpx.Client(
            base_url=f"{address.rstrip('/')}/v1/",
            headers={"Authorization": f"Bearer {token}"},
            verify=tls or True,
            timeout=httpx.Timeout(LONGEST_WAIT + SLACK, connect=SLACK),
            transport=transport,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections. Nothing is lost by it."""
        self._http.close()

    def send(self, draft: Draft, *, wait: float = 0) -> Status:
        """Hand in an event; it is on the post office's disk when this returns. Every try has the same id.

        Args:
            draft: The event.
            wait: For how many seconds, 30 at most, to wait until it is answered or refused.

        Raises:
            Refused: It cannot be sent as it is.
            Unavailable: Patience ended; hand it in again later, with the same id.
            Problem: Anything else.
        """
        prefer = {"Prefer": f"wait={min(round(wait), LONGEST_WAIT)}"} if wait else {}
        sent = {"Content-Type": "application/cloudevents+json", **prefer}
        return Status.model_validate_json(self._ask("POST", "events", content=_written(draft), headers=sent).content)

    def status(self, event_id: str) -> Status:
        """How far an event came that you sent.

        Raises:
            Unknown: None was sent under this id.
            Erased: Its case was erased.
        """
        return Status.model_validate_json(self._ask("GET", _events(event_id)).content)

    def wait(self, event_id: str, seconds: float = 60.0) -> Status:
        """How far an event came, as soon as it is answered, refused or missed; as far as it came, when the time has passed.

        Raises:
            Unknown: None was sent under this id.
            Erased: Its case was erased.
        """
        end = time.monotonic() + seconds
        while True:
            left = max(0, min(round(end - time.monotonic()), LONGEST_WAIT))
            status = Status.model_validate_json(self._ask("GET", _events(event_id), headers={"Prefer": f"wait={left}"}).content)
            if status.settled or time.monotonic() >= end:
                return status
            self._pause(min(1.0, max(0.0, end - time.monotonic())))

    def events(self, consumer: str, *, types: Sequence[str] = (), follow: bool = True) -> Iterator[Event]:
        """What other agencies send, oldest first, from the mark of this consumer on.

        Acknowledge each event when what it means is on your own disk: a program that starts again goes on after the mark. It
        may then see an event twice, never miss one. Where the post office is away, this waits and goes on where it was.

        Args:
            consumer: Name of the reader whose mark is kept: lower case letters, digits and ``-``.
            types: Only these; none: all.
            follow: Wait for what comes; otherwise it ends when nothing is left.

        Raises:
            Problem: The post office refuses the call; not where it is only away.
        """
        patience = math.inf if follow else self._patience
        after = self._mark(consumer, patience)
        while True:
            asked = {"timeout": str(1000 * LONGEST_WAIT if follow else 0), **({"lastEventId": after} if after else {})}
            wanted = [*asked.items(), *(("type", name) for name in types)]
            batch = _EVENTS.validate_json(self._ask("GET", "feed", patience, params=wanted).content)
            for event in batch:
                yield event
                after = event.id
            if not batch and not follow:
                return

    def acknowledge(self, consumer: str, event_id: str | None) -> Mark:
        """Set the mark of a consumer behind an event; an earlier one to read again from there, None to begin again.

        Raises:
            Refused: No such event is in the feed.
        """
        return Mark.model_validate_json(self._ask("PUT", _consumers(consumer), json={"lastEventId": event_id}).content)

    def _mark(self, consumer: str, patience: float) -> str | None:
        try:
            return Mark.model_validate_json(self._ask("GET", _consumers(consumer), patience).content).last_event_id
        except Unknown:
            return None  # whoever has acknowledged nothing begins at the beginning

    def _ask(self, method: str, path: str, patience: float | None = None, **given: Any) -> httpx.Response:
        tries = Tries(self._patience if patience is None else patience, self._pause)
        while True:
            try:
                answer = self._http.request(method, path, **given)
            except httpx.TransportError as error:
                if not tries.again():
                    words = "the post office was not reached; if this lasts, look there at its health"
                    raise Unavailable(0, "not_reached", words) from error
                continue
            if answer.is_success:
                return answer
            if answer.status_code not in _PASSING or not tries.again(asked_pause(answer)):
                raise problem(answer)


def _written(draft: Draft) -> bytes:
    """As CloudEvents want it. The post office puts its own ``source`` in place of ours, which only says where it came from."""
    event = draft.model_dump(mode="json", exclude_none=True)
    return json.dumps({"specversion": "1.0", "source": "/", **event}, ensure_ascii=False, allow_nan=False).encode()


def _events(event_id: str) -> str:
    return f"events/{quote(event_id, safe='')}"


def _consumers(name: str) -> str:
    return f"consumers/{quote(name, safe='')}"


def _is_private(address: httpx.URL) -> bool:
    """Whether nobody on the way can read along."""
    if address.scheme != "http":
        return address.scheme == "https"
    try:
        return ip_address(address.host).is_loopback
    except ValueError:
        return address.host == "localhost"
