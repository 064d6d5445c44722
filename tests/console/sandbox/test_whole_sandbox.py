"""A sandbox as it runs: everything that can be triggered, every fault with its effect, the page, and people by a script."""

import asyncio
import json
from typing import Any

import httpx
import pytest
from joserfc.util import urlsafe_b64decode

from console.event_names import event_class
from console.sandbox.cast import cast
from console.sandbox.control import NoSandbox, ordered
from console.sandbox.curls import MEDIA, body_of
from console.sandbox.leading import Lead
from console.sandbox.passing import Passed, Passing
from console.sandbox.paths import reached
from console.sandbox.running import Sandbox
from contracts.event import Event
from contracts.events.deliveries import DeliveriesMissed
from contracts.events.referrals import ReferralOffered, ReferralSeen
from contracts.words import AgencyKind
from runtime.waiting import until
from tests.console.sandbox.direct import Direct

pytestmark = [pytest.mark.long, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]
EVERY = pytest.mark.sandbox
"""What takes minutes on a whole chain: `make sandbox`."""

OWN = "womens-shelter"
PATIENCE = 60.0
OFFERED = ReferralOffered


class System:
    """What an agency's own system sees, with nothing but HTTP."""

    def __init__(self, box: Sandbox) -> None:
        assert box.own.token
        self._box = box
        self.headers = {"Authorization": f"Bearer {box.own.token}"}

    async def ask(self, path: str) -> Any:
        async with httpx.AsyncClient() as client:
            answer = await client.get(f"{self._box.own.url}{path}", headers=self.headers)
        assert answer.headers["Keten-Sandbox"] == "true"
        return answer.json()

    async def feed(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while page := await self.ask(f"/v1/feed?lastEventId={found[-1]['id']}" if found else "/v1/feed"):
            found += page
        return found

    async def of_case(self, caseref: str) -> list[str]:
        """What the feed has of a case, by its numbers."""
        return [event["sequence"] for event in await self.feed() if event["caseref"] == caseref and event["sequence"] != "0"]

    async def gets(self, caseref: str, *numbers: str) -> None:
        async def there() -> bool:
            return await self.of_case(caseref) == list(numbers)

        await until(there, seconds=PATIENCE, pause=0.3)

    async def sends(self, event: Event, caseref: str) -> str:
        """Hand in an event; its id."""
        body = body_of(event, "coordinator-almere", caseref=caseref)
        async with httpx.AsyncClient() as client:
            headers = {**self.headers, "Content-Type": MEDIA}
            answer = await client.post(f"{self._box.own.url}/v1/events", json=body, headers=headers)
        assert answer.status_code == 202, answer.text
        return body["id"]

    async def reaches(self, event_id: str, stage: str) -> dict[str, Any]:
        """Wait until an event has come so far; that step."""
        found: list[dict[str, Any]] = []

        async def there() -> bool:
            status = await self.ask(f"/v1/events/{event_id}")
            found[:] = [step for step in status["steps"] if step["stage"] == stage]
            return bool(found)

        await until(there, seconds=PATIENCE, pause=0.3)
        return found[0]

    async def stages(self, event_id: str) -> set[str]:
        return {step["stage"] for step in (await self.ask(f"/v1/events/{event_id}"))["steps"]}


@pytest.fixture
def system(box: Sandbox) -> System:
    return System(box)


def passed(box: Sandbox, caseref: str) -> list[tuple[str, str]]:
    """What passed of a case to the own agency, as its names and numbers."""
    return [
        (event.name, event.outside.sequence)
        for event in box.passing.events
        if event.outside.caseref == caseref and event.to == OWN
    ]


def case_in(words: str) -> str:
    return next(word.strip(" ,") for word in words.split() if word.startswith("k") and len(word.strip(" ,")) == 25)


@EVERY
@pytest.mark.parametrize("name", reached(AgencyKind.AID_ORGANISATION))
async def test_an_aid_organisation_gets_what_it_wants(box: Sandbox, name: str) -> None:
    event = await box.bring(event_class(name))
    assert event.to == "womens-shelter"
    assert event.name == name
    assert event.message is not None


@EVERY
@pytest.mark.parametrize("name", [name for name in reached(AgencyKind.REPORTER) if name != "deliveries.confirmed"])
async def test_a_reporter_gets_what_it_wants(box: Sandbox, name: str) -> None:
    """In the same installation: its own system reports, and others do what follows."""
    police = box.installation.directory.get("police-midden-nederland")
    passing = Passing(box.installation, police)
    async with passing.listening():
        who = cast(box.installation.directory, police)
        lead = Lead(box.installation, who, passing, Direct(box.installation, police))
        event = await lead.to(event_class(name))
    assert event.to == "police-midden-nederland"
    assert event.name == name


@EVERY
@pytest.mark.parametrize(
    ("slug", "name"),
    [
        ("police-unit-midden-nederland", "dangers.person-missing"),
        ("coordinator-almere", "referrals.client-found"),
        ("coordinator-almere", "referrals.waitlisted"),
        ("coordinator-almere", "referrals.ended"),
    ],
)
async def test_where_a_person_is_comes_to_whoever_must_know_it(box: Sandbox, slug: str, name: str) -> None:
    own = box.installation.directory.get(slug)
    passing = Passing(box.installation, own)
    async with passing.listening():
        lead = Lead(box.installation, cast(box.installation.directory, own), passing, Direct(box.installation, own))
        event = await lead.to(event_class(name))
    assert (event.to, event.name) == (slug, name)


async def test_what_came_twice_is_in_the_feed_once(box: Sandbox, system: System) -> None:
    once = await box.bring(OFFERED)
    await system.gets(once.outside.caseref, "1")
    twice = case_in(await box.fault("duplicate"))
    assert twice == once.outside.caseref

    async def came() -> bool:
        return len(passed(box, twice)) == 2

    await until(came, seconds=PATIENCE)
    later = await box.bring(OFFERED)
    await system.gets(later.outside.caseref, "1")
    assert await system.of_case(twice) == ["1"]


@EVERY
async def test_what_came_in_the_wrong_order_is_in_order_in_the_feed(box: Sandbox, system: System) -> None:
    caseref = case_in(await box.fault("reorder"))
    await system.gets(caseref, "1", "2")
    assert passed(box, caseref) == [("referrals.recalled", "2"), ("referrals.offered", "1")]


@EVERY
async def test_of_a_gap_its_sender_hears_and_it_is_filled(box: Sandbox, system: System) -> None:
    before = box.passing.newest
    caseref = case_in(await box.fault("gap"))

    def missed(event: Passed) -> bool:
        return event.sender == OWN and event.type == DeliveriesMissed.rule.type and event.outside.caseref == caseref

    said = await box.passing.seen(missed, after=before, seconds=PATIENCE)
    assert said.message
    told = said.message.event()
    assert isinstance(told, DeliveriesMissed)
    assert told.gaps == [(2, 2)]
    assert [number for _, number in passed(box, caseref) if number != "0"] == ["1", "3"]
    await box.fault("end")
    await system.gets(caseref, "1", "3", "2")


@EVERY
async def test_what_is_kept_back_comes_late(box: Sandbox, system: System) -> None:
    await box.fault("late")
    with pytest.raises(ValueError, match="lasts already"):
        await box.fault("late")
    late = await box.bring(OFFERED)
    await asyncio.sleep(1)
    assert await system.of_case(late.outside.caseref) == []
    assert await box.fault("end") == "ended: late"
    await system.gets(late.outside.caseref, "1")
    assert await box.fault("end") == "no fault lasts"


@EVERY
async def test_without_a_bus_what_is_handed_in_is_kept_and_leaves_afterwards(box: Sandbox, system: System) -> None:
    offered = await box.bring(OFFERED)
    await system.gets(offered.outside.caseref, "1")
    await box.fault("bus-down")
    sent = await system.sends(ReferralSeen(referral=1), offered.outside.caseref)
    await asyncio.sleep(1)
    assert await system.stages(sent) == {"kept"}
    assert {part["status"] for part in (await system.ask("/v1/health"))["parts"]} == {"pass", "fail"}
    await box.fault("end")
    await system.reaches(sent, "sent")


@EVERY
async def test_the_next_event_is_refused_and_the_one_after_is_not(box: Sandbox, system: System) -> None:
    offered = await box.bring(OFFERED)
    await system.gets(offered.outside.caseref, "1")
    await box.fault("refuse")
    first = await system.sends(ReferralSeen(referral=1), offered.outside.caseref)
    assert (await system.reaches(first, "refused"))["code"] == "not_possible_now"
    other = await box.bring(OFFERED)
    await system.gets(other.outside.caseref, "1")
    second = await system.sends(ReferralSeen(referral=1), other.outside.caseref)
    await system.reaches(second, "taken")
    assert "refused" not in await system.stages(second)


@EVERY
async def test_new_keys_are_used_and_nothing_is_noticed(box: Sandbox, system: System) -> None:
    before = await box.bring(OFFERED)
    words = await box.fault("key-renewal")
    after = next(event for event in box.passing.shown(10) if event.to == OWN and event.type == OFFERED.rule.type)
    assert "you have new keys" in words
    await system.gets(after.outside.caseref, "1")
    numbers = [int(sealed_to(event).split(".")[1]) for event in (before, after)]
    assert numbers[1] == numbers[0] + 1


def sealed_to(event: Passed) -> str:
    """The name of the key to which it was sealed."""
    return json.loads(urlsafe_b64decode(event.outside.data.split(".")[0].encode()))["kid"]


@EVERY
async def test_people_go_on_by_the_script(box: Sandbox, system: System) -> None:
    """A coordinator concludes the case some seconds after help ended, and the reporter hears it."""
    offered = await box.bring(OFFERED)
    caseref = offered.outside.caseref
    before = box.passing.newest
    await box.own.send(event_class("referrals.accepted")(referral=1), "coordinator-almere", caseref)  # pyright: ignore[reportCallIssue]
    await box.own.send(event_class("referrals.first-contact-made")(referral=1), "coordinator-almere", caseref)  # pyright: ignore[reportCallIssue]
    completed = event_class("referrals.completed").model_validate({"referral": 1, "outcome": "safe_housing"})
    await box.own.send(completed, "coordinator-almere", caseref)

    def concluded(event: Passed) -> bool:
        return event.name == "cases.concluded" and event.outside.caseref == caseref

    assert await box.passing.seen(concluded, after=before, seconds=PATIENCE)


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/v1/feed", 401), ("GET", "/nothing", 404), ("PUT", "/v1/events", 405)]
)
async def test_errors_say_too_that_this_is_a_sandbox(box: Sandbox, method: str, path: str, status: int) -> None:
    async with httpx.AsyncClient() as client:
        answer = await client.request(method, f"{box.own.url}{path}")
    assert answer.status_code == status
    assert answer.headers["Keten-Sandbox"] == "true"


