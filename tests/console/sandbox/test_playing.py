"""People by a script: step after step, not in a case that somebody leads, and on with it after a restart."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from console.sandbox.cast import Cast, cast
from console.sandbox.passing import Passed
from console.sandbox.playing import Players
from console.sandbox.script import Script
from console.sandbox.voice import first_of
from contracts.agencies import Directory
from contracts.envelope import SealedEvent
from contracts.events.referrals import Need, ReferralOffered
from contracts.reference import new_reference
from contracts.words import Service
from runtime.waiting import until

SOON = {"amount": 0, "unit": "second"}
STEPS: list[dict[str, Any]] = [
    {"decide": "see_offer", "after": SOON},
    {"decide": "decline_offer", "after": SOON, "with": {"reason": "full"}},
]
SCRIPT = Script.model_validate({"when": [{"event": "referrals.offered", "at": "aid_organisation", "steps": STEPS}]})


class Staff:
    """Takes note of what is decided."""

    def __init__(self) -> None:
        self.decided: list[tuple[str, str, str]] = []
        self.content: list[dict[str, Any]] = []
        self.impossible: set[str] = set()
        self.slow: set[str] = set()

    async def decide(self, slug: str, reference: str, command: str, **content: Any) -> None:
        if command in self.slow:
            await asyncio.sleep(60)
        if command in self.impossible:
            raise RuntimeError("waited in vain")
        self.decided.append((slug, reference, command))
        self.content.append(content)


@pytest.fixture
def who(directory: Directory) -> Cast:
    return cast(directory, directory.get("womens-shelter"))


@pytest.fixture
def staff() -> Staff:
    return Staff()


def players(staff: Any, who: Cast, directory: Directory, home: Path, script: Script = SCRIPT) -> Players:
    return Players(script, who, directory, staff, home / "playing.json")


def offered(who: Cast, to: str, number: int = 1) -> Passed:
    now = datetime.now(UTC)
    event = ReferralOffered(referral=1, need=Need(service=Service.COSM), answer_by=now + timedelta(minutes=1))
    message = first_of(who.owner, event, new_reference())
    outside = SealedEvent.model_validate({**message.outside, "datacontenttype": "application/jose", "data": "a.b"})
    return Passed(number, now, who.owner.slug, to, outside, b"", None)


async def test_what_the_script_says_is_done_in_order(who: Cast, staff: Staff, directory: Directory, tmp_path: Path) -> None:
    people = players(staff, who, directory, tmp_path)
    event = offered(who, "cosm-shelter")
    async with people.acting():
        people.hear(event)
        await until(_done(staff, 2), seconds=10)
    caseref = event.outside.caseref
    assert staff.decided == [("cosm-shelter", caseref, "see_offer"), ("cosm-shelter", caseref, "decline_offer")]
    assert staff.content == [{}, {"reason": "full"}]


async def test_nobody_plays_at_the_own_agency(who: Cast, staff: Staff, directory: Directory, tmp_path: Path) -> None:
    people = players(staff, who, directory, tmp_path)
    async with people.acting():
        people.hear(offered(who, "womens-shelter"))
        people.hear(offered(who, "cosm-shelter", 2))
        await until(_done(staff, 2), seconds=10)
    assert {slug for slug, _, _ in staff.decided} == {"cosm-shelter"}


async def test_what_is_not_possible_ends_that_rule_and_no_other(
    who: Cast, staff: Staff, directory: Directory, tmp_path: Path
) -> None:
    staff.impossible = {"see_offer"}
    people = players(staff, who, directory, tmp_path)
    async with people.acting():
        people.hear(offered(who, "cosm-shelter"))
        await asyncio.sleep(0.1)
        staff.impossible = set()
        people.hear(offered(who, "ambulatory-help", 2))
        await until(_done(staff, 2), seconds=10)
    assert {slug for slug, _, _ in staff.decided} == {"ambulatory-help"}


async def test_a_case_that_is_led_is_left_alone_and_gone_on_with(
    who: Cast, staff: Staff, directory: Directory, tmp_path: Path
) -> None:
    people = players(staff, who, directory, tmp_path)
    event = offered(who, "cosm-shelter")
    async with people.acting():
        people.lead(event.outside.caseref)
        people.hear(event)
        await asyncio.sleep(0.1)
        assert staff.decided == []
        people.release(event.outside.caseref, frozenset({("cosm-shelter", "see_offer")}))
        await until(_done(staff, 1), seconds=10)
    assert [command for _, _, command in staff.decided] == ["decline_offer"]


async def test_whoever_leads_a_case_stops_what_was_begun_in_it(
    who: Cast, staff: Staff, directory: Directory, tmp_path: Path
) -> None:
    late = [{"decide": "see_offer", "after": {"amount": 1, "unit": "second"}}]
    script = Script.model_validate({"when": [{"event": "referrals.offered", "at": "cosm-shelter", "steps": late}]})
    people = players(staff, who, directory, tmp_path, script)
    event = offered(who, "cosm-shelter")
    async with people.acting():
        people.hear(event)
        people.lead(event.outside.caseref)
        await asyncio.sleep(1.3)
    assert staff.decided == []


async def test_after_a_restart_it_goes_on_where_it_was(who: Cast, staff: Staff, directory: Directory, tmp_path: Path) -> None:
    staff.slow = {"decline_offer"}
    people = players(staff, who, directory, tmp_path)
    event = offered(who, "cosm-shelter")
    async with people.acting():
        people.hear(event)
        await until(_done(staff, 1), seconds=10)
    again = Staff()
    async with players(again, who, directory, tmp_path).acting():
        await until(_done(again, 1), seconds=10)
    assert again.decided == [("cosm-shelter", event.outside.caseref, "decline_offer")]
    assert json.loads((tmp_path / "playing.json").read_text())["playing"] == []
    assert (tmp_path / "playing.json").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("kept", ["{", "[]", '{"script": 1}', ""], ids=["half", "a list", "no rules", "nothing"])
async def test_what_was_kept_and_cannot_be_read_stops_nobody(
    kept: str, who: Cast, staff: Staff, directory: Directory, tmp_path: Path
) -> None:
    (tmp_path / "playing.json").write_text(kept)
    async with (people := players(staff, who, directory, tmp_path)).acting():
        people.hear(offered(who, "cosm-shelter"))
        await until(_done(staff, 2), seconds=10)


async def test_with_another_script_what_was_begun_is_forgotten(
    who: Cast, staff: Staff, directory: Directory, tmp_path: Path
) -> None:
    staff.slow = {"see_offer"}
    people = players(staff, who, directory, tmp_path)
    async with people.acting():
        people.hear(offered(who, "cosm-shelter"))
        await asyncio.sleep(0.05)
    assert json.loads((tmp_path / "playing.json").read_text())["playing"]
    other = Script.model_validate({"when": [{"event": "referrals.offered", "at": "cosm-shelter", "steps": STEPS[:1]}]})
    again = Staff()
    async with players(again, who, directory, tmp_path, other).acting():
        await asyncio.sleep(0.1)
    assert again.decided == []


def _done(staff: Staff, many: int) -> Any:
    async def done() -> bool:
        return len(staff.decided) >= many

    return done
