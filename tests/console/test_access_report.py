"""What a person is told who asks for access: what is held where, who received what, when, on which ground; nothing shielded."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from console import access_text
from contracts import disclosed
from contracts.catalogue import CATALOGUE
from contracts.event import File
from contracts.events.erasures import ErasureDeclined, ErasureRequested
from contracts.events.signals import Signal, SignalReported
from contracts.processing import Processing
from contracts.reference import new_reference
from tests.closed_cases import COORDINATOR, DESK, REPORTER
from tests.console.cli import Cli
from tests.installed import Here, Keten, eventually

NOBODY = "k0123456789abcdefghjkmnpq"
MUNICIPALITY, RIEC, STRANGER = "lelystad", "riec-midden-nederland", "almere"
DATE = r"\d{4}-\d\d-\d\d"


class Asked(NamedTuple):
    """A case that was shared with the RIEC, and the report on it, as it is handed over."""

    case: str
    text: str

    def part(self, name: str) -> str:
        """What one agency holds and has told."""
        return self.text.split(f"## {name}\n", 1)[1].split("\n## ", 1)[0]


class Brought(NamedTuple):
    """A case, and what was observed in it, of which the RIEC has a dossier."""

    case: str
    observed: str


@pytest.fixture(scope="module")
def brought(keten: Keten) -> Brought:
    async def play() -> Brought:
        return await _brought(keten.here)

    return asyncio.run(play())


@pytest.fixture(scope="module")
def shared(brought: Brought) -> str:
    return brought.observed


async def _brought(here: Here) -> Brought:
    staff = here.staff
    signal = Signal(municipality="GM0995", account="an example")
    case = await staff.report(REPORTER, SignalReported(signal=signal), DESK)
    await staff.decide(COORDINATOR, case, "accept_case")
    await staff.decide(COORDINATOR, case, "record_triage", finding="presumed_victim")
    await staff.decide(COORDINATOR, case, "record_intake", needs="an example")
    await staff.decide(COORDINATOR, case, "record_consent", help=True, registration=True, riec=True, written=True)
    observation = {"municipality": "GM0995", "phenomenon": "an example"}
    await staff.decide(COORDINATOR, case, "ask_privacy_check", observation=observation)
    observed = await staff.observation(COORDINATOR, case)
    await staff.decide(MUNICIPALITY, observed, "bring_to_riec")
    await staff.sees(RIEC, observed, "enrichment", "dossier")

    async def logged() -> bool:
        log = here.installation.processing_log(COORDINATOR)
        return "nl.keten.privacychecks.decided.v2" in {line.event_type for line in await log.about(observed)}

    await eventually(logged)
    return Brought(case, observed)


@pytest.fixture
def written_for(cli: Cli, tmp_path: Path) -> Callable[[str], Asked]:
    """The report as a file: a screen breaks its lines."""

    def write(case: str) -> Asked:
        output = tmp_path / "report.md"
        output.touch(mode=0o644)
        assert "written: " in cli("access-report", case, "--output", str(output))
        assert output.stat().st_mode & 0o777 == 0o600
        return Asked(case, output.read_text(encoding="utf-8"))

    return write


@pytest.fixture
def asked(written_for: Callable[[str], Asked], brought: Brought) -> Asked:
    return written_for(brought.case)


def name_of(keten: Keten, slug: str) -> str:
    return keten.here.installation.directory.get(slug).name


def test_it_says_what_is_held_where_and_how_long(keten: Keten, asked: Asked) -> None:
    assert asked.text.startswith(f"# Access report on case {asked.case}\n")
    names = {name_of(keten, slug) for slug in (REPORTER, DESK, COORDINATOR, "comensha")}
    assert set(re.findall(r"^## (.*)$", asked.text, re.MULTILINE)) == names
    assert "| case | planning | its term begins when the case ends |" in asked.part(name_of(keten, COORDINATOR))
    assert "| signal | owned |" in asked.part(name_of(keten, DESK))


def test_it_says_who_received_what_when_and_on_which_ground(keten: Keten, asked: Asked) -> None:
    lines = asked.part(name_of(keten, COORDINATOR)).splitlines()
    accepted = next(line for line in lines if f"to {name_of(keten, DESK)}" in line)
    assert "| legal task | none; a pseudonym only |" in accepted
    [registered] = [line for line in lines if f"to {name_of(keten, 'comensha')}" in line]
    assert re.match(rf"\| {DATE} \d\d:\d\d \| ", registered)
    routed = next(line for line in asked.part(name_of(keten, DESK)).splitlines() if f"to {name_of(keten, COORDINATOR)}" in line)
    assert "signal.person.name" in routed, "which of the fields are about a person"


def test_nothing_in_it_leads_to_what_was_observed(keten: Keten, asked: Asked, brought: Brought) -> None:
    for hidden in (brought.observed, name_of(keten, MUNICIPALITY), name_of(keten, RIEC), "observation", "dossier"):
        assert hidden not in asked.text, hidden


def test_what_is_shielded_is_left_out_without_a_trace(
    keten: Keten, written_for: Callable[[str], Asked], brought: Brought
) -> None:
    asked = written_for(brought.observed)
    for hidden in ("RIEC feedback", "brought it to the RIEC", "with_riec", name_of(keten, RIEC), "dossier", brought.case):
        assert hidden not in asked.text, hidden
    assert "| privacy | held |" in asked.part(name_of(keten, MUNICIPALITY))


def careless(records: tuple[Processing, ...]) -> list[Processing]:
    """Everything that is not shielded by itself."""
    return [record for record in records if record.event_type in CATALOGUE and not CATALOGUE[record.event_type].rule.shielded]


def test_a_request_to_erase_does_not_show_with_whom_it_was_shared(
    keten: Keten, written_for: Callable[[str], Asked], shared: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The municipality asks the RIEC, as it would when it erases; that would say that the RIEC knows something."""
    asyncio.run(_asks_the_riec(keten.here, shared))
    assert name_of(keten, RIEC) not in written_for(shared).text
    monkeypatch.setattr(access_text, "disclosed", careless)
    assert f"from {name_of(keten, RIEC)}" in written_for(shared).text