async def test_another_terminal_orders_with_the_key_of_the_home(box: Sandbox) -> None:
    home = box.installation.settings.home
    words = await asyncio.to_thread(ordered, home, "trigger", "referrals.offered")
    assert "came from coordinator-almere" in words
    with pytest.raises(ValueError, match="is no fault"):
        await asyncio.to_thread(ordered, home, "fault", "nonsense")
    with pytest.raises(ValueError, match="no event"):
        await asyncio.to_thread(ordered, home, "trigger", "nonsense")
    with pytest.raises(NoSandbox):
        await asyncio.to_thread(ordered, home / "other", "fault", "gap")
    async with httpx.AsyncClient() as client:
        for headers in ({}, {"Authorization": "Bearer wrong"}):
            answer = await client.post(f"{box.address}/orders/fault", json={"name": "gap"}, headers=headers)
            assert answer.status_code == 401


async def test_the_page_shows_what_passes_and_content_of_ours_only(box: Sandbox) -> None:
    await box.bring(OFFERED)
    event = next(event for event in box.passing.shown(10) if event.type == OFFERED.rule.type)
    theirs = next(event for event in box.passing.shown(50) if event.message is None)
    async with httpx.AsyncClient(base_url=box.address) as client:
        for language, word in (("nl", "Wat er langskomt"), ("en", "What passes")):
            answer = await client.get("/", params={"language": language})
            assert word in answer.text
            assert f'<html lang="{language}">' in answer.text
            assert event.outside.caseref in answer.text
            assert "script" not in answer.text.lower().replace("description", "")
            assert box.own.token not in answer.text  # pyright: ignore[reportOperatorIssue]
        one = await client.get(f"/events/{event.number}")
        assert "answer_by" in one.text
        assert "curl --fail-with-body -sS" in one.text
        for absent in (str(theirs.number), "999999", "nonsense"):
            assert (await client.get(f"/events/{absent}")).status_code == 404
        assert (await client.get("/", headers={"Host": "elsewhere.example"})).status_code == 421
