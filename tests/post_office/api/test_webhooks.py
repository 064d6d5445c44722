"""The routes of webhooks, as the process makes them: what they take, what they never give back, and words for what is wrong."""

import asyncio
import json
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copyfile
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request

from contracts.agencies import Directory
from contracts.alarms import AlarmCode
from post_office.api.webhooks import LARGEST, webhook_routes
from post_office.ports import Refusal
from post_office.problems import speak_of_problems
from post_office.webhooks.making import Webhooks, webhooks
from runtime.migrations import Tables, upgrade
from runtime.settings import Mode, Settings
from tests.post_office.webhooks.heard_book import OTHER, HeardBook
from tests.post_office.webhooks.office import MemoryKeys
from tests.post_office.webhooks.receiver import Receiver, Told, always, receiver, reply

ONE = "k0123456789abcdefghjkmnpq"


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("webhooks") / "empty.db"
    upgrade(f"sqlite:///{path}", Tables.POST_OFFICE)
    return path


class Asked:
    """A post office with its routes, and who asks."""

    def __init__(self, url: str, directory: Directory, **given: Any) -> None:
        self.book = HeardBook(lambda: datetime.now(UTC))
        self.alarms: list[str] = []
        settings = Settings(**given)
        self.webhooks: Webhooks = webhooks(settings, directory.get("almere"), url, MemoryKeys(), self.book, self._alarm)
        app = FastAPI()
        app.include_router(webhook_routes(self.webhooks.desk, manage=_scope("manage"), read=_scope("read")))
        speak_of_problems(app)
        self.app = app
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://post", headers={"scopes": "manage,read"}
        )

    async def _alarm(self, code: AlarmCode, words: str) -> None:
        self.alarms.append(f"{code} {words}")

    async def make(self, there: Receiver, **more: Any) -> dict[str, Any]:
        answer = await self.client.post("/v1/webhooks", json={"name": "case-system", "url": there.url(), **more})
        assert answer.status_code == 201, answer.text
        return answer.json()


def _scope(name: str) -> Any:
    def needs(request: Request) -> None:
        if name not in request.headers.get("scopes", "").split(","):
            raise Refusal("scope_missing", name)

    return needs


@pytest.fixture
async def asked(empty: Path, tmp_path: Path, directory: Directory) -> AsyncGenerator[Asked]:
    copyfile(empty, tmp_path / "a.db")
    made = Asked(f"sqlite:///{tmp_path / 'a.db'}", directory)
    task = asyncio.create_task(made.webhooks.delivering.run())
    yield made
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await made.client.aclose()


async def test_an_endpoint_is_made_told_changed_and_removed(asked: Asked) -> None:
    async with receiver() as there:
        made = await asked.make(there, form="full", types=[OTHER], heartbeatSeconds=3600)
        assert made["secret"].startswith("whsec_")
        asked.book.hear(ONE, OTHER)
        await there.until(1)
        there.taken[0].verify(made["secret"])
        listed = (await asked.client.get("/v1/webhooks")).json()
        one = (await asked.client.get(f"/v1/webhooks/{made['id']}")).json()
        assert [one["name"]] == [found["name"] for found in listed] == ["case-system"]
        assert (one["form"], one["types"], one["heartbeatSeconds"]) == ("full", [OTHER], 3600)
        changed = await asked.client.put(f"/v1/webhooks/{made['id']}", json={"name": "renamed", "url": there.url()})
        assert (changed.json()["name"], changed.json()["form"], changed.json()["types"]) == ("renamed", "thin", [])
        for answer in (json.dumps(listed), json.dumps(one), changed.text):
            assert made["secret"] not in answer
            assert "127.0.0.1" not in answer, "where it is is never given back"
        assert (await asked.client.delete(f"/v1/webhooks/{made['id']}")).status_code == 204
        assert (await asked.client.get("/v1/webhooks")).json() == []


def _no_http(_: Told) -> bytes:
    return b"no http\r\n\r\n"


