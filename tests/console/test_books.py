"""The books of an agency: that somebody reads them is written down first, they are never read whole, and a check is a check."""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from console import log_checks
from console.books import Books
from console.installation import Installation
from console.log_checks import Checks
from console.witness import LoggedIn, Witness
from contracts.reference import new_reference
from runtime.audit.entry import Act, Action, Entry
from runtime.audit.log import AuditLog
from runtime.audit.proof import Proof
from runtime.audit.store import AuditStore, AuditUnavailable
from runtime.audit.tampering import Kind
from runtime.people.people import PersonUnknown
from tests.console.web.serving import ALMERE, installed
from tests.runtime.audit_logs import rewritten

ALL: dict[str, Any] = {"case": None, "person": None, "action": None, "since": None, "until": None, "before": None, "most": 50}


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    whole = installed(tmp_path / "home")
    whole.people.add("c-17", ALMERE)
    return whole


@pytest.fixture
def log(installation: Installation) -> AuditLog:
    return installation.audit(ALMERE)


@pytest.fixture
def books(installation: Installation) -> Books:
    agency = installation.directory.get(ALMERE)
    return Books(installation, agency, Witness(LoggedIn(installation.people.lists, "c-17"), installation.audit), Checks())


def forbidden(*given: object) -> None:
    pytest.fail("it was read")


async def entries(books: Books, **wanted: Any) -> list[Entry]:
    return await books.entries(**(ALL | wanted))


async def write(log: AuditLog, number: int = 5) -> None:
    for _ in range(number):
        await log.append(Act(person="c-18", action=Action.READ, object="case"))


async def test_that_somebody_reads_is_the_first_thing_that_they_read(books: Books, log: AuditLog) -> None:
    await write(log)
    newest = (await entries(books))[0]
    assert (newest.seq, newest.person, newest.action, newest.object) == (6, "c-17", "read_audit", "audit_log")
    assert (await entries(books))[0] == newest, "the same look"
    case = new_reference()
    assert [entry.case_reference for entry in await entries(books, case=case)] == [case], "another one"


async def test_what_cannot_be_written_down_is_not_read(books: Books, log: AuditLog, monkeypatch: pytest.MonkeyPatch) -> None:
    await write(log)

    async def full(act: Act) -> None:
        raise AuditUnavailable("the disk is full")

    monkeypatch.setattr(log, "append", full)
    monkeypatch.setattr(AuditStore, "newest_first", forbidden)
    with pytest.raises(AuditUnavailable):
        await entries(books)
    with pytest.raises(AuditUnavailable):
        await books.check()
    assert books.checked() is None


async def test_who_works_there_no_more_reads_nothing(installation: Installation, books: Books, log: AuditLog) -> None:
    await write(log)
    installation.people.remove("c-17", ALMERE)
    with pytest.raises(PersonUnknown):
        await entries(books)
    assert log.store.count() == 5


async def test_a_check_says_up_to_where_the_log_holds_and_who_signed_it(
    installation: Installation, books: Books, log: AuditLog
) -> None:
    await write(log)
    await log.sign_head(installation.audit_signer(ALMERE))
    assert books.checked() is None
    await books.check()
    check = books.checked()
    assert check is not None
    assert check.ended is not None
    assert check.ended >= check.begun
    assert check.proof is not None
    assert (check.proof.held, check.proof.flaws) == (6, ()), "five, and that somebody looks"
    assert check.proof.signed is not None
    assert check.proof.signed.seq == 5


async def test_a_log_that_was_altered_is_found_and_not_read_whole(
    installation: Installation, books: Books, log: AuditLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    await write(log)
    rewritten(installation.settings.audit(ALMERE), lambda all_: [all_[0], all_[1]._replace(person="x-99"), *all_[2:]])
    monkeypatch.setattr("runtime.audit.proof.first_break", forbidden)
    await books.check()
    check = books.checked()
    assert check is not None
    assert check.proof is not None
    assert check.proof.held == 1
    assert [(flaw.kind, flaw.seq) for flaw in check.proof.flaws] == [(Kind.BROKEN, 2)]


async def test_who_asks_while_it_is_checked_waits_for_the_same_check(
    books: Books, log: AuditLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    await write(log)
    go_on, real, begun = threading.Event(), log_checks.prove, Counter[str]()

    def slow(*given: Any, **more: Any) -> Proof:
        begun["check"] += 1
        assert go_on.wait(30)
        return real(*given, **more)

    monkeypatch.setattr(log_checks, "prove", slow)
    monkeypatch.setattr(log_checks, "PATIENCE", 0.01)
    await books.check()
    await books.check()
    running = books.checked()
    assert running is not None
    assert running.ended is None, "nobody waits for it for long"
    go_on.set()
    monkeypatch.setattr(log_checks, "PATIENCE", 30)
    await books.check()
    assert running.proof is not None
    assert begun.total() == 1
    await books.check()
    assert begun.total() == 2, "a new one, afterwards"


async def test_a_process_that_ends_does_not_wait_for_a_check(
    installation: Installation, log: AuditLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    await write(log)
    check, entered, left, over = log_checks.Check(), threading.Event(), threading.Event(), threading.Event()

    def endless(log: AuditLog, signer: object, advance: Callable[[], None], **more: object) -> None:
        try:
            while not over.is_set():
                advance()
                entered.set()
        finally:
            left.set()

    monkeypatch.setattr(log_checks, "prove", endless)
    task = asyncio.create_task(check.run(log, installation.audit_signer(ALMERE)))
    assert await asyncio.to_thread(entered.wait, 30)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    gone = await asyncio.to_thread(left.wait, 10)
    over.set()
    assert gone


async def test_a_log_that_cannot_be_read_is_said_to_be_so(
    installation: Installation, log: AuditLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*given: object, **more: object) -> None:
        raise AuditUnavailable("it is away")

    monkeypatch.setattr(log_checks, "prove", away)
    check = log_checks.Check()
    await check.run(log, installation.audit_signer(ALMERE))
    assert check.ended is not None
    assert check.proof is None
