"""A post office that answers what a test says, and keeps what it was asked."""

import json
from collections.abc import Callable
from typing import Any

import httpx

from keten_client import Client

Answer = httpx.Response | Exception
KEPT = {
    "id": "melding-1",
    "type": "nl.keten.signals.reported.v1",
    "caseref": "kc5q20sbrc5pq0v3541hp2wv5",
    "recipient": "signal-desk",
    "stage": "kept",
    "steps": [{"stage": "kept", "at": "2026-03-02T11:00:00Z"}],
}


def problem(status: int, code: str, words: str = "in words", **more: Any) -> httpx.Response:
    content = {"type": f"urn:keten:problem:{code}", "title": "A title", "status": status, "detail": words, "code": code, **more}
    return httpx.Response(status, content=json.dumps(content), headers={"content-type": "application/problem+json"})


class Scripted:
    """Gives its answers one after the other; the last one stays."""

    def __init__(self, *answers: Answer | Callable[[httpx.Request], Answer]) -> None:
        self._answers = list(answers)
        self.asked: list[httpx.Request] = []
        self.pauses: list[float] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        found = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        answer = found(request) if callable(found) else found
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    def client(self, patience: float = 120.0) -> Client:
        transport = httpx.MockTransport(self)
        return Client("http://127.0.0.1", "keten_invented", patience=patience, pause=self.pauses.append, transport=transport)
