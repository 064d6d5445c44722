"""A post office over a book in memory, and somebody who asks it: in this process, or over a socket."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from contracts.agencies import Agency, read_directory
from post_office.app import application, serve
from post_office.door import About
from post_office.health import Does, Part
from post_office.limits import LIMITS, Limits
from post_office.tokens import Scope, Tokens
from runtime.http.listening import Shown, bound
from tests.post_office.memory_book import MemoryBook

DIRECTORY = read_directory()
POLICE = DIRECTORY.get("police-midden-nederland")
SIGNAL = "nl.keten.signals.reported.v1"
RECEIVED = "nl.keten.signals.received.v1"
STATUS = "nl.keten.signals.status-changed.v1"
MARKER = "Zzmerkteken"
"""Stands where something personal would."""
DATA: dict[str, Any] = {"signal": {"municipality": "GM0995", "account": f"{MARKER}: somebody asked for help"}}
STRUCTURED = {"content-type": "application/cloudevents+json"}
BATCH = {"content-type": "application/cloudevents-batch+json"}


def event(event_id: str | None = "a-1", **changed: Any) -> dict[str, Any]:
    """A signal as a client hands it in; None leaves something out."""
    whole = {
        "specversion": "1.0",
        "id": event_id,
        "source": "/zaken",
        "type": SIGNAL,
        "ground": "legal_task",
        "data": DATA,
        **changed,
    }
    return {name: value for name, value in whole.items() if value is not None}


class KnownHealth:
    def __init__(self) -> None:
        self.known = [Part("bus"), Part("book"), Part("clock"), Part("keys"), Part("unread")]

    async def parts(self) -> list[Part]:
        return self.known

    def worse(self, name: str, does: Does, words: str) -> None:
        self.known = [Part(name, does, words) if part.name == name else part for part in self.known]


class Office:
    """A post office, and what a test knows of it."""

    def __init__(self, folder: Path, limits: Limits = LIMITS, agency: Agency = POLICE) -> None:
        self.book, self.health, self.alarms = MemoryBook(agency, DIRECTORY), KnownHealth(), list[str]()
        self.tokens = Tokens.of(folder, agency.slug)
        self.token = {scope: self.tokens.add(scope.value, [scope]) for scope in Scope}
        self.all = self.tokens.add("all", Scope)
        about = About(agency, DIRECTORY, self.tokens, self.health, self._alarm, limits)
        self.app = application(self.book, about)
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        self.http = httpx.AsyncClient(transport=transport, base_url="http://post.test", headers=bearer(self.all))

    async def _alarm(self, words: str) -> None:
        self.alarms.append(words)

    async def send(self, *events: dict[str, Any], **more: str) -> httpx.Response:
        """Hand in one, or several as a batch."""
        body, kind = (events[0], STRUCTURED) if len(events) == 1 else (list(events), BATCH)
        return await self.http.post("/v1/events", content=json.dumps(body), headers={**kind, **more})

    @asynccontextmanager
    async def listening(self, shown: Shown | None = None) -> AsyncGenerator[httpx.AsyncClient]:
        """The same over a socket."""
        async with (
            serve(self.app, bound("127.0.0.1", 0, shown)) as address,
            httpx.AsyncClient(base_url=address, headers=bearer(self.all), timeout=20) as client,
        ):
            yield client


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def is_problem(answer: httpx.Response, code: str, status: int) -> dict[str, Any]:
    """Whether an answer is the problem that it should be, and says nothing of what was sent."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    said = answer.json()
    assert said["code"] == code, said
    assert (said["status"], said["type"]) == (status, f"urn:keten:problem:{code}")
    assert said["title"]
    assert said["detail"]
    assert MARKER not in answer.text
    return said