async def _asks_the_riec(here: Here, case: str) -> None:
    event = here.event(MUNICIPALITY, ErasureRequested, {"reason": "request"}, caseref=case)
    await here.put(MUNICIPALITY, RIEC, ErasureRequested, event)
    await here.staff.sees(RIEC, case, "in_use", "retention")
    await here.staff.decide(RIEC, case, "refuse_erasure", reason="legal_duty")

    async def heard() -> bool:
        lines = await here.installation.processing_log(MUNICIPALITY).about(case)
        return ErasureDeclined.rule.type in {line.event_type for line in lines}

    await eventually(heard)


def everything_is_told(_: object) -> bool:
    return True


@pytest.mark.parametrize(
    ("guard", "instead", "seen"),
    [("_is_told", everything_is_told, "brought it to the RIEC"), ("DECIDED_UNSEEN", frozenset[File](), "with_riec")],
)
def test_without_the_shields_it_would_be_seen(
    written_for: Callable[[str], Asked], shared: str, guard: str, instead: object, seen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert seen not in written_for(shared).text
    monkeypatch.setattr(disclosed, guard, instead)
    assert seen in written_for(shared).text


def test_it_is_shown_on_the_screen_too(cli: Cli, shared: str) -> None:
    assert f"Access report on case {shared}" in cli("access-report", shared)


def test_who_asks_is_written_down_at_every_agency_and_nothing_is_held_of_nobody(cli: Cli, asked: Asked) -> None:
    assert f"read {asked.case} access_report begun" in cli("audit", "show", "--at", DESK, "--case", asked.case)
    assert f"nothing is held of {NOBODY}" in cli("access-report", NOBODY, code=1)


async def test_who_has_no_part_does_not_learn_whether_a_riec_has_a_dossier(keten: Keten, shared: str) -> None:
    here = keten.here

    async def answer(case: str) -> tuple[str, str]:
        event = here.event(STRANGER, ErasureRequested, {"reason": "request"}, caseref=case)
        sent = await here.refused(STRANGER, RIEC, ErasureRequested, event)
        return sent.answer.code, sent.answer.reason

    assert await answer(shared) == await answer(new_reference())
    assert MUNICIPALITY in await here.installation.processing_log(RIEC).partners(shared), "who has a part is heard"
