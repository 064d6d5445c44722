"""In every state of every table: what is possible is offered, what is not is refused in words, and strangers are not heard."""

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from contracts.catalogue import CATALOGUE
from contracts.commands import COMMANDS, Command
from contracts.refusals import RefusalCode
from tests.remedy import assert_same
from tests.workflows import samples
from tests.workflows.conftest import Staged
from tests.workflows.situations import BARRED, OTHERWISE, SITUATIONS
from tests.workflows.stage import Stage
from tests.workflows.tables_found import STATES, TABLES
from tests.workflows.ways import STRANGER, WAYS, Way, walk
from workflows.case.case import Case
from workflows.engine.admission import heard_by
from workflows.engine.table import OPENING

BY_ANYONE = {event.__name__ for event in CATALOGUE.values() if event.rule.opens}
"""Events that open a file: whoever the catalogue allows may send them."""

NOT_AS_OFFERED = """In this state a person is offered other decisions than the rows of the tables allow.
A decision is offered when it has a `@command` handler in the process, and the row of the state names it as a trigger."""

SURELY_REFUSED = """{command} is offered here, and refused whatever is filled in: {refused}.
Say why in a rule without content, `bar=` of its `@command`; then it is not offered. Or a content that is taken here is missing:
add it to OTHERWISE in tests/workflows/situations.py."""

ALWAYS = {"acknowledge_alarms", "DeliveriesMissed", "DeliveryRefused"}


def test_there_is_a_sample_of_everything() -> None:
    remedy = "Add an example of it to {name} in tests/workflows/samples.py, with invented content."
    assert_same(samples.COMMANDS, COMMANDS, remedy.format(name="COMMANDS"))
    assert_same(samples.EVENTS, {event.__name__ for event in CATALOGUE.values()}, remedy.format(name="EVENTS"))


async def allowed(file: Stage) -> set[str]:
    """What the tables allow where the file and its tracks are now."""
    view = await file.view()
    found: set[str] = set()
    for track in (view.track, *view.tracks):
        own = (table for table in TABLES.values() if track.title.endswith(table.title) and track.phase in table.states)
        found |= {trigger for table in own for trigger in table.states[track.phase].moves}
    return found


@pytest.mark.parametrize(("table", "name"), STATES)
async def test_what_is_possible_is_offered_and_the_rest_is_refused(stage: Staged, table: str, name: str) -> None:
    file = await walk(stage, WAYS[table, name])
    possible = await allowed(file)
    await every_command_is_offered_or_refused_in_words(file, possible)
    if name != OPENING:
        await a_stranger_is_not_heard(file)
        await an_event_that_the_table_does_not_allow_is_refused_in_words(file, possible)


async def every_command_is_offered_or_refused_in_words(file: Stage, possible: set[str]) -> None:
    commands = {name for name in COMMANDS if hasattr(file.process, name)} - ALWAYS
    view = await file.view()
    offered, barred = {choice.command: choice for choice in view.choices}, {one.command: one.words for one in view.barred}
    assert_same({*offered, *barred} - ALWAYS, commands & possible, NOT_AS_OFFERED)
    assert not offered.keys() & barred.keys()
    assert all(choice.words and choice.fields["type"] == "object" for choice in offered.values())
    for command, why in barred.items():
        assert (await file.refused(samples.COMMANDS[command])).endswith(why)
    for command in commands - possible:
        words = await file.refused(samples.COMMANDS[command])
        assert "not possible while" in words or "no request for help" in words
        assert "possible now: " in words or "nothing more is decided here" in words or "no request" in words


def contents(command: str) -> tuple[Command, ...]:
    return samples.COMMANDS[command], *OTHERWISE.get(command, ())


@pytest.mark.parametrize("way", SITUATIONS.values(), ids=SITUATIONS)
async def test_what_is_offered_can_be_decided_with_some_content(stage: Staged, way: Way) -> None:
    """A choice that is refused whatever is filled in is a form for nothing."""
    file = await walk(stage, way)
    for number, choice in enumerate((await file.view()).choices):
        file = await walk(stage, way) if number else file
        refused = [await file.refused(content) for content in contents(choice.command)]
        assert "" in refused, SURELY_REFUSED.format(command=choice.command, refused=refused)


async def test_the_control_what_is_refused_whatever_is_filled_in_is_found(stage: Staged, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Case.ask_privacy_check, "__bar__", None)
    with pytest.raises(AssertionError, match="ask_privacy_check"):
        await test_what_is_offered_can_be_decided_with_some_content(stage, SITUATIONS["the officer did not bring it"])


@pytest.mark.parametrize(("situation", "command", "why"), BARRED)
async def test_what_surely_would_be_refused_is_not_offered_and_it_is_said_why(
    stage: Staged, situation: str, command: str, why: str
) -> None:
    file = await walk(stage, SITUATIONS[situation])
    view = await file.view()
    assert command not in {choice.command for choice in view.choices}
    [words] = [barred.words for barred in view.barred if barred.command == command]
    assert why in words
    for content in contents(command):
        assert (await file.refused(content)).endswith(words)


async def a_stranger_is_not_heard(file: Stage) -> None:
    for event in {event.__name__ for event in heard_by(file.process).values()} - BY_ANYONE - ALWAYS:
        code = await file.code(samples.EVENTS[event], STRANGER)
        remedy = "its handler must say who may send it, with `track=` or `sender=` of `@hears`"
        assert code == RefusalCode.CASE_UNKNOWN, (
            f"{event} from {STRANGER}, who has no part in the file, is answered {code}: {remedy}"
        )


async def an_event_that_the_table_does_not_allow_is_refused_in_words(file: Stage, possible: set[str]) -> None:
    opener = await file.handle.query("opened_by", result_type=str) or STRANGER
    for event in ({event.__name__ for event in heard_by(file.process).values()} & BY_ANYONE) - possible:
        with pytest.raises(WorkflowUpdateFailedError) as refusal:
            await file.hear(samples.EVENTS[event], opener, sequence=0)
        assert isinstance(refusal.value.cause, ApplicationError)
        assert refusal.value.cause.type == RefusalCode.NOT_POSSIBLE_NOW
        assert "not possible while" in refusal.value.cause.message
