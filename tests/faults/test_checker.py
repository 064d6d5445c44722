"""The controls: what is wrong in a record made by hand is found, and nothing else."""

from collections.abc import Callable

import pytest

from tests.faults.checker import NO_CONSENT, Entered, Kept, Seen, doubled, faults, irregular
from tests.faults.random_kills import plan
from tests.faults.record import Record
from workflows.engine.admission import snake

CASE, OTHER = "k" + "b" * 24, "k" + "c" * 24
PLACES = {
    "signal": (("urk", "SignalReported"), ("coordinator-almere", "CaseAccepted"), ("coordinator-almere", "CaseConcluded")),
    "report": (("signal-desk", "SignalReceived"), *[("signal-desk", "SignalStatusChanged")] * 3),
    "case": (("signal-desk", "SignalRouted"), ("comensha", "RegistrationRecorded")),
    "registration": (("coordinator-almere", "RegistrationRequested"), ("coordinator-almere", "RegistrationAmended")),
}


def right() -> Seen:
    """A case as it must be at the end."""
    files = [_file(kind, heard) for kind, heard in PLACES.items()]
    return Seen(cases={CASE: files}, dead=[], alarms=[], registered={CASE: (1, ("no_help_wanted",))})


def _file(kind: str, heard: tuple[tuple[str, str], ...]) -> Kept:
    entered: list[Entered] = []
    for sender, name in heard:
        sequence = 1 + sum(event.line == f"{sender}/file" for event in entered)
        entered.append(Entered(f"there/{kind}", f"{sender}/file", sequence, f"{sender} {sequence}", name))
    story = (*((sender, snake(name)) for sender, name in heard), ("there", "accept_case" if kind == "case" else "closed"))
    return Kept(
        "there", kind, "closed", running=False, owner=None, deadline=False, alarms=(), story=story, entered=tuple(entered)
    )


def acknowledged(*signals: str) -> Record:
    record = Record()
    for reference in signals:
        record.signal(reference, "urk 1")
    record.decided(CASE, "accept_case")
    return record


def changed(kind: str, change: Callable[[Kept], Kept]) -> Seen:
    """The same, with one file in which something is wrong."""
    seen = right()
    seen.cases[CASE] = [change(file) if file.kind == kind else file for file in seen.cases[CASE]]
    return seen


def told_twice(file: Kept) -> Kept:
    return file._replace(story=(*file.story, file.story[1]))


def taken_twice(file: Kept) -> Kept:
    return file._replace(entered=(*file.entered, file.entered[-1]))


def reordered(file: Kept) -> Kept:
    return file._replace(entered=(*file.entered[:-1], file.entered[-1]._replace(sequence=7)))


WRONG: list[tuple[str, Seen]] = [
    ("dead letter: urk: case_unknown", right()._replace(dead=["urk: case_unknown"])),
    ("alarm: urk: it stands still", right()._replace(alarms=["urk: it stands still"])),
    ("has an alarm: look here", changed("case", lambda file: file._replace(alarms=("look here",)))),
    ("doubled: there/signal: case_accepted", changed("signal", told_twice)),
    ("RegistrationAmended entered 2 times", changed("registration", taken_twice)),
    ("out of order: there/report from signal-desk/file", changed("report", reordered)),
    ("RegistrationRecorded entered 0 times", changed("case", lambda file: file._replace(entered=file.entered[:1]))),
    ("decision accept_case stands 0 times", changed("case", lambda file: file._replace(story=file.story[:-1]))),
    ("decision accept_case stands 2 times", changed("case", lambda file: file._replace(story=(*file.story, file.story[-1])))),
    ("is open in offered without a next step", changed("case", lambda file: file._replace(running=True, phase="offered"))),
    ("there/report is not closed", changed("report", lambda file: file._replace(running=True, owner="urk", deadline=True))),
    ("the register has (2", right()._replace(registered={CASE: (2, ("no_help_wanted",))})),
]


def test_where_all_is_right_nothing_is_found() -> None:
    assert sorted(name for heard in PLACES.values() for _, name in heard) == sorted(NO_CONSENT)
    assert faults(acknowledged(CASE), right()) == []


@pytest.mark.parametrize(("words", "seen"), WRONG, ids=[words for words, _ in WRONG])
def test_what_is_wrong_is_found(words: str, seen: Seen) -> None:
    assert any(words in fault for fault in faults(acknowledged(CASE), seen))


def test_a_lost_signal_is_found() -> None:
    assert any(fault.startswith(f"{OTHER} acknowledged signal is lost") for fault in faults(acknowledged(CASE, OTHER), right()))


def test_a_decision_that_had_to_be_taken_again_is_found() -> None:
    record = acknowledged(CASE)
    record.decided(CASE, "accept_case")
    [fault] = faults(record, right())
    assert "acknowledged decision accept_case was lost" in fault


def test_a_signal_that_came_as_another_is_found() -> None:
    record = acknowledged(CASE)
    record.signal(CASE, "what was acknowledged")
    [fault] = faults(record, right())
    assert "acknowledged signal what was acknowledged came as ['urk 1']" in fault


def test_a_case_that_is_left_open_has_a_next_step() -> None:
    """One of which nobody recorded anything, too."""
    record, seen = acknowledged(CASE), changed("case", lambda file: file._replace(running=True, owner="them", deadline=True))
    record.leave(CASE)
    assert faults(record, seen) == []
    seen.cases[OTHER] = [seen.cases[CASE][2]._replace(owner=None)]
    assert any(fault.startswith(OTHER) and "without a next step" in fault for fault in faults(record, seen))


def test_a_gap_a_repeat_and_a_doubled_event_are_found() -> None:
    first = Entered("signal-desk/signal", "coordinator-almere/case", 1, "one", "CaseAccepted")
    second = first._replace(sequence=2, id="two", name="CaseProgressed")
    assert irregular([first, second]) == []
    assert irregular([second])
    assert irregular([first, second, second._replace(id="three")])
    assert irregular([first, second._replace(id="one")])
    assert doubled(right().cases[CASE]) == []


def test_a_plan_follows_from_its_number() -> None:
    kills = plan(7, 40, 1500)
    assert kills == plan(7, 40, 1500)
    assert kills != plan(8, 40, 1500)
    assert {len(kill.victims) for kill in kills} == {1, 2, 3}
