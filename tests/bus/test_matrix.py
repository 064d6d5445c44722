"""Who can reach whom: exactly what catalogue and directory say, tried from every account with real keys."""

import asyncio
from pathlib import Path
from typing import NamedTuple

import pytest

from contracts.agencies import Directory
from runtime.keys.files import Role
from tests.bus.matrix.holes import ATTACKERS, planted, with_holes
from tests.bus.matrix.town import Town
from tests.bus.matrix.tries import LISTENING
from tests.bus.matrix.verdict import Verdict
from tests.bus_server import COORDINATOR, DESK, POLICE, REGISTRY, BusServer, running

pytestmark = pytest.mark.long


class Played(NamedTuple):
    """What everybody tried on everybody, and how everybody's streams stood before and after."""

    town: Town
    verdict: Verdict
    before: dict[str, tuple[object, ...]]
    after: dict[str, tuple[object, ...]]
    unacknowledged: dict[str, int]
    """How many messages each inbox waited for after every second agency had acknowledged the first message of all."""


@pytest.fixture(scope="module")
def played(one_bus: BusServer) -> Played:
    return asyncio.run(_play(one_bus))


async def _play(bus: BusServer, *attackers: str) -> Played:
    async with Town(bus).open() as town:
        before = await town.standing()
        await town.play(*attackers)
        after = await town.standing()
        for slug in town.plan.slugs[::2]:
            await town.acknowledge(slug)
        unacknowledged: dict[str, int] = {}
        for _ in range(50):  # the server counts an acknowledgement a moment after it came
            unacknowledged = {slug: await town.unacknowledged(slug) for slug in town.plan.slugs}
            if not any(unacknowledged[slug] for slug in town.plan.slugs[::2]):
                break
            await asyncio.sleep(0.1)
        return Played(town, Verdict(town), before, after, unacknowledged)


def test_nobody_gets_through_except_where_catalogue_and_directory_say(played: Played) -> None:
    agencies, listened = len(played.town.plan.slugs), len(LISTENING) * len(Role)
    tries = len(played.town.tries) + agencies * listened
    unexpected = played.verdict.unexpected
    assert not unexpected, f"{unexpected.total()} of {tries} attempts got through that should not: {dict(unexpected)}"
    assert tries > 30_000, f"{tries} attempts of {agencies} agencies"
    pairs = {(attempt.attacker, attempt.victim) for attempt in played.town.tries}
    assert len(pairs) == agencies**2, "everybody tries at everybody"
    print(f"0 of {tries} attempts got through")  # noqa: T201 - shown by pytest -rP


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (POLICE, "riec-midden-nederland"),
        (POLICE, "womens-shelter"),
        (COORDINATOR, "riec-midden-nederland"),
        (REGISTRY, "riec-midden-nederland"),
        ("cosm-shelter", "womens-shelter"),
        ("cosm-shelter", "riec-midden-nederland"),
        ("riec-midden-nederland", DESK),
        ("flevoland", COORDINATOR),
        ("flevoland", POLICE),
    ],
)
def test_agencies_without_business_have_no_lane_at_all(played: Played, one: str, other: str) -> None:
    """Said here by hand: what follows from the catalogue alone would not notice that the catalogue allows too much."""
    assert not {(one, other), (other, one)} & set(played.town.plan.neighbours)


def test_every_lane_is_open_and_every_right_is_there(played: Played) -> None:
    """Else that nobody got through would mean little."""
    assert not played.verdict.missing


def test_nothing_of_it_left_a_trace_in_anybodys_streams(played: Played) -> None:
    assert played.after == played.before


def test_nobody_acknowledges_for_another(played: Played) -> None:
    acknowledged = played.town.plan.slugs[::2]
    assert played.unacknowledged == {slug: 0 if slug in acknowledged else 1 for slug in played.town.plan.slugs}


def test_a_reply_subject_leads_an_acknowledgement_into_the_own_inbox_and_into_no_other(played: Played) -> None:
    """The server does not check what an agency's own streams answer to; the inbox refuses it, as it is no sealed event."""
    others = len(played.town.plan.slugs) - 1
    assert played.verdict.own_inbox == {slug: others * len(Role) for slug in played.town.plan.slugs}


def test_one_grant_too_many_of_every_kind_is_found(tmp_path: Path, directory: Directory) -> None:
    for bus in running(BusServer(tmp_path, directory, change=with_holes)):
        played = asyncio.run(_play(bus, *ATTACKERS))
        assert set(played.verdict.unexpected) == planted(played.town.plan.neighbours)
        changed = {slug for slug in played.town.plan.slugs if played.after[slug] != played.before[slug]}
        assert changed == {REGISTRY}, "the police acknowledged there"
        assert not played.verdict.missing


@pytest.mark.parametrize("subject", ["from.>", ">", "to.>", "dead.>", "$JS.>", "_INBOX_.>", f"from.{POLICE}.signals.reported.v1"])
async def test_a_worker_may_not_subscribe(shared_bus: BusServer, subject: str) -> None:
    """The server objects before it answers the ping of a flush."""
    import nats  # noqa: PLC0415

    heard: list[str] = []

    async def note(error: Exception) -> None:
        heard.append(str(error).lower())

    seed = shared_bus.keys.seed(DESK, Role.WORKER)
    client = await nats.connect(shared_bus.url, nkeys_seed_str=seed, error_cb=note)  # pyright: ignore[reportUnknownMemberType]
    await client.subscribe(subject)  # pyright: ignore[reportUnknownMemberType]
    await client.flush()
    await client.flush()
    await client.close()
    assert any("permissions violation" in error for error in heard)


async def test_a_stranger_is_turned_away(shared_bus: BusServer) -> None:
    import nats  # noqa: PLC0415
    import nkeys  # noqa: PLC0415  # pyright: ignore[reportMissingTypeStubs]

    seed = nkeys.encode_seed(bytes(32), nkeys.PREFIX_BYTE_USER).decode()  # pyright: ignore[reportUnknownMemberType]
    for options in ({}, {"nkeys_seed_str": seed}):
        with pytest.raises(Exception, match=r"(?i)authorization"):
            await nats.connect(shared_bus.url, allow_reconnect=False, **options)  # pyright: ignore


async def test_an_agency_of_two_parts_reaches_itself(bus: BusServer) -> None:
    await bus.send(REGISTRY, REGISTRY, "registrations.requested.v1", b"own")
    [message] = await bus.fetch(REGISTRY)
    assert (message.subject, message.data) == (f"from.{REGISTRY}.registrations.requested.v1", b"own")
