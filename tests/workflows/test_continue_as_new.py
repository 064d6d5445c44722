"""A file that turns its page after every stir says and keeps the same as one that never does."""

from collections import defaultdict
from dataclasses import replace
from typing import Any, NamedTuple, cast

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent

from contracts.commands import AcceptCase, RecordTriage
from contracts.envelope import CloudEvent
from contracts.words import Finding
from tests.workflows import paged
from tests.workflows.conftest import Staged
from tests.workflows.stage import Stage
from tests.workflows.stories import CASE, EXACT, RIEC_FILE, SIGNAL
from tests.workflows.ways import DESK, Way, take, walk
from workflows.engine.process import Process

Kind = type[Process[Any]]
PAIRS: dict[str, tuple[Way, Kind, Kind]] = {
    "case": (CASE, paged.PlainCase, paged.PagedCase),
    "signal": (SIGNAL, paged.PlainSignal, paged.PagedSignal),
    "dossier": (RIEC_FILE, paged.PlainDossier, paged.PagedDossier),
}
"""Files whose story has one order only: a registration's depends on how fast its register answers."""

VOLATILE = {
    "reference",
    "at",
    "since",
    "due",
    "logged",
    "answer_by",
    "id",
    "ids",
    "taken",
    "trace",
    "because",
    "recorded_on",
    "reported_on",
    "until",
    "given",
    "withdrawn",
}
"""What differs between any two files: pseudonyms and moments."""


class Life(NamedTuple):
    """What a file said, what it was in the end, and on how many pages."""

    letters: dict[str, list[tuple[str, str, Any]]]
    file: Any
    pages: int


def bare(value: Any) -> Any:
    """Without what differs between any two files."""
    if isinstance(value, dict):
        found = cast("dict[str, Any]", value)
        return {name: bare(content) for name, content in found.items() if name not in VOLATILE}
    return [bare(content) for content in value] if isinstance(value, list) else value  # pyright: ignore[reportUnknownVariableType]


def by_recipient(letters: list[tuple[str, CloudEvent]]) -> dict[str, list[tuple[str, str, Any]]]:
    found: defaultdict[str, list[tuple[str, str, Any]]] = defaultdict(list)
    for to, message in letters:
        found[to].append((message.type, message.sequence, bare(message.data)))
    return dict(found)


async def live(staged: Staged, way: Way, kind: Kind, repeat: bool = False) -> Life:
    """From the first event to the end; each event perhaps twice, with the same id."""
    file = await walk(staged, replace(way, process=kind, steps=(), clocks=EXACT))
    for step in way.steps:
        await take(file, step)
        await file.settle()
        if repeat and isinstance(step, tuple) and step is not way.steps[-1]:
            letters = len(file.letters.all)
            await file.hear_again()
            await file.settle()
            assert len(file.letters.all) == letters
    end = await file.handle.result()
    return Life(by_recipient(file.letters.all), bare(end), len(await pages(file)))


async def pages(file: Stage) -> list[HistoryEvent]:
    started = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED
    return [event for event in await file.history() if event.event_type == started]


@pytest.mark.parametrize("name", PAIRS)
async def test_turning_the_page_changes_nothing(stage: Staged, name: str) -> None:
    way, plain, turning = PAIRS[name]
    without, with_pages = await live(stage, way, plain), await live(stage, way, turning, repeat=True)
    assert without.pages == 1
    assert with_pages.pages > len(way.steps) / 2
    assert with_pages.letters == without.letters
    assert with_pages.file["story"] == without.file["story"]
    assert with_pages.file["links"].keys() == without.file["links"].keys()
    assert with_pages.file | {"links": None} == without.file | {"links": None}, "only what hangs on the time differs"


@pytest.mark.parametrize("name", PAIRS)
async def test_numbers_never_repeat_or_skip(stage: Staged, name: str) -> None:
    way, _, turning = PAIRS[name]
    file = await walk(stage, replace(way, process=turning))
    await file.handle.result()
    lines: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for to, message in file.letters.all:
        if message.sequence != "0":
            lines[to, str(message.event().rule.file)].append(int(message.sequence))
    assert lines
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in lines.values())
    ids = [message.id for _, message in file.letters.all]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("forgetful", [paged.CaseThatForgetsNumbers])
async def test_a_file_that_loses_something_over_the_page_is_found(stage: Staged, forgetful: Kind) -> None:
    way, plain, _ = PAIRS["case"]
    assert (await live(stage, way, plain)).letters != (await live(stage, way, forgetful)).letters


@pytest.mark.parametrize(("kind", "numbers"), [(paged.PagedCase, ["1", "2"]), (paged.CaseThatLosesLetters, ["2"])])
async def test_what_is_held_up_goes_along_over_the_page(stage_in_real_time: Staged, kind: Kind, numbers: list[str]) -> None:
    """In real time: the server that skips it can lose a run that leaves an activity behind."""
    file = await walk(stage_in_real_time, replace(CASE, process=kind, steps=()))
    before = len(await pages(file))
    file.letters.silent = {DESK}
    await file.decide(AcceptCase())
    await file.settle()
    assert len(await pages(file)) > before
    assert file.letters.all == []
    file.letters.silent = set()
    await file.decide(RecordTriage(finding=Finding.NO_VICTIM))
    await file.handle.result()
    assert [message.sequence for to, message in file.letters.all if to == DESK] == numbers