@pytest.mark.parametrize(
    ("answers", "code", "said"),
    [
        (always(204), "taken", "has taken it"),
        (always(302, "location: http://127.0.0.1/"), "redirect", "none is followed"),
        (always(401), "status", "secret that was shown"),
        (always(500), "status", "failed within itself"),
        (always(410), "gone", "wants nothing more"),
        (always(204, "date: Mon, 02 Mar 2026 11:00:00 GMT"), "taken", "Its clock is"),
        (_no_http, "broken_off", "not HTTP"),
    ],
    ids=["taken", "redirect", "401", "500", "410", "clock", "no-http"],
)
async def test_a_test_says_in_words_what_is_wrong(asked: Asked, answers: Any, code: str, said: str) -> None:
    async with receiver(answers) as there:
        made = await asked.make(there)
        answer = (await asked.client.post(f"/v1/webhooks/{made['id']}/tests")).json()
    assert (answer["code"], answer["taken"]) == (code, code == "taken")
    assert said in answer["words"]
    there.told[0].verify(made["secret"])
    assert there.told[0].event["type"] == "nl.keten.post-office.test.v1"


async def test_a_test_that_is_taken_hurries_what_failed(asked: Asked) -> None:
    async with receiver(always(500)) as there:
        made = await asked.make(there)
        asked.book.hear(ONE)
        while not (await asked.client.get(f"/v1/webhooks/{made['id']}")).json().get("failingSince"):
            await asyncio.sleep(0.02)
        there.answers = always(200)
        assert (await asked.client.post(f"/v1/webhooks/{made['id']}/tests")).json()["taken"]
        while 1 not in there.positions:
            await asyncio.sleep(0.02)
        assert len(there.told) == 3, "it did not wait for its next try"


async def test_secrets_replays_attempts_and_what_waits(asked: Asked) -> None:
    async with receiver(lambda told: reply(422 if told.position == 2 else 200)) as there:
        made = await asked.make(there)
        here = f"/v1/webhooks/{made['id']}"
        newer = (await asked.client.post(f"{here}/secrets")).json()["secret"]
        first, second = asked.book.hear(ONE), asked.book.hear(ONE)
        asked.book.hear(ONE)
        await there.until(1)
        there.taken[0].verify(newer)
        while not (waits := (await asked.client.get(f"{here}/waiting")).json()) or not waits[0]["tries"]:
            await asyncio.sleep(0.02)
        assert (waits[0]["position"], waits[0]["caseref"]) == (second.position, ONE)
        assert (await asked.client.post(f"{here}/waiting/{second.position}/set-aside")).status_code == 204
        await there.until(2)
        assert there.positions == [1, 3]
        answer = await asked.client.post(f"{here}/replays", json={"lastEventId": second.id})
        assert (answer.status_code, answer.json()) == (202, {"position": second.position})
        await there.until(3)
        assert there.positions == [1, 3, 3]
        since = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
        assert (await asked.client.post(f"{here}/replays", json={"since": since})).json() == {"position": 0}
        while len(there.positions) < 4:
            await asyncio.sleep(0.02)
        assert there.taken[3].id == first.id
        tries = (await asked.client.get(f"{here}/attempts")).json()
        assert {"taken", "status", "set_aside"} <= {one["code"] for one in tries}
        older = (await asked.client.get(f"{here}/attempts", params={"before": tries[0]["number"]})).json()
        assert older[0]["number"] < tries[0]["number"]


REFUSED = {
    "no url": ({"name": "a"}, "body_invalid", ["/url"]),
    "no name": ({"url": "https://a.example/"}, "body_invalid", ["/name"]),
    "a name that would break a line": ({"name": "a\nb", "url": "https://a.example/"}, "body_invalid", ["/name"]),
    "a field that is not known": ({"name": "a", "url": "https://a.example/", "sesame": 1}, "body_invalid", [""]),
    "a type that is not known": ({"name": "a", "url": "http://127.0.0.1/", "types": ["sesame"]}, "type_unknown", ["/types"]),
    "a host that is not listed": ({"name": "a", "url": "https://sesame.example/"}, "url_not_allowed", ["/url"]),
    "no TLS": ({"name": "a", "url": "http://sesame.example/"}, "url_not_allowed", ["/url"]),
    "signs of life without end": (
        {"name": "a", "url": "http://127.0.0.1/", "heartbeatSeconds": 1},
        "body_invalid",
        ["/heartbeatSeconds"],
    ),
}


