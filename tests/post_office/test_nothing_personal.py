"""A mark in every personal field, own number, own id, token, secret and endpoint: on no wire, log, disk or metric of ours.

The marks, and how they are found, are those of the whole installation (``tests/e2e/canaries``).
"""

import asyncio
import base64
import json
import logging
import shutil
from collections import Counter
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from nats.aio.msg import Msg

from contracts.agencies import Directory
from contracts.catalogue import CATALOGUE, Lane, lanes
from contracts.event import Event
from contracts.events.children import ChildReported, GuardianNamed
from contracts.events.erasures import ErasureCompleted, ErasureRequested
from contracts.events.referrals import PersonRevealed, ReferralOffered
from contracts.events.signals import SignalAmended, SignalReported, SignalRouted, SignalSupplemented
from contracts.examples import example_of
from contracts.personal import personal_fields
from post_office.book import SqlBook
from post_office.outbox import Ready
from post_office.ports import Draft, Gone, Heard
from post_office.process import PostOffice, book_of, published_file
from post_office.serving import Answering, answering
from post_office.tokens import Scope
from runtime.bus.connection import headers_of
from runtime.http.listening import bound
from runtime.keys.files import Role
from runtime.logs import configure_logs
from runtime.office.drivers import Drivers
from runtime.settings import Settings
from tests.bus_server import DESK, POLICE, BusServer, eventually, running
from tests.e2e.canaries.marks import FORMS, MARKED, STAYS_INSIDE, Forms, forms_of, found_in, mark, marks
from tests.e2e.test_nothing_personal_is_stored import stored
from tests.post_office.asking import STRUCTURED, bearer
from tests.post_office.at_work import FAST, at_work, drivers_on, heard, receipt, signal
from tests.post_office.test_hostile import restored_logs
from tests.post_office.webhooks.receiver import Receiver, receiver
from tests.runtime.collector import Collector

pytestmark = pytest.mark.long

NUMBER, OWN_ID, PATH = "zzmark-own-number-zz", "zzmark-own-id-zz", "zzmark-path-zz"

FOLLOWS: Mapping[type[Event], type[Event]] = {
    GuardianNamed: ChildReported,
    PersonRevealed: ReferralOffered,
    SignalAmended: SignalRouted,
    SignalSupplemented: SignalReported,
}
"""Which event begins the case of one that begins none."""


class Played(NamedTuple):
    """What was left of it."""

    bus: BusServer
    events: list[Heard]
    """What the feeds of all recipients show."""
    wire: list[tuple[str, dict[str, str], bytes]]
    """Subject, headers and body of all that went over the bus."""
    log: str
    told: bytes
    """What the collector of processing logs was told."""
    hooks: Receiver
    forms: Forms
    secret: str
    health: str


def marked(event: type[Event]) -> dict[str, Any]:
    """The example of an event, with a mark in every personal field."""
    data: dict[str, Any] = example_of(event.short_name())["data"]
    for path in personal_fields(event):
        *above, last = path.split(".")
        place = data
        for name in above:
            place[name] = place.get(name) or {}
            place = place[name]
        if last in MARKED:
            place[last] = mark(last)
        elif last == "birth_year":
            place[last] = 1987
    return data


def drafts(directory: Directory) -> Mapping[str, list[Draft]]:
    """One of every event with a personal field that begins a case, by who sends it."""
    found: dict[str, list[Draft]] = {}
    for event, lane in _opening(directory).items():
        number = len(found.setdefault(lane.sender.slug, []))
        draft = _draft(event, lane)._replace(id=f"{OWN_ID}-{number}", subject=f"{NUMBER}-{number}")
        found[lane.sender.slug].append(draft)
    return found


def _opening(directory: Directory) -> dict[type[Event], Lane]:
    """Every event with a personal field that begins a case, and between whom it goes."""
    ours = [event for event in CATALOGUE.values() if personal_fields(event) and event.rule.opens and not event.rule.itself]
    every = sorted(lanes(directory), key=lambda lane: lane.sender.slug != POLICE)  # who hands in over HTTP first
    return {event: next(lane for lane in every if lane.event is event and _may(lane)) for event in ours}


