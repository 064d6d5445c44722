"""The proof of erasure: of a tenth of all cases nothing can be read any more, where they run and in what was saved before.

Cases live on a real bus and a real Temporal, in the offices of all agencies. Both servers are saved as they are then, with events
that wait and with dead letters; keys have backups of their own, which are kept for a short time, and are not among what is saved.
A tenth is erased by two persons, and by one at every agency that was told. All other cases are the control. That the same saved
servers show everything with the keys from before shows that it was there to be read.
"""

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import select

from contracts.events.erasures import ErasureCompleted
from runtime.database import open_database
from runtime.keys.tables import CASE_KEY
from tests.closed_cases import COORDINATOR, DESK, KEEPERS, REGISTRY
from tests.console.cli import Cli
from tests.erasure import reading
from tests.erasure.lives import Life, Lived, at_rest, half_done, lived, restored, trail

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.proof]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def proof(tmp_path_factory: pytest.TempPathFactory, cases: int) -> AsyncGenerator[Lived]:
    async with lived(tmp_path_factory.mktemp("erasure"), cases) as proof:
        yield proof


def places(life: Life) -> set[str]:
    """Where the mark of a case stands as long as it can be read."""
    found = {f"{DESK}/signal-{life.case}", f"{COORDINATOR}/case-{life.case}"}
    return found | ({f"{REGISTRY}/registration-{life.case}"} if life.registered else set())


def kept_are_read_and_erased_are_not(proof: Lived, read: reading.Histories) -> None:
    """Nothing of an erased case but the file about its erasure, in which nobody is spoken of; everything of the others."""
    assert read.marks == {life.mark: places(life) for life in proof.lives if not life.erased}
    erased = {life.case for life in proof.lives if life.erased}
    assert {workflow.rsplit("-", 1)[1] for workflow in read.unreadable} == erased
    assert len(read.unreadable) == sum(len(life.keepers) for life in proof.lives if life.erased)


async def test_where_it_runs(proof: Lived) -> None:
    """In every history, among the dead letters, and on the screen of a person."""
    installation, cli = proof.town.here.installation, Cli(proof.town.keten.variables)
    kept_are_read_and_erased_are_not(proof, await reading.histories(installation))
    bodies = await reading.dead_letters(installation)
    assert reading.opened_with_any(proof.town.keten.home / "keys", bodies) == dict.fromkeys(proof.kept, 2)
    assert len(bodies) == 2 * len(proof.kept)
    erased, kept = proof.lives[0], proof.lives[1]
    said = await asyncio.to_thread(cli, "case", erased.case)
    told = ("signals.reported", "accept_case")
    assert "erasures.completed" in said
    assert not [what for what in told if what in said]
    kept_said = await asyncio.to_thread(cli, "case", kept.case)
    assert [what for what in told if what in kept_said] == list(told)


async def test_in_the_saved_servers_with_the_keys_of_today(proof: Lived, tmp_path: Path) -> None:
    """What waited for the desk, and its dead letters, were sealed to keys that nobody has any more: all of them, of all cases."""
    async with restored(proof.saved, proof.town.keten.home, tmp_path / "home") as installation:
        kept_are_read_and_erased_are_not(proof, await reading.histories(installation))
        bodies = await reading.dead_letters(installation) + await reading.inbox(installation)
    assert len(bodies) == 2 * len(proof.lives)
    assert reading.opened_with_any(tmp_path / "home" / "keys", bodies) == {}


async def test_in_the_bus_as_it_is_saved_today(proof: Lived, tmp_path: Path) -> None:
    """The control of what was sealed: the dead letters of all other cases stayed readable over the change of keys."""
    home = proof.town.keten.home
    async with restored(home, home, tmp_path / "home", stored=("nats",)) as installation:
        bodies = await reading.dead_letters(installation) + await reading.inbox(installation)
    assert reading.opened_with_any(tmp_path / "home" / "keys", bodies) == dict.fromkeys(proof.kept, 2)


async def test_with_the_keys_from_before_everything_could_be_read(proof: Lived, tmp_path: Path) -> None:
    """What the proof would show if nothing had been erased; and why backups of keys have a cycle of their own, a short one."""
    async with restored(proof.saved, proof.saved, tmp_path / "home") as installation:
        read = await reading.histories(installation)
        bodies = await reading.dead_letters(installation) + await reading.inbox(installation)
    assert read.marks == {life.mark: places(life) for life in proof.lives}
    assert read.unreadable == set()
    assert reading.opened_with_any(tmp_path / "home" / "keys", bodies) == dict.fromkeys(proof.erased | proof.kept, 2)
    with pytest.raises(AssertionError):
        kept_are_read_and_erased_are_not(proof, read)


