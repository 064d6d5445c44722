"""Who did what stands in the audit log of the agency, before it is done; what cannot be written there is not done."""

import asyncio
import json
import re
import shutil
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from console import witness
from console.files import Files
from console.installation import Installation
from console.witness import KeyHolder, Witness
from contracts.agencies import Agency
from contracts.events.signals import SignalReported
from runtime.audit.entry import Action, Entry, Outcome
from runtime.audit.store import AuditUnavailable
from tests.console.cli import Cli
from tests.console.conftest import Reported
from tests.installed import Keten

OWNER, DESK = "coordinator-almere", "signal-desk"
NOWHERE = {"KETEN_AUDIT_URL": "postgresql+psycopg://keten@127.0.0.1:1/{agency}"}


@pytest.fixture
def case(keten: Keten, reported: Reported) -> str:
    """A case that was offered to its coordinator."""
    reference = reported()
    asyncio.run(keten.here.staff.sees(OWNER, reference, "offered", "case"))
    return reference


@pytest.fixture
def colleague(cli: Cli) -> Cli:
    """The console of somebody who works at the coordinator only."""
    assert f"added: c-17 works at {OWNER}" in cli("people", "add", "c-17", "--at", OWNER)
    return cli.with_(KETEN_PERSON="c-17")


def entries(keten: Keten, agency: str, **wanted: Any) -> list[Entry]:
    return list(keten.here.installation.audit(agency).store.entries(**wanted))


def deeds(keten: Keten, agency: str, **wanted: Any) -> list[tuple[str, str, str | None, str]]:
    return [(entry.person, entry.action, entry.object, entry.outcome) for entry in entries(keten, agency, **wanted)]


def test_who_read_and_decided_a_case_stands_in_its_agencys_log(keten: Keten, colleague: Cli, case: str) -> None:
    colleague("case", case)
    assert "is now triage" in colleague("decide", case, "accept_case")
    mine = deeds(keten, OWNER, case=case, person="c-17")
    assert mine == [("c-17", "read", "case", "begun")] * 2 + [("c-17", "decide", "accept_case", "begun")]
    assert deeds(keten, DESK, person="c-17") == []


def test_who_works_at_one_agency_sees_its_files_only(colleague: Cli, cli: Cli, case: str) -> None:
    assert DESK not in colleague("cases")
    said = colleague("case", case)
    assert f"at {OWNER}" in said
    assert f"at {DESK}" not in said
    assert f"at {DESK}" in cli("case", case)
    assert "c-17 does not work at signal-desk" in colleague("dead", "show", DESK, "1", code=1)


def test_a_decision_that_is_refused_gets_a_second_entry(keten: Keten, colleague: Cli, case: str) -> None:
    for words in (
        ["accept_case"],
        ["record_triage", "finding=presumed_victim"],
        ["record_intake", "needs=an example", "under_16=true"],
    ):
        colleague("decide", case, *words)
    assert "parent or guardian" in colleague("decide", case, "record_consent", "help=true", code=1)
    last = [deed[1:] for deed in deeds(keten, OWNER, case=case)][-2:]
    assert last == [("decide", "record_consent", "begun"), ("decide", "record_consent", "refused")]


def test_every_other_command_leaves_its_entry_too(keten: Keten, cli: Cli, written: Callable[[Any], str], case: str) -> None:
    began = datetime.now(UTC)
    wrong = keten.here.event("almere", SignalReported, {"signal": {"municipality": "GM9999", "account": "an example"}})
    letter = asyncio.run(keten.here.refused("almere", DESK, SignalReported, wrong)).letter.seq
    correct = wrong | {"data": {"signal": {"municipality": "GM0995", "account": "an example"}}}
    cli("cases")
    cli("dead", "list")
    cli("dead", "show", DESK, str(letter))
    cli("dead", "replay", DESK, str(letter), "--corrected", written(correct))
    cli("keys", "rotate", DESK)
    cli("people", "add", "d-1", "--at", DESK)
    cli("people", "remove", "d-1", "--at", DESK)
    cli("provision")
    said = cli("audit", "show", "--at", DESK, "--person", "operator", "--since", began.astimezone().strftime("%Y-%m-%d"))
    assert [deed[1:3] for deed in deeds(keten, DESK, person="operator", since=began)] == [
        ("read", "cases"),
        ("read", "dead_letters"),
        ("read", f"dead_letter:{letter}"),
        ("replay", f"dead_letter:{letter}:corrected"),
        ("rotate_key", "wrapping_key"),
        ("add_person", "person:d-1"),
        ("remove_person", "person:d-1"),
        ("provision", "servers"),
        ("read_audit", "audit_log"),
    ]
    assert "operator replay - dead_letter:" in said
    assert "operator read_audit - audit_log begun" in said
    published = [entry for entry in entries(keten, "urk", case=case) if entry.action == Action.PUBLISH]
    assert [(entry.person, entry.object) for entry in published] == [("operator", "signals.reported.v1")]