def _may(lane: Lane) -> bool:
    return lane.event.model_validate(marked(lane.event)).objection(lane.sender) is None


def _draft(event: type[Event], lane: Lane) -> Draft:
    data = marked(event)
    return Draft("", event.rule.type, data, event.model_validate(data).grounds()[0], lane.recipient.slug)


def following(directory: Directory, begun: Sequence[Heard]) -> Mapping[str, list[Draft]]:
    """One of every other event with a personal field, by who sends it: each in the case of what it follows."""
    found: dict[str, list[Draft]] = {}
    for event in CATALOGUE.values():
        if personal_fields(event) and not event.rule.opens:
            between = _opening(directory)[FOLLOWS[event]]
            parties = {between.sender.slug, between.recipient.slug}
            lane = next(
                lane for lane in lanes(directory) if lane.event is event and {lane.sender.slug, lane.recipient.slug} == parties
            )
            [caseref] = [one.caseref for one in begun if (one.type, one.sender) == (between.event.rule.type, between.sender.slug)]
            number = len(found.setdefault(lane.sender.slug, []))
            found[lane.sender.slug].append(_draft(event, lane)._replace(id=f"{OWN_ID}-more-{number}", caseref=caseref))
    return found


@asynccontextmanager
async def overheard(bus: BusServer) -> AsyncGenerator[list[tuple[str, dict[str, str], bytes]]]:
    """Everything that goes over the bus meanwhile, heard by the operators of all agencies."""
    passed: list[tuple[str, dict[str, str], bytes]] = []

    async def hear(message: Msg) -> None:
        passed.append((message.subject, dict(headers_of(message)), message.data))

    async with AsyncExitStack() as stack:
        for agency in bus.directory.agencies:
            client = await stack.enter_async_context(bus.client(agency.slug, Role.OPERATOR))
            await client.subscribe("from.>", cb=hear)  # pyright: ignore[reportUnknownMemberType]
            await client.flush()
        yield passed


async def _hand_in(there: Answering, token: str, draft: Draft) -> None:
    """As the case system does."""
    event = {"specversion": "1.0", "id": draft.id, "source": "/zaken", "type": draft.type, "data": draft.data}
    event |= {"ground": draft.ground, "recipient": draft.recipient, "subject": draft.subject, "caseref": draft.caseref}
    event = {name: value for name, value in event.items() if value is not None}
    async with httpx.AsyncClient(base_url=there.address, headers=bearer(token) | STRUCTURED) as client:
        answer = await client.post("/v1/events", content=json.dumps(event))
        assert answer.status_code == 202, answer.text
        (await client.get(f"/v1/events/{draft.id}")).raise_for_status()


async def _hook(there: Answering, token: str, hooks: Receiver) -> str:
    wanted = {"name": "case-system", "url": hooks.url(path=f"/{PATH}"), "form": "full"}
    async with httpx.AsyncClient(base_url=there.address, headers=bearer(token)) as client:
        made = (await client.post("/v1/webhooks", json=wanted)).raise_for_status().json()
        (await client.post(f"/v1/webhooks/{made['id']}/tests", json={})).raise_for_status()
    return made["secret"]