async def test_no_key_of_an_erased_case_is_in_any_byte_of_the_stores_of_keys(proof: Lived) -> None:
    for slug in sorted(KEEPERS | {REGISTRY}):
        stored = b"".join(path.read_bytes() for path in (proof.town.keten.home / "case-keys").glob(f"{slug}.db*"))
        for life in proof.lives:
            before = await asyncio.to_thread(wrapped_key, proof.saved, slug, life.case)
            assert (before is not None) == (slug in life.keepers)
            assert before is None or (before in stored) != life.erased


def wrapped_key(home: Path, slug: str, case: str) -> bytes | None:
    """The key of a case as it lay in a store, encrypted by the key of its agency."""
    with open_database(f"sqlite:///{home}/case-keys/{slug}.db").connect() as connection:
        return connection.scalar(select(CASE_KEY.c.wrapped).where(CASE_KEY.c.case_reference == case))


async def test_half_done_forms_go_with_their_case_and_no_copy_can_be_read(proof: Lived, tmp_path: Path) -> None:
    home, places = proof.town.keten.home, [half_done(life) for life in proof.lives]
    assert await reading.half_done(proof.town.here.installation, places) == (proof.kept, 0)
    stored = b"".join(path.read_bytes() for path in home.glob("console.db*"))
    assert {life.mark for life in proof.lives if life.case.encode() in stored} == proof.kept
    assert reading.marks_in(stored) == set()
    today = at_rest(proof.saved, home, tmp_path / "today")
    assert await reading.half_done(today, places) == (proof.kept, len(proof.erased))
    before = at_rest(proof.saved, proof.saved, tmp_path / "before")
    assert await reading.half_done(before, places) == (proof.erased | proof.kept, 0)


async def test_the_register_counts_as_before_and_holds_nobody_who_was_erased(proof: Lived) -> None:
    home, registered = proof.town.keten.home, [life for life in proof.lives if life.registered]
    after = await trail(proof.town.here, proof.lives)
    assert after.counts.model_copy(update={"as_of": proof.before.counts.as_of}) == proof.before.counts
    assert after.counts.reports == len(registered)
    for life in registered:
        person = (None, None) if life.erased else (1990, life.mark)
        assert proof.town.keten.registered(life.case) == [("care_coordinator", 1, *person)]
        assert proof.town.keten.amended(life.case)[-1] == (0, "no_help_wanted")
    stored = b"".join(path.read_bytes() for path in home.glob("registry.db*"))
    assert reading.marks_in(stored) == {life.mark for life in registered if not life.erased}


async def test_the_trail_stays_and_tells_of_the_erasure(proof: Lived) -> None:
    after = await trail(proof.town.here, proof.lives)
    for place, lines in proof.before.logged.items():
        assert lines, place
        assert after.logged[place][: len(lines)] == lines
    for life in proof.lives:
        types = {slug: {line.event_type for line in after.logged[slug, life.case]} for slug in life.keepers}
        assert all((ErasureCompleted.rule.type in found) == life.erased for found in types.values())
    for life in (life for life in proof.lives if life.erased):
        for slug in life.keepers:
            [file] = await proof.town.here.at(slug, life.case)
            story = [line.what for line in file.view.story]
            assert "confirm_erasure" in story
            assert "erasure_completed" in story
            assert file.view.track.phase == "erased"


async def test_every_receipt_can_be_verified_by_whoever_has_the_published_keys(proof: Lived) -> None:
    """As the coordinator keeps it: signed by the desk, of this case, with the day."""
    here = proof.town.here
    for life in (life for life in proof.lives if life.erased):
        [file] = await here.at(COORDINATOR, life.case)
        receipts = [receipt async for receipt in reading.receipts(here, file)]
        partners = {DESK, REGISTRY} & life.keepers
        assert {receipt.sender for receipt in receipts} == partners
        for receipt in receipts:
            assert receipt.caseref == life.case
            assert (receipt.event.held, receipt.event.destroyed_on) == (True, datetime.now(UTC).date())
