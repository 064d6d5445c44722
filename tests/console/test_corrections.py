"""Corrections over a real bus: one person writes, another releases, and what arrives bears the signature of who read it so."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from console.correction_errors import NotCorrected, SamePerson, WrongCorrection
from console.corrections import Corrector, Line, difference
from console.dead_letters import is_correctable
from console.installation import Installation
from console.witness import Witness
from contracts.agencies import Agency, Directory
from contracts.catalogue import BY_SHORT_NAME
from contracts.envelope import CloudEvent
from contracts.event import Event
from contracts.events.signals import SignalReported
from contracts.refusals import RefusalCode, Refused
from contracts.words import Ground
from runtime.bus import DeadLetter, DeadLetters, Delivery, Seal
from runtime.migrations import Tables, upgrade
from runtime.sessions.corrections import Corrections
from tests.bus_server import DESK, POLICE, BusServer, eventually
from tests.console.web.letters import a_letter

REPORTED = "signals.reported.v1"
RIGHT = {"signal": {"municipality": "GM0995", "account": "an example"}}
WRONG = {"signal": {"municipality": "GM9999", "account": "an example"}}


class Here:
    """An installation, as far as correcting needs one."""

    def __init__(self, bus: BusServer, directory: Directory) -> None:
        self._bus = bus
        self.directory = directory

    def seal(self, agency: Agency) -> Seal:
        return self._bus.seal(agency.slug)

    async def dead_letters(self, agency: Agency) -> DeadLetters:
        return await self._bus.letters(agency.slug)


class Somebody:
    """A person; what is written down of them."""

    def __init__(self, person: str) -> None:
        self.person = person
        self.noted: list[tuple[str, str]] = []

    async def read(self, agency: Agency, what: str, case: str | None = None) -> None:
        self.noted.append(("read", what))

    @asynccontextmanager
    async def act(self, agency: Agency, action: str, what: str, case: str | None = None) -> AsyncGenerator[None]:
        self.noted.append((str(action), what))
        yield


@pytest.fixture
def rows(tmp_path: Path) -> Corrections:
    url = f"sqlite:///{tmp_path}/console.db"
    upgrade(url, Tables.SESSIONS)
    return Corrections(url)


class Office:
    """The desk: a letter that could not be taken, and the people there."""

    def __init__(self, bus: BusServer, directory: Directory, rows: Corrections) -> None:
        self.bus, self.directory, self.rows = bus, directory, rows

    def person(self, name: str) -> tuple[Corrector, Somebody]:
        somebody = Somebody(name)
        here = cast("Installation", Here(self.bus, self.directory))
        return Corrector(here, self.directory.get(DESK), cast("Witness", somebody), self.rows), somebody

    async def dead(self, data: dict[str, Any], code: RefusalCode = RefusalCode.MUNICIPALITY_UNKNOWN) -> tuple[CloudEvent, int]:
        """An event that was refused."""
        message = self.bus.event(POLICE, BY_SHORT_NAME[REPORTED], data, ground=Ground.LEGAL_TASK)

        async def refuse(_: Delivery) -> None:
            raise Refused(code, "a reason")

        await self.bus.send(POLICE, DESK, REPORTED, self.bus.seal(POLICE).closed(message, DESK))
        async with self.bus.inbox(DESK, refuse):
            await eventually(self._kept)
        async with await self.bus.letters(DESK) as letters:
            return message, (await letters.newest(most=1))[0].seq

    async def taken(self) -> list[Delivery]:
        """What is in the inbox."""
        found: list[Delivery] = []

        async def take(delivery: Delivery) -> None:
            found.append(delivery)

        async with self.bus.inbox(DESK, take):
            await eventually(self._empty)
        return found

    async def _empty(self) -> bool:
        return await self.bus.waiting(DESK) == 0

    async def _kept(self) -> bool:
        async with await self.bus.letters(DESK) as letters:
            return bool(await letters.newest(most=1)) and await self._empty()


@pytest.fixture
def office(bus: BusServer, directory: Directory, rows: Corrections) -> Office:
    return Office(bus, directory, rows)


async def waiting(corrector: Corrector, number: int) -> Any:
    found = (await corrector.look(number)).waits
    assert found
    return found


async def test_one_writes_it_another_releases_it_and_it_arrives_once_under_our_signature(office: Office) -> None:
    sent, number = await office.dead(WRONG)
    (one, noted), (other, released) = office.person("c-17"), office.person("c-18")
    assert json.loads((await one.look(number)).data) == json.loads(json.dumps(sent.data))
    await one.propose(number, json.dumps(RIGHT))
    it = await waiting(other, number)
    assert it.person == "c-17"
    assert Line("-", '    "municipality": "GM9999",') in it.lines
    assert Line("+", '    "municipality": "GM0995",') in it.lines
    ended = await asyncio.gather(*(other.release(number, it.seen) for _ in range(3)), return_exceptions=True)
    assert True in ended
    assert [error for error in ended if error is not True and not isinstance(error, LookupError)] == []
    [delivery] = await office.taken()
    assert delivery.by_hand, "it is signed by who corrected it"
    assert delivery.sender.slug == POLICE
    assert delivery.message == sent.model_copy(update={"data": RIGHT}), "all but the content is the sender's"
    assert ("correct_letter", f"dead_letter:{number}") in noted.noted
    assert ("replay", f"dead_letter:{number}:corrected") in released.noted
    with pytest.raises(LookupError):
        await other.look(number)


async def test_who_wrote_it_does_not_release_it(office: Office) -> None:
    _, number = await office.dead(WRONG)
    one, _ = office.person("c-17")
    await one.propose(number, json.dumps(RIGHT))
    with pytest.raises(SamePerson):
        await one.release(number, (await waiting(one, number)).seen)
    assert await office.taken() == []
    assert await waiting(one, number), "it waits still"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("{", ""),
        ("[]", ""),
        ("{}", "signal"),
        (json.dumps({"signal": {"municipality": "Almere", "account": "x"}}), "signal.municipality"),
        (json.dumps({"signal": {"municipality": "GM0995", "account": "x", "acount": "y"}}), ""),
        (json.dumps(WRONG), ""),
        ('{"signal": {"municipality": "GM0995", "account": "x", "account": "y"}}', ""),
        (json.dumps({"signal": {"municipality": "GM0995", "account": "x" * 70_000}}), ""),
    ],
)
async def test_a_wrong_correction_is_refused_before_anything_moves(office: Office, text: str, place: str) -> None:
    _, number = await office.dead(WRONG)
    one, _ = office.person("c-17")
    with pytest.raises(WrongCorrection) as caught:
        await one.propose(number, text)
    assert place in [fault.path for fault in caught.value.faults]
    assert (await one.look(number)).waits is None
    assert await office.taken() == []


async def test_what_was_looked_at_is_released_and_nothing_else(office: Office) -> None:
    _, number = await office.dead(WRONG)
    (one, _), (other, _) = office.person("c-17"), office.person("c-18")
    await one.propose(number, json.dumps(RIGHT))
    seen = (await waiting(other, number)).seen
    await one.propose(number, json.dumps({"signal": {"municipality": "GM0034", "account": "an example"}}))
    assert not await other.release(number, seen)
    assert await office.taken() == []


async def test_in_the_database_there_is_ciphertext_that_goes_with_its_letter(office: Office) -> None:
    _, number = await office.dead(WRONG)
    (one, _), (other, _) = office.person("c-17"), office.person("c-18")
    await one.propose(number, json.dumps(RIGHT))
    row = await office.rows.find(DESK, number)
    assert row
    for word in (b"GM0995", b"example", b"signal", b"caseref", b"jose"):
        assert word not in row.sealed
    await office.rows.put(DESK, number, "c-17", row.sealed[:-1] + bytes([row.sealed[-1] ^ 1]))
    assert (await other.look(number)).waits is None, "it was altered"
    async with await office.bus.letters(DESK) as letters:
        await letters.remove(number)
    with pytest.raises(LookupError):
        await other.release(number, "x")


async def test_what_was_thrown_away_is_not_released(office: Office) -> None:
    _, number = await office.dead(WRONG)
    (one, _), (other, _) = office.person("c-17"), office.person("c-18")
    await one.propose(number, json.dumps(RIGHT))
    seen = (await waiting(other, number)).seen
    await other.withdraw(number)
    with pytest.raises(LookupError):
        await other.release(number, seen)


async def test_of_what_only_its_sender_can_mend_nothing_is_corrected(office: Office) -> None:
    _, number = await office.dead(WRONG, RefusalCode.SEQUENCE_REUSED)
    one, _ = office.person("c-17")
    for corrected in (one.look(number), one.propose(number, json.dumps(RIGHT))):
        with pytest.raises(NotCorrected):
            await corrected


def of_event(name: str, code: str = "data_invalid") -> DeadLetter:
    return a_letter(1, code, event=name)


def test_no_proof_and_no_talk_between_offices_is_corrected() -> None:
    evidence = [name for name, event in BY_SHORT_NAME.items() if event.rule.evidence]
    between = [name for name, event in BY_SHORT_NAME.items() if event.rule.file is None]
    assert evidence
    assert between
    assert not any(is_correctable(of_event(name)) for name in (*evidence, *between, "unknown.v1"))
    assert is_correctable(of_event(REPORTED))


def test_what_is_kept_as_proof_is_not_corrected_whatever_else_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    proof = SimpleNamespace(rule=SignalReported.rule.model_copy(update={"evidence": True}))
    assert is_correctable(of_event(REPORTED)), "control"
    monkeypatch.setitem(BY_SHORT_NAME, REPORTED, cast("type[Event]", proof))
    assert not is_correctable(of_event(REPORTED))


@pytest.mark.parametrize("code", ["signature_invalid", "no_ground", "chain_broken", "case_erased", "not_handled"])
def test_no_signature_ground_or_place_in_a_line_is_corrected(code: str) -> None:
    assert not is_correctable(of_event(REPORTED, code))


def test_a_difference_shows_what_is_different() -> None:
    assert difference("a\nb\nc", "a\nx\nc") == (Line("", "…"), Line("", "a"), Line("-", "b"), Line("+", "x"), Line("", "c"))
    assert difference("a", "a") == ()