async def _play(bus: BusServer, told: Collector) -> Played:
    written = StringIO()
    all_drafts = drafts(bus.directory)
    awaited = Counter(str(draft.recipient) for of_one in all_drafts.values() for draft in of_one)
    with restored_logs():
        configure_logs(as_json=True, level=logging.DEBUG, to=written)
        async with AsyncExitStack() as stack:
            wire = await stack.enter_async_context(overheard(bus))
            hooks = await stack.enter_async_context(receiver())
            drivers = drivers_on(bus, otlp_endpoint=told.url)
            there = await stack.enter_async_context(answering(bus.agency(POLICE), drivers, bound("127.0.0.1", 0)))
            offices: dict[str, PostOffice] = {POLICE: there.office}
            for slug in sorted((awaited.keys() | all_drafts.keys()) - {POLICE}):
                offices[slug] = await stack.enter_async_context(at_work(bus, slug, otlp_endpoint=told.url))
            token = there.tokens.add("case-system", Scope)
            secret = await _hook(there, token, hooks)

            async def kept(drafts: Mapping[str, list[Draft]]) -> None:
                for slug, of_one in drafts.items():
                    for draft in of_one:
                        if slug == POLICE:
                            await _hand_in(there, token, draft)
                        else:
                            await offices[slug].book.keep([draft])

            await kept(all_drafts)
            begun = [event for slug, count in awaited.items() for event in await heard(offices[slug], count)]
            more = following(bus.directory, begun)
            await kept(more)
            awaited.update(str(draft.recipient) for of_one in more.values() for draft in of_one)
            events = [event for slug, count in awaited.items() for event in await heard(offices[slug], count)]
            [reported] = [event for event in events if event.type == SignalReported.rule.type and event.sender == POLICE]
            await offices[DESK].book.keep([receipt(1, reported.caseref)])
            await hooks.until(2)
            async with httpx.AsyncClient(base_url=there.address, headers=bearer(token)) as client:
                health = (await client.get("/v1/health")).text + (await client.get("/v1/webhooks")).text
            private = forms_of([NUMBER, OWN_ID, PATH, token, secret.removeprefix("whsec_")])
            ids = {event.event["id"] for event in events if event.event}
            await eventually(lambda: _is_told(told, len(ids)))
    return Played(bus, events, wire, written.getvalue(), b"".join(told.bodies), hooks, {**FORMS, **private}, secret, health)


async def _is_told(told: Collector, count: int) -> bool:
    return len(told.told) >= count


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory, directory: Directory, told: Collector) -> Any:
    for bus in running(BusServer(tmp_path_factory.mktemp("marked"), directory)):
        yield asyncio.run(_play(bus, told))


def test_the_marks_arrived(played: Played) -> None:
    """The control: they were written, they travelled, and the agency's own system got its number back."""
    bodies = "\n".join(str(event.event) for event in played.events)
    assert found_in(bodies) >= marks(*set(MARKED) - set(STAYS_INSIDE))
    assert not found_in(bodies, forms_of([NUMBER, OWN_ID])), "what is the sender's own, its recipient does not get"
    assert any(NUMBER in told.body.decode() for told in played.hooks.taken)
    assert {told.verify(played.secret)["specversion"] for told in played.hooks.taken} == {"1.0"}


def test_no_mark_is_on_the_wire(played: Played) -> None:
    assert len(played.wire) > 2 * len(played.events)
    for subject, headers, body in played.wire:
        assert _in(played, f"{subject} {headers}", body) == set(), subject


def test_no_mark_is_in_a_log_and_neither_is_a_case(played: Played) -> None:
    assert played.log.count("post_office_opened") > 2, "something was logged"
    assert _in(played, played.log) == set()
    assert not [event.caseref for event in played.events if event.caseref in played.log]


def test_a_mark_that_is_planted_in_a_log_would_be_found(played: Played) -> None:
    for word in played.forms:
        assert _in(played, f"{played.log}{word}") >= {word}


def test_no_mark_is_on_the_disk(played: Played) -> None:
    files = stored(played.bus.keys.path.parent)
    assert {name.split("/")[0] for name in files} >= {"nats", "post-office", "case-keys", "processing-log", "keys"}
    cases = [event.caseref.encode() for event in played.events]
    assert all(any(case in raw for name, raw in files.items() if name.startswith("post-office/")) for case in cases)
    raw_secret = base64.b64decode(played.secret.removeprefix("whsec_"))
    assert {name: found for name, raw in files.items() if (found := _in(played, raw))} == {}
    assert [name for name, raw in files.items() if raw_secret in raw] == []


def test_no_mark_is_told_to_the_collector_or_shown_by_health_and_the_list_of_endpoints(played: Played) -> None:
    assert played.told
    assert _in(played, played.told) == set()
    assert "case-system" in played.health
    assert _in(played, played.health) == set()


