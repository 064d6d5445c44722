"""Everything that can be wrong with an event, sent to real offices: a dead letter, an answer with a code, nothing else."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import uuid4

import pytest

from contracts.envelope import CloudEvent
from contracts.event import Event
from contracts.events.registrations import RegistrationAmended, RegistrationRequested
from contracts.events.signals import (
    CaseAccepted,
    CaseProgressed,
    CaseWithdrawn,
    SignalReceived,
    SignalReported,
    SignalStatusChanged,
)
from contracts.logged import Exchange, taken
from contracts.reference import new_reference
from tests.installed import Here, Keten, eventually, heard

POLICE, DESK, COORDINATOR, REGISTRY = "police-midden-nederland", "signal-desk", "coordinator-almere", "comensha"
CONTENT = {"signal": {"municipality": "GM0995", "account": "an example"}}
LATER = (datetime.now(UTC) + timedelta(days=1)).isoformat()


class Bad(NamedTuple):
    """One fault: the code it must get, and how the event looks."""

    code: str
    change: Callable[[dict[str, Any]], dict[str, Any] | bytes]
    sender: str = POLICE
    to: str = DESK
    event: type[Event] = SignalReported
    data: dict[str, Any] = CONTENT


def _with(**fields: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda event: event | fields


def _signal(**fields: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return _with(data={"signal": CONTENT["signal"] | fields})


def _without(name: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda event: {key: value for key, value in event.items() if key != name}


def _twice(event: dict[str, Any]) -> bytes:
    return json.dumps(event).replace('"caseref"', '"type": "nl.keten.signals.reported.v1", "caseref"').encode()


def _broken_off(event: dict[str, Any]) -> bytes:
    return json.dumps(event).encode()[:-5]


def _no_number(event: dict[str, Any]) -> bytes:
    return json.dumps(event | {"data": {"signal": float("nan")}}).encode()


def _not_utf8(event: dict[str, Any]) -> bytes:
    return json.dumps(event).encode() + b"\xff"


def _only(raw: bytes) -> Callable[[dict[str, Any]], bytes]:
    def instead(_: dict[str, Any]) -> bytes:
        return raw

    return instead


def _as_is(event: dict[str, Any]) -> dict[str, Any]:
    return event


REGISTRATION = {"consented": False, "reported_by": "care_coordinator"}
FAULTS = {
    "malformed JSON": Bad("malformed_json", _broken_off),
    "not an object": Bad("malformed_json", _only(b'["k"]')),
    "nothing": Bad("malformed_json", _only(b"")),
    "a key twice": Bad("malformed_json", _twice),
    "not a number": Bad("malformed_json", _no_number),
    "not UTF-8": Bad("not_utf8", _not_utf8),
    "too large": Bad("too_large", _signal(account="a" * 36_200)),
    "no id": Bad("envelope_invalid", _without("id")),
    "another attribute": Bad("envelope_invalid", _with(an_attribute="nobody")),
    "another event than the lane's": Bad("envelope_invalid", _with(type=CaseAccepted.rule.type)),
    "an event that does not exist": Bad("type_unknown", _with(type="nl.keten.signals.imagined.v1")),
    "a next version": Bad("type_unknown", _with(type="nl.keten.signals.reported.v2")),
    "another sender": Bad("sender_mismatch", _with(source="urn:nld:oin:00000099000000000003:systeem:hand")),
    "a sender whom nobody knows": Bad("sender_mismatch", _with(source="urn:nld:oin:00000099000000009999:systeem:hand")),
    "a time in words": Bad("time_invalid", _with(time="yesterday")),
    "a time without offset": Bad("time_invalid", _with(time="2026-01-31T12:00:00")),
    "a time as a number": Bad("time_invalid", _with(time=1767225600)),
    "a time to come": Bad("time_invalid", _with(time=LATER)),
    "a time long ago": Bad("time_invalid", _with(time="1999-12-31T23:59:59Z")),
    "a required field missing": Bad("data_invalid", _with(data={"signal": {"municipality": "GM0995"}})),
    "an account that is a number": Bad("data_invalid", _signal(account=5)),
    "a code that does not exist": Bad("data_invalid", _signal(urgency="at once")),
    "a year as text": Bad("data_invalid", _signal(person={"birth_year": "1990"})),
    "hidden text direction": Bad("unicode_unsafe", _signal(account="an \u202e example")),
    "half a character": Bad("unicode_unsafe", _signal(account="an \ud800 example")),
    "a bell": Bad("unicode_unsafe", _signal(account="an \x07 example")),
    "a line break in a name": Bad("unicode_unsafe", _signal(person={"name": "two\nlines"})),
    "a municipality that does not exist": Bad("municipality_unknown", _signal(municipality="GM9999")),
    "a municipality in words": Bad("data_invalid", _signal(municipality="Lelystad")),
    "an unknown case": Bad("case_unknown", _as_is, DESK, COORDINATOR, CaseWithdrawn, {}),
    "a person registered without ground": Bad(
        "no_ground",
        _with(data=REGISTRATION | {"registrant": {"birth_year": 1990}}),
        COORDINATOR,
        REGISTRY,
        RegistrationRequested,
    ),
    "no ground said": Bad("no_ground", _without("ground")),
    "a ground on which it is not shared": Bad("no_ground", _with(ground="consent")),
    "a care region that does not exist": Bad(
        "region_unknown", _with(data=REGISTRATION | {"care_region": "Utopia"}), COORDINATOR, REGISTRY, RegistrationRequested
    ),
    "reported as another kind": Bad(
        "no_ground", _with(data=REGISTRATION | {"reported_by": "reporter"}), COORDINATOR, REGISTRY, RegistrationRequested
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_bad_event_is_a_dead_letter_and_its_sender_hears_the_code(keten: Keten, fault: str) -> None:
    here, bad = keten.here, FAULTS[fault]
    event = here.event(bad.sender, bad.event, bad.data)
    end = await here.refused(bad.sender, bad.to, bad.event, bad.change(event))
    assert (end.letter.code, end.answer.code) == (bad.code, bad.code)
    assert end.answer.reason
    assert (end.letter.sender, end.letter.event) == (bad.sender, bad.event.short_name())
    assert not await here.exists(bad.to, f"{bad.event.rule.file}-{event['caseref']}"), "nothing was opened"


@pytest.mark.parametrize("fault", ["reported as another kind", "a care region that does not exist"])
async def test_a_refused_registration_leaves_no_line_under_the_reference_of_the_case(keten: Keten, fault: str) -> None:
    here, bad = keten.here, FAULTS[fault]
    event = here.event(bad.sender, bad.event, bad.data)
    await here.refused(bad.sender, bad.to, bad.event, bad.change(event))
    log = here.installation.processing_log(REGISTRY)
    assert await log.about(event["caseref"]) == ()
    taken = here.event(COORDINATOR, RegistrationRequested, REGISTRATION)
    await here.put(COORDINATOR, REGISTRY, RegistrationRequested, taken)
    await here.staff.sees(REGISTRY, taken["caseref"], "recorded", "registration")
    assert len(await log.about(taken["caseref"])) > 0, "the control: what is taken stands there"
    assert keten.registered(event["caseref"]) == []


async def test_a_refused_event_blocks_nothing_and_its_corrected_dead_letter_opens_the_case(keten: Keten) -> None:
    here = keten.here
    event = here.event("almere", SignalReported, {"signal": {"municipality": "GM9999", "account": "an example"}})
    end = await here.refused("almere", DESK, SignalReported, event)
    corrected = json.dumps(event | {"data": CONTENT}).encode()
    await here.replay(DESK, end.letter.seq, corrected)
    await here.staff.sees(COORDINATOR, event["caseref"], "offered", "case")
    assert end.letter.seq not in {letter.seq for letter in await here.dead(DESK)}
    await here.staff.decide(COORDINATOR, event["caseref"], "accept_case")
    await here.staff.sees(DESK, event["caseref"], "owned", "signal")


async def test_a_replay_without_correction_is_refused_again(keten: Keten) -> None:
    here = keten.here
    event = here.event(POLICE, SignalReported, {"signal": {"municipality": "GM9999", "account": "an example"}})
    end = await here.refused(POLICE, DESK, SignalReported, event)
    await here.replay(DESK, end.letter.seq)

    async def again() -> bool:
        return [letter.seq for letter in await here.dead(DESK) if letter.body == end.letter.body] > [end.letter.seq]

    await eventually(again)


async def test_a_case_that_was_erased_takes_nothing_more_and_another_does(keten: Keten) -> None:
    here = keten.here
    erased, other = (here.event(POLICE, SignalReported, CONTENT) for _ in range(2))
    known = Exchange(CloudEvent.model_validate(erased | {"id": uuid4().hex}), SignalReported.model_validate(CONTENT), POLICE)
    now = datetime.now(UTC)
    await here.installation.processing_log(DESK).write([taken(known, here.installation.directory.get(DESK), now, now)])
    await here.installation.case_keys(DESK).forget(erased["caseref"])
    end = await here.refused(POLICE, DESK, SignalReported, erased)
    assert (end.letter.code, end.answer.code) == ("case_erased", "case_erased")
    assert "begin a new case" in end.answer.reason
    assert not await here.exists(DESK, f"signal-{erased['caseref']}")
    await here.put(POLICE, DESK, SignalReported, other)
    await here.staff.sees(COORDINATOR, other["caseref"], "offered", "case")


async def open_signal(here: Here) -> str:
    """A signal that waits for the coordinator."""
    event = here.event(POLICE, SignalReported, CONTENT)
    await here.put(POLICE, DESK, SignalReported, event)
    await here.staff.sees(COORDINATOR, event["caseref"], "offered", "case")
    return event["caseref"]


async def refused_about(here: Here, case: str, sender: str, event: type[Event], data: dict[str, Any], **fields: Any) -> str:
    """The code with which the desk refuses an event about a case."""
    body = here.event(sender, event, data, caseref=case, **fields)
    return (await here.refused(sender, DESK, event, body)).answer.code.value


async def test_what_does_not_fit_a_case_is_refused_and_the_case_goes_on(keten: Keten) -> None:
    here = keten.here
    case = await open_signal(here)
    assert await refused_about(here, case, "coordinator-zwolle", CaseAccepted, {}) == "case_unknown"
    assert await refused_about(here, case, COORDINATOR, CaseProgressed, {"status": "with_aid"}) == "not_possible_now"
    accepted = here.event(COORDINATOR, CaseAccepted, {}, caseref=case)
    await here.put(COORDINATOR, DESK, CaseAccepted, accepted)
    await here.staff.sees(DESK, case, "owned", "signal")
    assert await refused_about(here, case, COORDINATOR, CaseProgressed, {"status": "with_aid"}) == "sequence_reused"
    progressed = here.next(accepted, CaseProgressed, {"status": "with_aid"})
    await here.put(COORDINATOR, DESK, CaseProgressed, progressed)

    async def noted() -> bool:
        [signal] = await here.at(DESK, case)
        return heard(signal) == ["signal_reported", "case_accepted", "case_progressed"]

    await eventually(noted)


async def test_the_same_event_twice_is_handled_once(keten: Keten) -> None:
    here = keten.here
    event = here.event(POLICE, SignalReported, CONTENT)
    for _ in range(3):
        await here.put(POLICE, DESK, SignalReported, event)
    await here.taken(DESK)
    [signal] = await here.at(DESK, event["caseref"])
    assert heard(signal) == ["signal_reported"]
    assert not [letter for letter in await here.dead(DESK) if letter.event_id == event["id"]]


async def test_after_the_end_an_opening_event_is_refused_and_a_late_one_noted(keten: Keten) -> None:
    here = keten.here
    before = await here.dead("urk")
    case = new_reference()
    received, closed, later = line_of_reports(here, case, "with_desk", "closed", "with_aid")
    await here.put(DESK, "urk", SignalReceived, received)
    await here.put(DESK, "urk", SignalStatusChanged, closed)
    await here.staff.sees("urk", case, "closed", "report")
    known = len(keten.logged("late_event_noted", agency="urk", type=SignalStatusChanged.rule.type))
    await here.put(DESK, "urk", SignalStatusChanged, later)

    async def noted() -> bool:
        return len(keten.logged("late_event_noted", agency="urk", type=SignalStatusChanged.rule.type)) > known

    await eventually(noted)
    assert await here.dead("urk") == before
    body = here.event(COORDINATOR, RegistrationRequested, REGISTRATION)
    await here.put(COORDINATOR, REGISTRY, RegistrationRequested, body)
    await here.staff.decide(REGISTRY, body["caseref"], "close_registration")
    again = here.event(COORDINATOR, RegistrationRequested, REGISTRATION, caseref=body["caseref"], sequence="2")
    assert (await here.refused(COORDINATOR, REGISTRY, RegistrationRequested, again)).answer.code == "case_closed"
    assert not [line for line in keten.log if line.get("error") == "WorkflowAlreadyStartedError"], "nobody need look at that"


def line_of_reports(here: Here, case: str, *statuses: str) -> list[dict[str, Any]]:
    """What the desk tells a reporter about a case of which the desk itself keeps no file, in order."""
    line = [here.event(DESK, SignalReceived, {"status": statuses[0]}, caseref=case)]
    for status in statuses[1:]:
        line.append(here.next(line[-1], SignalStatusChanged, {"status": status}))
    return line


async def put_reports(here: Here, *reports: dict[str, Any]) -> None:
    for report in reports:
        event = SignalReceived if report["type"] == SignalReceived.rule.type else SignalStatusChanged
        await here.put(DESK, "urk", event, report)


async def test_an_early_event_waits_for_its_predecessor_and_a_gap_is_passed_when_patience_ends(keten: Keten) -> None:
    here = keten.here
    before = await here.dead("urk")
    case = new_reference()
    line = line_of_reports(here, case, "with_desk", "with_coordinator", "with_registry", "accepted", "with_desk", "with_aid")
    await put_reports(here, line[1])
    await _delayed(keten)
    await put_reports(here, line[0])
    assert await _told(here, case, 2) == ["with_desk", "with_coordinator"]
    await put_reports(here, line[3])
    await _delayed(keten)
    await put_reports(here, line[2])
    assert await _told(here, case, 4) == ["with_desk", "with_coordinator", "with_registry", "accepted"]
    await put_reports(here, line[5])
    assert await _told(here, case, 5) == ["with_desk", "with_coordinator", "with_registry", "accepted", "with_aid"]
    [file] = await here.at("urk", case)
    words = f"event number 5 from {DESK} did not arrive"
    assert words in file.view.alarms
    [said] = keten.logged("alarm_raised", agency="urk", reference=case, words=words)
    assert f"`keten case {case}`" in said["do"]
    assert [line.facts for line in file.view.story if line.what == "deliveries_missed"] == [{"to": DESK}]
    await put_reports(here, line[4])
    assert (await _told(here, case, 6))[-1] == "with_desk"
    assert await here.dead("urk") == before


async def test_an_event_that_was_put_in_between_or_changed_breaks_the_chain(keten: Keten) -> None:
    """Signed by the sender, with the right number, but not what its other events say was sent."""
    here = keten.here
    line = line_of_reports(here, new_reference(), "with_desk", "with_coordinator", "accepted")
    await put_reports(here, line[0])
    false = here.next(line[0], SignalStatusChanged, {"status": "closed"}) | {"previous": "0" * 64}
    assert (await here.refused(DESK, "urk", SignalStatusChanged, false)).answer.code == "chain_broken"
    await put_reports(here, line[2])
    assert await _told(here, line[0]["caseref"], 2) == ["with_desk", "accepted"]
    instead = here.next(line[0], SignalStatusChanged, {"status": "closed"})
    assert (await here.refused(DESK, "urk", SignalStatusChanged, instead)).answer.code == "chain_broken"
    await put_reports(here, line[1])
    assert (await _told(here, line[0]["caseref"], 3))[-1] == "with_coordinator"


async def test_a_person_can_put_an_event_into_a_line_that_was_broken_before_it(keten: Keten) -> None:
    """As after a fault of the sender: what was taken is not what its next event speaks of, and nothing comes after that."""
    here = keten.here
    line = line_of_reports(here, new_reference(), "with_desk", "with_coordinator", "accepted")
    await put_reports(here, line[0] | {"id": uuid4().hex, "time": datetime.now(UTC).isoformat()})
    end = await here.refused(DESK, "urk", SignalStatusChanged, line[1])
    assert end.answer.code == "chain_broken"
    await here.replay("urk", end.letter.seq)
    await put_reports(here, line[2])
    assert await _told(here, line[0]["caseref"], 3) == ["with_desk", "with_coordinator", "accepted"]
    assert end.letter.event_id not in {letter.event_id for letter in await here.dead("urk")}


async def test_an_agency_without_a_part_hears_the_same_of_what_is_open_ended_erased_and_never_was(keten: Keten) -> None:
    """And leaves no key behind."""
    here, stranger = keten.here, "coordinator-zwolle"
    first = here.event(COORDINATOR, RegistrationRequested, REGISTRATION)
    ended = here.event(COORDINATOR, RegistrationRequested, REGISTRATION)
    for body in (first, ended):
        await here.put(COORDINATOR, REGISTRY, RegistrationRequested, body)
        await here.staff.sees(REGISTRY, body["caseref"], "recorded", "registration")
    await here.staff.decide(REGISTRY, ended["caseref"], "close_registration")
    erased, never = new_reference(), new_reference()
    await here.installation.case_keys(REGISTRY).forget(erased)
    answers: set[tuple[str, str]] = set()
    for case in (first["caseref"], ended["caseref"], erased, never):
        amended = here.event(stranger, RegistrationAmended, {"not_placed": 1}, caseref=case)
        answer = (await here.refused(stranger, REGISTRY, RegistrationAmended, amended)).answer
        answers.add((answer.code.value, answer.reason))
    assert [code for code, _ in answers] == ["case_unknown"]
    assert await here.installation.case_keys(REGISTRY).held(never) == (False, None)
    assert stranger not in await here.installation.processing_log(REGISTRY).partners(first["caseref"])


async def test_who_knows_a_reference_can_neither_take_over_nor_block_a_file_of_another(keten: Keten) -> None:
    here, stranger = keten.here, "coordinator-zwolle"
    case, oin = new_reference(), here.installation.directory.get(COORDINATOR).oin
    await here.put(
        stranger, REGISTRY, RegistrationRequested, here.event(stranger, RegistrationRequested, REGISTRATION, caseref=case)
    )
    await here.staff.sees(REGISTRY, case, "recorded", "registration")
    body = here.event(COORDINATOR, RegistrationRequested, REGISTRATION, caseref=case)
    await here.put(COORDINATOR, REGISTRY, RegistrationRequested, body)

    async def both() -> bool:
        return len(keten.registered(case)) == 2

    await eventually(both)
    ends = here.event(stranger, RegistrationAmended, {"outcome": "helped"}, caseref=case, sequence="0")
    await here.put(stranger, REGISTRY, RegistrationAmended, ends)
    amended = here.next(body, RegistrationAmended, {"not_placed": 1})
    await here.put(COORDINATOR, REGISTRY, RegistrationAmended, amended)

    async def recorded() -> bool:
        return len(keten.amended(case)) == 2

    await eventually(recorded)
    found = {file.handle.id: file.view.track.phase for file in await here.at(REGISTRY, case)}
    files = {name: phase for name, phase in found.items() if name.startswith("registration-")}  # without what is kept
    assert files == {f"registration-{case}": "closed", f"registration-{oin}-{case}": "recorded"}
    assert not [letter for letter in await here.dead(REGISTRY) if letter.event_id in {body["id"], amended["id"]}]


async def _delayed(keten: Keten) -> None:
    known = len(keten.logged("event_delayed", agency="urk"))

    async def once_more() -> bool:
        return len(keten.logged("event_delayed", agency="urk")) > known

    await eventually(once_more)


async def _told(here: Here, case: str, count: int) -> list[str]:
    """What a reporter's file says that it heard, when it has heard so much."""
    told: list[str] = []

    async def heard_all() -> bool:
        files = await here.at("urk", case)
        told[:] = [line.facts["status"] for file in files for line in file.view.story if "status" in line.facts]
        return len(told) == count

    await eventually(heard_all)
    return told
