"""Every event at its upper bounds goes through a whole installation: taken or refused in words, and people can go on.

That one row which cannot be rendered breaks no list is shown in ``tests/console/test_rows.py``.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Generator
from typing import NamedTuple

import pytest

from console.demo.stories import OBSERVATION
from contracts.catalogue import BY_SHORT_NAME
from contracts.events.registrations import RegistrationAmended, RegistrationRequested
from contracts.events.signals import SignalReported
from contracts.reference import new_reference
from contracts.refusals import RefusalCode
from contracts.words import Urgency
from runtime.bus import DeadLetter
from runtime.temporal.failing_files import FailingFile, failing_files
from tests.console.cli import Cli
from tests.contracts.test_bounds import TOO_LARGE
from tests.contracts.upper import WIDE, at_upper_bound
from tests.e2e.upper_bounds import DESK, OFFICER, OWNER, POLICE, REGISTRY, RIEC, SHELTER, Sent, Wires
from tests.installed import Keten, eventually

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(600)]

TEXT = WIDE * 8_000
GAP = 100
UNFORESEEN = {RefusalCode.UNREADABLE, RefusalCode.NOT_HANDLED}
OPENING = (
    {"signals.reported.v1"},
    {"signals.routed.v1"},
    {"referrals.offered.v1"},
    {"observations.noted.v1"},
    {"privacychecks.requested.v1", "privacychecks.requested.v2"},
    {"dossiers.brought.v1"},
    {"registrations.requested.v1"},
    {"coveragegaps.observed.v1"},
    {"disclosures.begun.v1"},
    {"dangers.reported.v1", "dangers.person-missing.v1"},
    {"minors.reported.v1"},
)
"""They open a file, so nothing about a case forbids them; of those that open the same file the first does."""
BROKEN = {"event_unforeseen", "watch_failed", "handler_failed"}


class Played(NamedTuple):
    """What was sent, and what became of it."""

    running: str
    strange: str
    sent: list[Sent]
    dead: list[DeadLetter]
    stuck: list[FailingFile]
    gap: tuple[str, ...]


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Generator[Keten]:
    """An installation of its own: the files that this opens would leave nobody else in peace."""
    keten = Keten(tmp_path_factory.mktemp("upper") / "home", KETEN_GAP_PATIENCE="3")
    keten.up()
    try:
        yield keten
    finally:
        assert keten.stop() == 0


@pytest.fixture(scope="module")
def played(own: Keten) -> Played:
    return asyncio.run(_play(own))


async def _play(own: Keten) -> Played:
    """All events about a case that nobody knows, and all about one in which everybody has a part."""
    here, strange = own.here, new_reference()
    async with Wires(here) as wires:
        sent = [await wires.send(lane, strange) for lane in wires.lanes.values()]
        running = await here.staff.report(POLICE, _reported(), DESK)
        await _go_on(own, running)
        gap = await _leave_a_gap(own, wires, running)
        sent += [await wires.send(lane, running) for lane in wires.lanes.values()]
        await wires.all_taken()
    installation = here.installation
    dead = [letter for agency in installation.directory.agencies for letter in await here.dead(agency.slug)]
    clients = [await installation.client(agency) for agency in installation.directory.agencies]
    stuck = [file for client in clients for file in await failing_files(client)]
    return Played(running, strange, sent, dead, stuck, gap)


def _reported() -> SignalReported:
    """A crisis would go to whoever is on duty at this hour, and a child to nobody that helps adults."""
    at_bounds = at_upper_bound(SignalReported)
    at_bounds["signal"]["urgency"] = Urgency.NORMAL
    at_bounds["signal"]["person"]["birth_year"] = 1990
    return SignalReported.model_validate(at_bounds)


async def _go_on(own: Keten, case: str) -> None:
    staff = own.here.staff
    await staff.decide(OWNER, case, "accept_case")
    await staff.decide(OWNER, case, "record_triage", finding="presumed_victim")
    await staff.decide(OWNER, case, "record_intake", needs=TEXT, person={"language": WIDE * 200})
    await staff.decide(OWNER, case, "record_consent", help=True, registration=True, riec=True, written=True)
    await staff.decide(OWNER, case, "offer_help", need={"service": "cosm"}, organisations=[SHELTER])
    await staff.decide(OWNER, case, "ask_privacy_check", observation={**OBSERVATION, "phenomenon": TEXT})
    await staff.decide(SHELTER, case, "accept_offer")
    observed = await staff.observation(OWNER, case)
    await staff.decide(OFFICER, observed, "bring_to_riec")
    await staff.decide(RIEC, observed, "record_enrichment", findings=TEXT)


async def _leave_a_gap(own: Keten, wires: Wires, case: str) -> tuple[str, ...]:
    """A hundred numbers are missing on one line.

    Returns:
        What the file there says about it.
    """
    opens, follows = (wires.lane(OWNER, REGISTRY, event) for event in (RegistrationRequested, RegistrationAmended))
    await wires.send(opens, case, system="gap")
    await wires.send(follows, case, system="gap", sequence=GAP + 2, data={"not_placed": 1})
    said: list[str] = []

    async def noticed() -> bool:
        alarms = [alarm for file in await own.here.at(REGISTRY, case) for alarm in file.view.alarms]
        said[:] = [alarm for alarm in alarms if "did not arrive" in alarm]
        return bool(said)

    await eventually(noticed)
    return tuple(said)


def test_every_event_of_the_catalogue_was_sent_but_those_that_are_too_large(played: Played) -> None:
    """These are refused where they are written, in words, and never reach the bus."""
    assert Counter(sent.name for sent in played.sent) == Counter(dict.fromkeys(BY_SHORT_NAME, 2))
    refused = [(sent.name, sent.code) for sent in played.sent if sent.code]
    assert sorted(refused) == sorted((name, RefusalCode.TOO_LARGE) for name in [*TOO_LARGE, *TOO_LARGE])


def test_what_is_not_taken_is_refused_in_words_that_were_foreseen(played: Played) -> None:
    assert all(letter.reason for letter in played.dead)
    assert not [letter for letter in played.dead if letter.code in UNFORESEEN]
    refused = {letter.event_id for letter in played.dead}
    taken = {sent.name for sent in played.sent if not sent.code and sent.id not in refused}
    assert not [events for events in OPENING if not taken & events]


def test_nothing_broke(played: Played, own: Keten) -> None:
    assert not [line for line in own.log if line["event"] in BROKEN]
    assert not played.stuck
    assert own.logged("event_taken")


def test_a_gap_of_a_hundred_is_an_alarm(played: Played) -> None:
    assert played.gap == (f"events number 2 to {GAP + 1} from {OWNER} did not arrive",)


@pytest.mark.parametrize(
    ("zone", "decides"), [("UTC", OWNER), ("Pacific/Kiritimati", SHELTER), ("America/Los_Angeles", REGISTRY)]
)
def test_people_see_every_case_and_can_decide(
    zone: str, decides: str, played: Played, own: Keten, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each discloses what it holds of the case, as was asked by an event of before."""
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        keten = Cli({**own.variables, "TZ": zone})
        listed = keten("cases")
        for reference in (played.running, played.strange):
            assert reference in listed
            assert reference in keten("case", reference)
        keten("decide", played.running, "disclose", "--as", decides)
    finally:
        monkeypatch.undo()
        time.tzset()
