"""An exhaustive search over every table: nothing can be without an owner, a clock and a way out."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from contracts.commands import COMMANDS
from contracts.events.signals import CaseAccepted
from tests.remedy import assert_same
from tests.workflows.narratives import chapters, silent_ends
from tests.workflows.table_search import edges, faults, paths
from tests.workflows.tables_found import TABLES, track_classes, written
from tests.workflows.ways import PROCESSES
from workflows.case.case import Case
from workflows.case.danger import DANGER
from workflows.case.minor_table import MINOR
from workflows.case.referral import REFERRAL
from workflows.case.registering import REGISTERING
from workflows.case.riec_way import SHARING
from workflows.case.table import CASE
from workflows.case.table import Phase as CasePhase
from workflows.engine.admission import heard_by, hears, no_track
from workflows.engine.process import Process
from workflows.engine.record import Received
from workflows.engine.table import CLOCK, OPENING, VOID, State, Table
from workflows.signal.table import SIGNAL, Phase

INSIDE = {
    "Case": (REFERRAL, DANGER, MINOR, SHARING, REGISTERING),
    "Dossier": (TABLES["Feedback"],),
    "Retention": (TABLES["Recall"],),
}
"""Tables of tracks, by the process that they run in."""

INTERNAL = {
    "SignalRouting": {"route"},
    "Case": {"settle"},
    "AidReferral": {"recall"},
    "CaseMinor": {"close"},
    "Registration": {"record", "settle"},
    "Feedback": {"report_back"},
    "Retention": {"found", "erased", "not_erased"},
    "Access": {"found"},
    "Disclosure": {"found"},
}
"""What a workflow does by itself; everything else is a command, an event or the clock."""

ALWAYS_POSSIBLE = {"acknowledge_alarms"}
ALWAYS_HEARD = {"DeliveriesMissed", "DeliveryRefused"}


def tables_of(process: str) -> tuple[Table, ...]:
    return (TABLES[process], *INSIDE.get(process, ()))


def test_every_table_is_searched() -> None:
    assert sorted(TABLES) == sorted(written()), (
        "a table stands in a name of its module, below workflows/, and no two have one name"
    )
    walked = {kind.table.name for kind in track_classes()}
    assert_same(
        walked, TABLES, "Each table is walked by a process or a track: write `table = ...` into its class below workflows/."
    )
    reached = {table.name for process in PROCESSES for table in tables_of(process.table.name)}
    remedy = "Add a new process to PROCESSES in tests/workflows/ways.py; the table of a track to INSIDE in test_tables.py."
    assert_same(reached, TABLES, remedy)


@pytest.mark.parametrize("name", TABLES)
def test_every_state_has_an_owner_a_clock_and_a_way_out(name: str) -> None:
    assert faults(TABLES[name]) == [], (
        f"correct the rows of the table {name} below workflows/; its columns: workflows/engine/table.py"
    )


def changed(state: str, **columns: object) -> Callable[[], Table]:
    def mutate() -> Table:
        row: State = replace(CASE.states[state], **columns)  # type: ignore[arg-type]
        return replace(CASE, states={**CASE.states, state: row})

    return mutate


def without(state: str, trigger: str) -> dict[str, frozenset[str]]:
    return {name: targets for name, targets in CASE.states[state].moves.items() if name != trigger}


def unreachable() -> Table:
    island = replace(CASE.states["talk"], name="island")
    return replace(CASE, states={**CASE.states, "island": island})


def endless() -> Table:
    return replace(CASE, ends=frozenset({"erased"}))


@pytest.mark.parametrize(
    ("mutate", "words"),
    [
        (changed("intake", clock="patience"), "intake has no clock"),
        (changed("intake", who=" "), "intake has nobody who must act"),
        (changed("intake", then=""), "intake does not say what happens when its clock ends"),
        (changed("intake", moves=without("intake", CLOCK)), "nothing happens when the clock of intake ends"),
        (changed("closing", moves={CLOCK: frozenset({"closing"})}), "closing has no way out"),
        (changed("talk", moves={"record_triage": frozenset({"limbo"})}), "talk --record_triage--> limbo does not exist"),
        (changed("talk", moves={"record_triage": frozenset[str]()}), "talk --record_triage--> leads nowhere"),
        (changed("in_care", moves={CLOCK: frozenset({"in_care"})}), "nothing leads to aftercare"),
        (unreachable, "nothing leads to island"),
        (endless, "no end can be reached from closing"),
        (lambda: replace(CASE, start="dream"), "it starts in dream, which is no state"),
        (lambda: replace(CASE, ends=CASE.ends | {"talk"}), "talk is a state and an end"),
    ],
)
def test_a_hole_in_a_table_is_found(mutate: Callable[[], Table], words: str) -> None:
    assert words in faults(mutate())


def triggers(table: Table) -> set[str]:
    return {trigger for _, trigger, _ in edges(table)} - {CLOCK} - INTERNAL.get(table.name, set())


def orphans(process: str, tables: tuple[Table, ...], commands: set[str], events: set[str]) -> set[str]:
    """Triggers that nobody can pull, and handlers that no table allows."""
    used = {trigger for table in tables for trigger in triggers(table)}
    internal = {trigger for table in tables for trigger in INTERNAL.get(table.name, set())}
    pulled = {trigger for table in tables for _, trigger, _ in edges(table)}
    answered = commands | events
    return (used - answered) | (answered - used - ALWAYS_POSSIBLE - ALWAYS_HEARD) | (internal - pulled) | (internal & answered)


WITHOUT_A_PARTNER = """{lost}: in the tables of {process} and without a handler, or the other way round.
A person's decision needs a `@command` handler of that name in the process, and a row of a table that has it as a trigger.
Another agency's event needs a `@hears` handler, and a row with the name of its class.
What the workflow does by itself stands in INTERNAL in tests/workflows/test_tables.py.
A handler that is possible in every state has `track=no_track` and stands in ALWAYS_POSSIBLE or ALWAYS_HEARD there."""


def updates_of(process: type) -> set[str]:
    """The names under which the server knows the updates of a workflow."""
    found = (getattr(getattr(process, name), "_defn", None) for name in dir(process))
    return {str(definition.name) for definition in found if definition is not None and hasattr(definition, "validator")}


@pytest.mark.parametrize("process", PROCESSES, ids=lambda process: process.__name__)
def test_every_trigger_has_a_handler_and_every_handler_a_table(process: type) -> None:
    name = process.__name__
    updates = updates_of(process)
    events = {event.__name__ for event in heard_by(process).values()}
    commands = updates - events
    assert events <= updates
    unknown = commands - set(COMMANDS)
    assert not unknown, (
        f"add a class to contracts/commands.py for {sorted(unknown)}: a handler bears its name in small letters, with _"
    )
    lost = orphans(name, tables_of(name), commands, events)
    assert not lost, WITHOUT_A_PARTNER.format(lost=sorted(lost), process=name)


def test_a_dead_handler_and_a_trigger_that_nobody_pulls_are_found() -> None:
    tables = (TABLES["CoverageGap"],)
    assert orphans("CoverageGap", tables, {"acknowledge_gap"}, {"CoverageGapObserved"}) == set()
    assert orphans("CoverageGap", tables, {"acknowledge_gap", "sing"}, {"CoverageGapObserved"}) == {"sing"}
    assert orphans("CoverageGap", tables, set(), {"CoverageGapObserved"}) == {"acknowledge_gap"}


@pytest.mark.parametrize("process", PROCESSES, ids=lambda process: process.__name__)
def test_every_open_state_belongs_to_a_chapter_that_is_read_after_it_was_entered(process: type[Process[Any]]) -> None:
    remedy = "name each state in `@chapter(...)` of a part of the narrative that `run` of this process reads after it was entered"
    assert silent_ends(process, chapters(process)) == [], remedy


def test_a_state_without_a_chapter_and_a_way_back_that_nobody_reads_are_found() -> None:
    read = chapters(Case)
    without_talk = [chapter._replace(phases=tuple(set(chapter.phases) - {"talk"})) for chapter in read]
    assert silent_ends(Case, without_talk) == ["no chapter for talk"]
    read_once = [chapter._replace(loop=None) for chapter in read]
    assert "waiting --record_consent--> planning leads back to a chapter that is not read again" in silent_ends(Case, read_once)


def test_every_command_belongs_to_a_workflow() -> None:
    taken = {name for process in PROCESSES for name in updates_of(process)} & set(COMMANDS)
    assert_same(
        taken,
        COMMANDS,
        "Each class in contracts/commands.py needs a `@command` handler in a process, named as it in small letters.",
    )


BOUND = 9


def silent_signals(table: Table) -> list[str]:
    """Paths on which a signal ends although its case was never reported as concluded, nor joined to another by a person."""
    found = (tuple(trigger for _, trigger, _ in path) for path in paths(table, BOUND) if path[-1][2] == Phase.CLOSED)
    return [" ".join(path) for path in found if path[-1] not in {"CaseConcluded", "join_signal"}]


def test_every_path_to_the_end_of_a_signal_passes_the_conclusion_of_its_case_or_a_person() -> None:
    ends = {path[-1] for path in paths(SIGNAL, BOUND)}
    joined = (Phase.JOINING, "join_signal", Phase.CLOSED)
    assert ends == {(Phase.OWNED, "CaseConcluded", Phase.CLOSED), joined, (OPENING, CLOCK, VOID)}
    assert silent_signals(SIGNAL) == []


def test_a_path_that_ends_a_signal_in_silence_is_found() -> None:
    alarm = SIGNAL.states["alarm"]
    given_up = replace(alarm, moves={**alarm.moves, "give_up": frozenset({str(Phase.CLOSED)})})
    assert silent_signals(replace(SIGNAL, states={**SIGNAL.states, "alarm": given_up})) != []


def test_the_ways_in_which_a_case_ends_are_these() -> None:
    """Each of them is taken with the real workflow in the test of endings."""
    into_the_end = {(state, trigger) for state, trigger, to in edges(CASE) if to == CasePhase.CLOSED}
    known = {
        ("offered", "decline_case"),
        ("offered", "CaseWithdrawn"),
        ("closing", "settle"),
        ("closing", "close_unconfirmed"),
    }
    remedy = "Whoever leads a case to its end in another way adds it here, and its step to LAST_STEPS in test_endings.py."
    assert_same(into_the_end, known, remedy)


BETWEEN_OFFICES = {"DeliveriesMissed", "DeliveryRefused"}
"""What every agency that has the lane may say, in whatever file."""


def heard_of_everybody(process: type[Any]) -> set[str]:
    members = [getattr(process, name) for name in dir(process)]
    return {member.__hears__.__name__ for member in members if getattr(member, "__of_no_track__", False)}


@pytest.mark.parametrize("process", PROCESSES, ids=lambda process: process.__name__)
def test_what_belongs_to_no_track_is_only_what_offices_say_to_each_other(process: type[Any]) -> None:
    wrong = sorted(heard_of_everybody(process) - BETWEEN_OFFICES)
    assert not wrong, (
        f"{process.__name__} hears {', '.join(wrong)} with track=no_track, so from every agency that has the lane: name whose "
        "word it is, by `@hears()`, `track=` or `sender=`, and let a row of the table lead back"
    )


def test_what_everybody_could_say_is_found() -> None:
    class Careless:
        @hears(track=no_track)
        def case_accepted(self, _: Received[CaseAccepted]) -> None:
            """Of whomever."""

    assert heard_of_everybody(Careless) == {"CaseAccepted"}
