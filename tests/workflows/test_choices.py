"""In every state of every table: what is possible is offered, what is not is refused in words, and strangers are not heard."""

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from contracts.catalogue import CATALOGUE
from contracts.commands import COMMANDS
from contracts.refusals import RefusalCode
from tests.remedy import assert_same
from tests.workflows import samples
from tests.workflows.conftest import Staged
from tests.workflows.stage import Stage
from tests.workflows.tables_found import STATES, TABLES
from tests.workflows.ways import STRANGER, WAYS, walk
from workflows.engine.admission import heard_by
from workflows.engine.table import OPENING

BY_ANYONE = {event.__name__ for event in CATALOGUE.values() if event.rule.opens}
"""Events that open a file: whoever the catalogue allows may send them."""

NOT_AS_OFFERED = """In this state a person is offered other decisions than the rows of the tables allow.
A decision is offered when it has a `@command` handler in the process, and the row of the state names it as a trigger."""

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
    offered = {choice.command: choice for choice in (await file.view()).choices}
    assert_same(set(offered) - ALWAYS, commands & possible, NOT_AS_OFFERED)
    assert all(choice.words and choice.fields["type"] == "object" for choice in offered.values())
    for command in commands - possible:
        words = await file.refused(samples.COMMANDS[command])
        assert "not possible while" in words or "no request for help" in words
        assert "possible now: " in words or "nothing more is decided here" in words or "no request" in words


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