@pytest.mark.parametrize("which", REFUSED)
async def test_what_cannot_be_is_refused_and_not_repeated(asked: Asked, which: str) -> None:
    body, code, pointers = REFUSED[which]
    answer = await asked.client.post("/v1/webhooks", json=body)
    assert (answer.json()["code"], answer.json()["errors"]) == (code, [{"pointer": pointer} for pointer in pointers])
    assert "sesame" not in answer.text


@pytest.mark.parametrize(
    ("body", "code"),
    [(b"{", "malformed_json"), (b"\xff", "not_utf8"), (b"[]", "malformed_json"), (b" " * (LARGEST + 1), "too_large")],
    ids=["half", "latin", "list", "large"],
)
async def test_bodies_that_are_none(asked: Asked, body: bytes, code: str) -> None:
    answer = await asked.client.post("/v1/webhooks", content=body, headers={"content-type": "application/json"})
    assert answer.json()["code"] == code
    for kind in ("text/xml", "application/json; charset=latin-1"):
        answer = await asked.client.post("/v1/webhooks", content=b"<a/>", headers={"content-type": kind})
        assert answer.json()["code"] == "content_type_unsupported"


@pytest.mark.parametrize("wrong", ["0123456789abcdef", "x", "0123456789ABCDEF", "%00", "a" * 500])
async def test_an_endpoint_that_is_not_there(asked: Asked, wrong: str) -> None:
    here = f"/v1/webhooks/{wrong}"
    body = {"name": "a", "url": "http://127.0.0.1/"}
    answers = [
        await asked.client.get(here),
        await asked.client.put(here, json=body),
        await asked.client.delete(here),
        await asked.client.post(f"{here}/tests"),
        await asked.client.post(f"{here}/secrets"),
        await asked.client.post(f"{here}/replays", json={"lastEventId": "5eed5eed"}),
        await asked.client.post(f"{here}/waiting/1/set-aside"),
        await asked.client.get(f"{here}/attempts"),
        await asked.client.get(f"{here}/waiting"),
    ]
    assert {answer.json()["code"] for answer in answers} == {"not_found"}


async def test_replays_from_nowhere_and_what_does_not_wait(asked: Asked) -> None:
    async with receiver() as there:
        here = f"/v1/webhooks/{(await asked.make(there))['id']}"
        replay = await asked.client.post(f"{here}/replays", json={"lastEventId": "5eed5eed"})
        assert replay.json()["code"] == "cursor_unknown"
        for body in ({}, {"lastEventId": "5eed5eed", "since": "2026-03-02T11:00:00Z"}, {"since": "2026-03-02T11:00:00"}):
            assert (await asked.client.post(f"{here}/replays", json=body)).json()["code"] == "body_invalid"
        assert (await asked.client.post(f"{here}/waiting/1/set-aside")).json()["code"] == "not_found"


async def test_each_route_asks_for_its_scope(asked: Asked) -> None:
    """Every route there is, also one that is added: only what was tried may be seen with ``read``."""
    reads = {"/v1/webhooks/{webhook_id}/attempts", "/v1/webhooks/{webhook_id}/waiting"}
    paths: dict[str, dict[str, Any]] = asked.app.openapi()["paths"]
    assert len(paths) == 8
    for path, methods in paths.items():
        for method in methods:
            wrong = "manage" if path in reads else "read"
            address = path.format(webhook_id="0123456789abcdef", position=1)
            answer = await asked.client.request(method, address, headers={"scopes": wrong})
            assert answer.json()["code"] == "scope_missing", (method, path)


def test_a_process_in_production_calls_only_what_is_listed(empty: Path, tmp_path: Path, directory: Directory) -> None:
    copyfile(empty, tmp_path / "a.db")
    url = f"sqlite:///{tmp_path / 'a.db'}"
    made = Asked(url, directory, mode=Mode.PRODUCTION, webhook_hosts="hooks.example=10.0.0.0/8")

    async def ask() -> list[int]:
        urls = ("https://hooks.example/", "http://127.0.0.1/", "https://127.0.0.1/", "https://other.example/")
        return [
            (await made.client.post("/v1/webhooks", json={"name": f"n{number}", "url": there})).status_code
            for number, there in enumerate(urls)
        ]

    assert asyncio.run(ask()) == [201, 422, 422, 422]
    with pytest.raises(ValueError, match="KETEN_WEBHOOK_HOSTS"):
        Asked(url, directory, webhook_hosts="*")