def test_the_log_is_shown_by_case(cli: Cli, case: str) -> None:
    cli("case", case)
    said = cli("audit", "show", "--case", case)
    assert set(re.findall(r"k[0-9a-z]{24}", said)) == {case}
    for agency in (OWNER, DESK, "urk"):
        assert re.search(rf"{agency} \d+ .{{20,30}}operator read {case}", said), agency
    assert "no entries that fit" in cli("audit", "show", "--person", "z-99")
    assert "no entries that fit" in cli("audit", "show", "--case", case, "--action", "erase")
    assert "no entries that fit" in cli("audit", "show", "--case", case, "--until", "2001-01-01")
    published = cli("audit", "show", "--case", case, "--action", "publish", "--until", "2199-01-01")
    assert "operator publish" in published
    assert "operator read" not in published


class TestALogThatIsDown:
    """Log or deny."""

    def test_nothing_is_read_or_decided_until_it_is_up_again(self, cli: Cli, case: str) -> None:
        down = cli.with_(**NOWHERE)
        for words in (
            ["cases"],
            ["case", case],
            ["decide", case, "accept_case", "--as", OWNER],
            ["dead", "list"],
            ["keys", "rotate", OWNER],
        ):
            assert "cannot be used now (OperationalError), and what is not written down first is not done" in down(*words, code=1)
        assert f"{OWNER} accept_case" in cli("decide", case)
        assert "is now triage" in cli("decide", case, "accept_case", "--as", OWNER)

    async def test_a_decision_is_not_taken_when_the_log_breaks_off_after_reading(self, keten: Keten, reported: Reported) -> None:
        here = keten.here
        case = await asyncio.to_thread(reported)
        file = await here.staff.sees(OWNER, case, "offered", "case")
        down = Installation(keten.settings.model_copy(update={"audit_url": NOWHERE["KETEN_AUDIT_URL"]}), "", "", None)
        with pytest.raises(AuditUnavailable):
            await Files(here.installation, down.witness).decide(file, "accept_case", {})
        assert (await here.staff.sees(OWNER, case, "offered", "case")).view.track.phase == "offered"
        assert await Files(here.installation, _careless(down)).decide(file, "accept_case", {}) == "triage", "without the guard"


class Careless(Witness):
    """Somebody who goes on although nothing could be written down."""

    async def note(
        self, agency: Agency, action: Action, what: str, case: str | None = None, outcome: Outcome = Outcome.BEGUN
    ) -> None:
        try:
            await super().note(agency, action, what, case, outcome)
        except AuditUnavailable:
            return


def _careless(installation: Installation) -> Witness:
    return Careless(KeyHolder(installation.people, installation.people.key_file("operator")), installation.audit)


async def test_a_program_that_polls_is_one_who_looks(keten: Keten, reported: Reported, monkeypatch: pytest.MonkeyPatch) -> None:
    case = await asyncio.to_thread(reported)
    await keten.here.staff.sees(OWNER, case, "offered", "case")
    simulated = ("simulated", "read", "case", "begun")
    assert deeds(keten, OWNER, case=case) == [simulated]
    here = keten.here
    for _ in range(20):
        await here.at(OWNER, case)
    looked = ("operator", "read", "case", "begun")
    assert deeds(keten, OWNER, case=case) == [simulated, looked]
    await keten.here.at(OWNER, case)
    assert deeds(keten, OWNER, case=case) == [simulated, looked, looked]
    monkeypatch.setattr(witness, "STILL_LOOKING", 0.0)
    another = keten.here
    for _ in range(5):
        await another.at(OWNER, case)
    assert len(deeds(keten, OWNER, case=case)) == 8, "without it every poll would be an entry"


