"""A post office beside real offices: from outside it is one of them."""

import json
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from joserfc.util import urlsafe_b64decode
from nats.aio.msg import Msg

from console.installation import Installation
from contracts.events.signals import SignalReceived
from post_office.ports import Stage
from post_office.process import post_office
from runtime.bus.connection import connect, headers_of
from runtime.bus.seal import read_outside
from tests.bus_server import COORDINATOR, DESK, POLICE, REGISTRY
from tests.installed import eventually
from tests.post_office.at_work import FAST, heard, receipt, signal, until
from tests.workers.few import few
from workers.kinds import offices

pytestmark = pytest.mark.long


async def test_a_real_desk_takes_what_a_post_office_sends_and_its_receipt_stands_in_the_feed(tmp_path: Path) -> None:
    async with few(tmp_path, [POLICE, DESK, COORDINATOR, REGISTRY], **FAST) as installation:
        desk, police = installation.directory.get(DESK), installation.directory.get(POLICE)
        async with offices([desk], installation), post_office(police, installation, patience=0) as office:
            [kept] = await office.book.keep([signal(1, subject="our number 7")])
            [receipt, *_] = await heard(office, 1)
            assert (receipt.type, receipt.sender, receipt.subject) == (SignalReceived.rule.type, DESK, "our number 7")
            assert receipt.caseref == kept.caseref
            taken = await until(office, "signal-1", Stage.TAKEN)
            assert [rung.stage for rung in taken.rungs][:2] == [Stage.KEPT, Stage.SENT]
            assert not [rung for rung in taken.rungs if rung.stage in {Stage.REFUSED, Stage.MISSED}]


@asynccontextmanager
async def _overheard(installation: Installation, slug: str) -> AsyncGenerator[list[tuple[dict[str, str], bytes]]]:
    """Headers and body of every receipt that reaches an agency."""
    passed: list[tuple[dict[str, str], bytes]] = []

    async def hear(message: Msg) -> None:
        passed.append((dict(headers_of(message)), message.data))

    client = await connect(installation.nats_url, installation.operator_seed(installation.directory.get(slug)))
    await client.subscribe(f"from.*.{SignalReceived.short_name()}", cb=hear)  # pyright: ignore[reportUnknownMemberType]
    await client.flush()
    try:
        yield passed
    finally:
        await client.close()


def _parts(installation: Installation, raw: bytes) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """What can be read on the way with the head of the seal, the head of the signature, and what is within."""
    now, outside = datetime.now(UTC), json.loads(raw)
    seal_head = json.loads(urlsafe_b64decode(outside["data"].split(".")[0].encode()))
    outside["data"] = {name: value for name, value in seal_head.items() if name != "epk"} | {"epk": sorted(seal_head["epk"])}
    police, desk = installation.directory.get(POLICE), installation.directory.get(DESK)
    opened = installation.seal(police).opened(read_outside(raw, now), desk, now)
    signed = json.loads(urlsafe_b64decode(opened.proof.split(".")[0].encode()))
    return outside, signed, opened.message.model_dump(mode="json", exclude_none=True)


OWN_TO_EACH = {"id", "time", "caseref", "traceparent"}
"""What is another in every event, whoever sends it; both have the same form."""


async def test_an_event_of_an_office_and_one_of_a_post_office_differ_in_nothing_but_their_source(tmp_path: Path) -> None:
    """The same receipt for two signals: once the desk has an office, and once a post office."""
    async with few(tmp_path, [POLICE, DESK, COORDINATOR, REGISTRY], **FAST) as installation:
        desk, police = installation.directory.get(DESK), installation.directory.get(POLICE)
        async with _overheard(installation, POLICE) as passed, post_office(police, installation, patience=0) as ours:

            async def overheard(number: int) -> None:
                async def there() -> bool:
                    return len(passed) == number

                await eventually(there)

            async with offices([desk], installation):
                await ours.book.keep([signal(1)])
                await overheard(1)
            async with post_office(desk, installation, patience=20) as theirs:
                [kept] = await ours.book.keep([signal(2)])
                await heard(theirs, 1)
                await theirs.book.keep([receipt(2, kept.caseref)])
                await overheard(2)
        (headers, office_s), (other_headers, post_office_s) = passed
        assert headers.keys() == other_headers.keys()
        for one, other in zip(_parts(installation, office_s), _parts(installation, post_office_s), strict=True):
            assert _form(one) == _form(other)


def _form(part: dict[str, Any]) -> dict[str, Any]:
    """A part without what tells one event from another."""
    answers = part.get("causationid")
    assert answers is None or re.fullmatch("[0-9a-f]{32}", answers), "only who answers names what it answers"
    form = {name: value for name, value in part.items() if name != "causationid"}
    for name in OWN_TO_EACH & form.keys():
        form[name] = re.sub("[0-9a-z]", "x", form[name])
    if "source" in form:
        form["source"] = form["source"].rpartition(":")[0]
    return form
