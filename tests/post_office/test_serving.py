"""A post office as its agency's own system meets it: HTTP in, the bus and a real recipient behind it, webhooks out."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook

from post_office.ports import Stage
from post_office.serving import Answering, answering
from post_office.tokens import Scope
from runtime.bus.inbox import Inbox
from runtime.http.listening import bound
from tests.bus_server import DESK, POLICE, BusServer, eventually
from tests.post_office.at_work import at_work, drivers_on, heard, receipt, signal

pytestmark = pytest.mark.long

EVENT: dict[str, Any] = {
    "specversion": "1.0",
    "id": "report-1",
    "type": "nl.keten.signals.reported.v1",
    "ground": "legal_task",
    "subject": "Z-17",
    "data": {"signal": {"municipality": "GM0995", "account": "an invented example"}},
}


class Receiver:
    """A case system that takes webhooks; a place for what came."""

    def __init__(self) -> None:
        self.came: list[tuple[dict[str, str], bytes]] = []
        self.port = 0

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head.splitlines()[1:])}
        self.came.append((headers, await reader.readexactly(int(headers["content-length"]))))
        writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()


@asynccontextmanager
async def receiving() -> AsyncGenerator[Receiver]:
    receiver = Receiver()
    server = await asyncio.start_server(receiver.handle, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    async with server:
        yield receiver


@asynccontextmanager
async def served(bus: BusServer, slug: str, **settings: Any) -> AsyncGenerator[tuple[Answering, httpx.AsyncClient]]:
    async with answering(bus.agency(slug), drivers_on(bus, **settings), bound("127.0.0.1", 0)) as here:
        headers = {"Authorization": f"Bearer {here.tokens.add('system', Scope)}"}
        async with httpx.AsyncClient(base_url=here.address, headers=headers, timeout=60) as client:
            yield here, client


async def test_a_signal_goes_in_by_http_and_its_receipt_comes_out_by_feed_and_webhook(bus: BusServer) -> None:
    async with served(bus, POLICE) as (_, police), at_work(bus, DESK) as desk, receiving() as receiver:
        hook = {"name": "case-system", "url": f"http://127.0.0.1:{receiver.port}/hook", "form": "full"}
        made = (await police.post("/v1/webhooks", json=hook)).json()
        kept = await police.post("/v1/events", json=EVENT, headers={"content-type": "application/cloudevents+json"})
        assert (kept.status_code, kept.json()["stage"]) == (202, Stage.KEPT)
        [came] = await heard(desk, 1)
        await desk.book.keep([receipt(1, came.caseref)])
        [answer] = (await police.get("/v1/feed", params={"timeout": 30_000})).json()
        assert (answer["type"], answer["subject"], answer["data"]) == (
            "nl.keten.signals.received.v1",
            "Z-17",
            {"status": "with_desk"},
        )

        async def called() -> bool:
            return len(receiver.came) == 1

        await eventually(called)
        headers, body = receiver.came[0]
        assert Webhook(made["secret"]).verify(body, headers)["id"] == headers["webhook-id"] == answer["id"]


async def test_it_says_of_itself_what_it_is_for_and_how_it_does(bus: BusServer, monkeypatch: pytest.MonkeyPatch) -> None:
    async with served(bus, POLICE) as (_, police):
        paths = (await police.get("/v1/openapi.json")).json()["paths"]
        assert {"/v1/events", "/v1/feed", "/v1/webhooks"} <= paths.keys()
        catalogue = (await police.get("/v1/catalogue")).json()
        assert all(event["example"] for event in (*catalogue["sends"], *catalogue["hears"])), "each has an example to copy"
        assert (await police.get("/v1/health")).json()["status"] == "pass"
        monkeypatch.setattr(Inbox, "clock_wrong", property(lambda _: True))
        health = (await police.get("/v1/health")).json()
        assert {part["name"]: part["status"] for part in health["parts"]}["clock"] == "fail"
        bus.kill()

        async def told() -> bool:
            parts = (await police.get("/v1/health")).json()["parts"]
            return {part["name"]: part["status"] for part in parts}["bus"] == "fail"

        await eventually(told)
        assert (await police.post("/v1/events", json=EVENT, headers={"content-type": "application/cloudevents+json"})).is_success


async def test_content_waits_in_the_book_for_a_dead_endpoint(bus: BusServer, tmp_path: Path) -> None:
    async with receiving() as receiver:
        gone = f"http://127.0.0.1:{receiver.port}/hook"
    async with served(bus, POLICE, post_office_days=1e-9) as (here, police), at_work(bus, DESK) as desk:
        await police.post("/v1/webhooks", json={"name": "dead", "url": gone})
        await here.office.book.keep([signal(1)])
        [came] = await heard(desk, 1)
        await desk.book.keep([receipt(1, came.caseref)])
        [event] = await heard(here.office, 1)
        await police.put("/v1/consumers/desk", json={"lastEventId": event.id})
        hooks = (await police.get("/v1/webhooks")).json()

        async def waits() -> bool:
            return await here.office.hooks.desk.taken_to() == 0

        await eventually(waits)
        await here.office.chores.round()
        [still] = await here.office.book.feed(0, 10)
        assert still.event, "everybody has read it, and the endpoint has not taken it"
        await police.delete(f"/v1/webhooks/{hooks[0]['id']}")
        await here.office.chores.round()
        [let_go] = await here.office.book.feed(0, 10)
        assert let_go.event is None, "the control: nobody waits for it any more"