class TestVerify:
    def test_every_log_holds(self, cli: Cli, case: str) -> None:
        said = cli("audit", "verify")
        assert re.search(rf"{OWNER}: \d+ entries, all as written; (none signed yet|signed up to \d+)", said)
        assert said.count("all as written") == 16

    def test_a_changed_entry_is_named_and_the_command_fails(self, cli: Cli, tmp_path: Path) -> None:
        alone = Cli({"KETEN_HOME": str(tmp_path / "home")})
        for number in range(1, 5):
            alone("people", "add", f"c-{number}", "--at", "almere", "--at", "urk") if number == 1 else alone.with_(
                KETEN_PERSON="c-1"
            )("people", "add", f"c-{number}", "--at", "almere")
        assert "almere: 4 entries, all as written; none signed yet" in alone("audit", "verify", "--at", "almere")
        with sqlite3.connect(tmp_path / "home" / "audit" / "almere.db") as database:
            database.execute("DROP TRIGGER audit_entry_no_update")
            database.execute("UPDATE audit_entry SET person = 'c-2' WHERE seq = 3")
        said = alone("audit", "verify", "--at", "almere", code=1)
        assert "almere: altered: entry 3 is not what was written; 2 entries before that hold" in said
        assert "almere: unguarded: the trigger audit_entry_no_update is gone" in said
        assert "not what was written: the audit log of almere" in said
        assert "urk: 1 entry, all as written" in alone("audit", "verify", "--at", "urk")

    def test_an_older_pair_of_database_and_head_does_not_pass_where_a_head_was_noted_elsewhere(
        self, cli: Cli, tmp_path: Path
    ) -> None:
        home, before = tmp_path / "home", tmp_path / "before"
        alone = Cli({"KETEN_HOME": str(home)})
        alone("people", "add", "c-1", "--at", "almere")
        shutil.copytree(home / "audit", before)
        alone.with_(KETEN_PERSON="c-1")("people", "add", "c-2", "--at", "almere")
        number, digest = (home / "audit" / "almere.head").read_text().split()
        lines = [{"event": "audit_head_noted", "agency": "almere", "head": f"{number}:{digest}"}, {"event": "office_opened"}]
        (tmp_path / "log").write_text("no json\n" + "\n".join(map(json.dumps, lines)))
        assert "2 entries, all as written" in alone("audit", "verify", "--at", "almere", "--log", str(tmp_path / "log"))
        shutil.rmtree(home / "audit")
        shutil.copytree(before, home / "audit")
        assert "1 entry, all as written" in alone("audit", "verify", "--at", "almere"), "the older pair fits together"
        for noted in (["--head", f"{number}:{digest}"], ["--log", str(tmp_path / "log")]):
            said = alone("audit", "verify", "--at", "almere", *noted, code=1)
            assert "almere: cut off: entries 2 to 2 were cut off" in said
        assert "say of which with --at" in alone("audit", "verify", "--head", f"{number}:{digest}", code=1)
        assert "a head is NUMBER:HASH" in alone("audit", "verify", "--at", "almere", "--head", "2", code=1)
        assert "no head of these agencies" in alone("audit", "verify", "--at", "urk", "--log", str(tmp_path / "log"), code=1)

    def test_where_nothing_is_nothing_is_verified(self, cli: Cli, tmp_path: Path) -> None:
        empty, used = (Cli({"KETEN_HOME": str(tmp_path / name)}) for name in ("empty", "used"))
        assert "nothing was verified: no agency has keys here" in empty("audit", "verify", code=1)
        assert "nothing was ever written here" in empty("audit", "verify", "--at", "almere", code=1)
        assert not list(tmp_path.glob("empty/**/*.db"))
        used("people", "add", "c-1", "--at", "almere")
        (tmp_path / "used" / "audit" / "almere.db").unlink()
        assert "the log is gone, and there was one" in used("audit", "verify", "--at", "almere", code=1)
        said = used.with_(KETEN_PERSON="c-1")("people", "add", "c-2", "--at", "almere", code=1)
        assert "the audit log of almere is gone" in said
