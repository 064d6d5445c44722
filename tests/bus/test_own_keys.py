"""What cannot be read on one's own side passes: the event comes again, and nobody is accused."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from contracts.agencies import Directory
from runtime.bus import Delivery
from runtime.private_files import KeyFileError
from tests.bus.test_seal import OVERLAP, Desks
from tests.bus_server import COORDINATOR, DESK, POLICE, BusServer, eventually

OWN, PUBLISHED = f"keys/{DESK}.events.jwks", f"public-keys/{POLICE}.jwks.json"


@pytest.fixture
def desks(tmp_path: Path, directory: Directory) -> Desks:
    return Desks(tmp_path, directory)


def _half(path: Path) -> None:
    path.write_text(path.read_text()[: path.stat().st_size // 2])


def _damaged(path: Path) -> None:
    keys = json.loads(path.read_text())
    for key in keys["keys"]:
        key["x"] = key["x"][:8]
        key.pop("d", None)
    path.write_text(json.dumps(keys))


def _of_the_other_use(path: Path) -> None:
    keys = json.loads(path.read_text())
    for key in keys["keys"]:
        key["crv"] = "P-256"
    path.write_text(json.dumps(keys))


FAULTS: dict[str, Callable[[Path], object]] = {
    "missing": Path.unlink,
    "open to others": lambda path: path.chmod(0o644),
    "half written": _half,
    "empty": lambda path: path.write_text(""),
    "other bytes": lambda path: path.write_bytes(b"\xff\xfe"),
    "no set": lambda path: path.write_text('{"keys": 7}'),
    "no keys": lambda path: path.write_text('{"keys": []}'),
    "nested": lambda path: path.write_text("[" * 100_000),
    "of another curve": _of_the_other_use,
    "a directory": lambda path: (path.unlink(), path.mkdir()),
}
BOTH = [(file, name) for file in (OWN, PUBLISHED) for name in FAULTS if (file, name) != (PUBLISHED, "open to others")]


@pytest.mark.parametrize(("file", "fault"), BOTH)
def test_a_key_file_that_cannot_be_read_is_no_fault_of_the_sender(desks: Desks, file: str, fault: str) -> None:
    raw = desks.seal(POLICE).closed(desks.signal(), DESK)
    FAULTS[fault](desks.home / file)
    with pytest.raises(KeyFileError, match=Path(file).name):
        desks.read(raw)


def test_a_damaged_public_key_is_no_fault_of_the_sender(desks: Desks) -> None:
    raw = desks.seal(POLICE).closed(desks.signal(), DESK)
    _damaged(desks.home / PUBLISHED)
    with pytest.raises(KeyFileError, match="damaged"):
        desks.read(raw)


def test_a_file_of_a_later_version_may_hold_keys_of_other_uses(desks: Desks) -> None:
    raw = desks.seal(POLICE).closed(desks.signal(), DESK)
    path = desks.home / PUBLISHED
    keys = json.loads(path.read_text())
    path.write_text(json.dumps({"keys": [*keys["keys"], {"kty": "AKP", "use": "pq", "kid": "later"}]}))
    assert desks.read(raw) == desks.signal()


def test_nobody_signs_with_a_key_that_is_not_published_yet(desks: Desks) -> None:
    """Stopped between the two files: what was signed with the new key would be taken for a forgery."""
    before = (desks.home / PUBLISHED).read_text()
    desks.keys.rotate(POLICE, OVERLAP)
    (desks.home / PUBLISHED).write_text(before)
    assert desks.keys.to_sign(POLICE).kid == f"{POLICE}.1.sig"
    assert desks.read(desks.seal(POLICE).closed(desks.signal(), DESK)) == desks.signal()
    desks.keys.create(desks.directory)
    assert desks.keys.to_sign(POLICE).kid == f"{POLICE}.2.sig"


def test_whoever_has_published_none_of_its_keys_hears_it_at_once(desks: Desks) -> None:
    (desks.home / PUBLISHED).write_text((desks.home / f"public-keys/{COORDINATOR}.jwks.json").read_text())
    with pytest.raises(KeyFileError, match="publish them"):
        desks.keys.to_sign(POLICE)


async def test_an_event_waits_while_a_key_file_is_unreadable_and_nobody_is_accused(bus: BusServer) -> None:
    taken: list[str] = []

    async def take(delivery: Delivery) -> None:
        taken.append(delivery.message.id)

    event, path = bus.signal(), bus.event_keys._file(DESK)  # pyright: ignore[reportPrivateUsage]
    whole = path.read_text()
    _half(path)
    with capture_logs() as logged:
        async with bus.inbox(DESK, take):
            await bus.send(POLICE, DESK, "signals.reported.v1", bus.seal(POLICE).closed(event, DESK))

            async def tried() -> bool:
                return any(line.get("error") == "KeyFileError" for line in logged)

            await eventually(tried)
            assert taken == []
            path.write_text(whole)

            async def empty() -> bool:
                return await bus.waiting(DESK) == 0

            await eventually(empty)
    async with await bus.letters(DESK) as letters:
        assert await letters.list() == ()
    assert (taken, bus.alarms) == ([event.id], [])


def test_a_clock_that_was_weeks_ahead_does_not_put_off_the_next_keys_by_weeks(desks: Desks) -> None:
    """Renewed while the clock was wrong, they are of any age once it is right, and the next are the newest at once."""
    ahead = 37 * 86_400
    desks.clock.now += ahead
    assert desks.keys.rotate(DESK, OVERLAP) == 2
    desks.clock.now -= ahead
    assert desks.keys.age(DESK) > OVERLAP
    assert desks.keys.rotate(DESK, OVERLAP) == 3
    assert desks.keys.to_seal(DESK).kid == f"{DESK}.3.enc"
    assert desks.keys.age(DESK).days == 0
    desks.clock.now += OVERLAP.total_seconds() + 1
    assert desks.keys.retire(DESK) == 4


def test_a_clock_that_is_a_little_behind_renews_nothing(desks: Desks) -> None:
    desks.clock.now -= 60
    assert desks.keys.age(DESK).days <= 0