def _in(played: Played, *searched: str | bytes) -> set[str]:
    return {word for text in searched for word in found_in(text, played.forms)}


async def _erased(bus: BusServer, caseref: str) -> None:
    """The desk asks, and the system of the police says that it did."""
    asks = Draft("asks", ErasureRequested.rule.type, {"reason": "term"}, recipient=POLICE, caseref=caseref)
    done = {"system": "retention", "held": True, "destroyed_on": "2026-01-01", "unreadable_from": "2026-01-15"}
    async with at_work(bus, POLICE) as police, at_work(bus, DESK) as desk:
        before = await police.book.newest()
        await desk.book.keep([asks])
        await heard(police, before + 1)
        await police.book.keep([Draft("done", ErasureCompleted.rule.type, done, recipient=DESK, caseref=caseref)])


def _copy(bus: BusServer, folder: Path, *parts: str) -> None:
    for part in parts:
        shutil.copytree(bus.keys.path.parent / part, folder / part, dirs_exist_ok=True)


@asynccontextmanager
async def _reading(bus: BusServer, home: Path) -> AsyncGenerator[SqlBook]:
    """The book that lies in a copy, with the keys that lie there."""
    drivers = Drivers(Settings(home=home, nats_url=bus.url, **FAST), bus.url)
    book = book_of(drivers, bus.agency(POLICE))
    async with book.open(published_file(drivers, bus.agency(POLICE))):
        yield book
    book.store.engine.dispose()


async def test_after_an_erasure_neither_the_book_nor_a_copy_of_it_yields_anything_and_marks_of_readers_hold(
    bus: BusServer, tmp_path: Path
) -> None:
    old, newer = tmp_path / "old", tmp_path / "newer"
    data = marked(SignalReported)
    async with at_work(bus, POLICE) as police, at_work(bus, DESK) as desk:
        one, other = await police.book.keep([signal(1, subject=NUMBER, data=data), signal(2, subject=f"{NUMBER}-2", data=data)])
        await heard(desk, 2)
        await desk.book.keep([receipt(1, one.caseref), receipt(2, other.caseref)])
        feed = await heard(police, 2)
        await police.book.acknowledge("case-system", 1)
    _copy(bus, old, "keys", "public-keys", "post-office", "case-keys")
    await _erased(bus, one.caseref)
    _copy(bus, newer, "keys", "public-keys", "post-office", "case-keys")
    shutil.copytree(old / "post-office", newer / "post-office", dirs_exist_ok=True)
    positions = {event.id: event.position for event in feed}
    async with _reading(bus, old) as book:
        assert await book.sent("signal-1"), "the control: with the keys of then all of it can be read"
        assert [event.event is None for event in await book.feed(0, 2)] == [False, False]
    async with _reading(bus, newer) as book:
        await _nothing_of(book, one.caseref, "signal-1")
        assert await book.sent("signal-2"), "the other case is there"
        assert {event.id: event.position for event in await book.feed(0, 2)} == positions
    async with at_work(bus, POLICE) as police:
        await _nothing_of(police.book, one.caseref, "signal-1")
        assert {event.id: event.position for event in await police.book.feed(0, 2)} == positions
        assert [(reader.name, reader.position) for reader in await police.book.readers()] == [("case-system", 1)]
        assert [await police.book.position_of(event.id) for event in feed] == [1, 2]


async def _nothing_of(book: SqlBook, caseref: str, own: str) -> None:
    with pytest.raises(Gone):
        await book.sent(own)
    seen = await book.case(caseref)
    assert seen
    assert (seen.subject, bool(seen.erased), NUMBER in str(seen)) == (None, True, False)
    of_case = [event for event in await book.feed(0, 100) if event.caseref == caseref]
    assert of_case
    content = [event for event in of_case if event.event and "erasures" not in event.type]
    assert content == []
    waiting: list[Ready] = await book.outbox.ready(DESK, (), 100)
    assert not [one for one in waiting if one.message.caseref == caseref and "erasures" not in one.message.type]
