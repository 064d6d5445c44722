"""Parts that are looked at side by side: one that is away is a line, and keeps nobody waiting."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from console.agency_checks import audit_logs, certificates, event_keys
from console.checks import disk
from console.finding import Trouble, Well, found_by, looked_at
from console.health import NO_ANSWER, Health, Line
from console.installation import Installation
from contracts.texts import words
from runtime.audit.entry import Act, Action, Outcome
from runtime.keys.event_keys import EventKeys
from runtime.tls.authority import LIFETIME, Authority
from tests.console.web.serving import ALMERE, installed

ACT = Act(person="c-17", action=Action.READ, case=None, object="cases", outcome=Outcome.BEGUN)


@pytest.fixture
def here(tmp_path: Path) -> Installation:
    here = installed(tmp_path / "home")
    here.event_keys.create(here.directory)
    return here


async def well(_: Installation) -> AsyncIterator[Trouble | Well]:
    yield Well("here", "does well")


async def breaks(_: Installation) -> AsyncIterator[Trouble | Well]:
    yield Trouble("here", "is broken", "mend it")
    raise ConnectionError


class Away:
    """A part that does not answer."""

    __name__ = "away"

    def __init__(self) -> None:
        self.times = 0
        self.back = asyncio.Event()

    async def __call__(self, _: Installation) -> AsyncIterator[Trouble | Well]:
        self.times += 1
        await self.back.wait()
        yield Well("here", "is back")


async def test_what_is_away_is_a_line_and_the_others_are_not_kept(here: Installation) -> None:
    one, other = Away(), Away()
    health, agency = (
        Health({"one": one, "other": other, "well": well, "breaks": breaks}, patience=0.2),
        here.directory.get(ALMERE),
    )
    lines = await health.of(here, agency)
    assert [(line.part, line.what) for line in lines] == [
        ("one", NO_ANSWER),
        ("other", NO_ANSWER),
        ("well", "does well"),
        ("breaks", "is broken"),
        ("breaks", "could not be looked at (ConnectionError)"),
    ]
    assert [bool(line.do) for line in lines] == [True, True, False, True, True]
    one.back.set()
    other.back.set()
    await asyncio.sleep(0.05)
    assert [line.what for line in await health.of(here, agency)][:2] == ["is back"] * 2


async def test_a_part_that_is_still_looked_at_is_not_looked_at_again(here: Installation) -> None:
    away = Away()
    health = Health({"away": away}, patience=0.01)
    for _ in range(5):
        await health.of(here, here.directory.get(ALMERE))
    assert away.times == 1
    away.back.set()
    await health.of(here, here.directory.get(ALMERE))
    await asyncio.sleep(0.01)
    await health.of(here, here.directory.get(ALMERE))
    assert away.times == 2


async def test_since_when_is_as_long_as_it_was_seen_so(here: Installation) -> None:
    state: list[Trouble | Well] = [Well("here", "1 waits")]

    async def part(_: Installation) -> AsyncIterator[Trouble | Well]:
        yield state[0]

    health, agency = Health({"part": part}), here.directory.get(ALMERE)

    async def looked() -> Line:
        return (await health.of(here, agency))[0]

    first = await looked()
    state[0] = Well("here", "2 wait")
    assert (await looked()).since == first.since, "it does well as before, whatever is counted"
    state[0] = Trouble("here", "900 wait", "act")
    wrong = await looked()
    assert wrong.since
    assert first.since
    assert wrong.since > first.since
    state[0] = Trouble("here", "901 wait", "act", since=first.since)
    assert (await looked()).since == first.since, "what the part itself says counts"


async def test_nobody_waits_longer_than_for_the_slowest_that_is_waited_for(here: Installation) -> None:
    began = time.monotonic()
    await Health({str(number): Away() for number in range(50)}, patience=0.2).of(here, here.directory.get(ALMERE))
    assert time.monotonic() - began < 5


async def test_a_home_at_rest_does_well_and_every_line_is_known_in_dutch(here: Installation) -> None:
    for check in (disk, event_keys, certificates, audit_logs):
        found = await looked_at(check, here)
        assert found
        for one in found:
            assert isinstance(one, Well)
            assert words("nl").knows(one.what), one.what
            assert words("nl").knows(one.where) or one.where == "disk"


async def test_keys_that_were_not_replaced_in_time_are_named(here: Installation) -> None:
    later = timedelta(days=here.settings.key_age + 3).total_seconds()
    vars(here)["event_keys"] = EventKeys(here.settings.keys, here.settings.public_keys, lambda: time.time() + later)
    found = await found_by([event_keys], here)
    assert len(found) == len(here.with_key)
    assert all("should have been replaced" in one.what and words("nl").knows(one.what) for one in found)
    (here.settings.keys / f"{ALMERE}.events.jwks").unlink()
    assert f"keys for events of {ALMERE}" in {one.where for one in await found_by([event_keys], here) if "cannot" in one.what}


async def test_an_audit_log_that_was_cut_off_is_named(here: Installation) -> None:
    log = here.audit(ALMERE)
    for _ in range(3):
        await log.append(ACT)
    assert not await found_by([audit_logs], here)
    kept = log.head_file.path.read_text()
    log.head_file.path.write_text(kept.replace("3 ", "7 ", 1))
    [trouble] = await found_by([audit_logs], here)
    assert trouble.what == "is not what was written; faults: 1"
    assert words("nl").knows(trouble.do)
    Path(here.settings.home / "audit" / f"{ALMERE}.db").rename(here.settings.home / "elsewhere.db")
    assert "is gone" in {one.what for one in await found_by([audit_logs], installed_again(here))}


def installed_again(here: Installation) -> Installation:
    return Installation(here.settings, here.nats_url, here.temporal_address, None)


@pytest.mark.parametrize(("left", "what"), [(60, None), (10, "ends on "), (-1, "ends on ")])
async def test_a_certificate_that_ends_soon_is_named(here: Installation, left: int, what: str | None) -> None:
    began = datetime.now(UTC) - LIFETIME + timedelta(days=left)
    Authority(here.settings.tls_dir, now=began).certify(here.directory)
    secured = Installation(here.settings, here.nats_url, here.temporal_address, None)
    found = await looked_at(certificates, secured)
    assert len(found) == len(here.with_key)
    for one in found:
        assert isinstance(one, Trouble) == (what is not None)
        assert one.what.startswith(what or "is valid until ")
        assert words("nl").knows(one.what)


async def test_a_certificate_that_is_missing_is_named(here: Installation) -> None:
    Authority(here.settings.tls_dir).certify(here.directory)
    (here.settings.tls_dir / f"{ALMERE}.crt").write_text("nothing of the kind")
    secured = Installation(here.settings, here.nats_url, here.temporal_address, None)
    assert [one.where for one in await found_by([certificates], secured)] == [f"certificate of {ALMERE}"]
