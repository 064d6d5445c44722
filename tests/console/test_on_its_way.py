"""What was published or decided this moment is seen by whoever asks next, also where its file is only just beginning."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from console.commands import case as case_command
from console.commands.case import is_fresh, seen, something
from console.files import Found, Looked
from contracts.agencies import read_directory
from contracts.views import StoryLine
from tests.console.cli import Cli
from tests.console.test_rows import overdue

OWNER, REFERENCE = "coordinator-almere", "k" + "1" * 24
NOTHING = Looked([], [])


def there(age: timedelta) -> Looked:
    """A file whose newest line is so old."""
    handle: Any = None
    line = StoryLine(at=datetime.now(UTC) - age, what="signal_reported", who="urk")
    view = overdue(timedelta(), 0).model_copy(update={"story": (line,)})
    return Looked([Found(read_directory().desk, handle, view)], [])


class Arriving:
    """Files of which each look finds the next, and the last one always."""

    def __init__(self, *looks: Looked) -> None:
        self._looks = list(looks)
        self.times = 0

    async def look(self, reference: str) -> Looked:
        self.times += 1
        return self._looks.pop(0) if len(self._looks) > 1 else self._looks[0]


async def test_a_file_that_is_only_just_beginning_is_waited_for() -> None:
    files: Any = Arriving(NOTHING, NOTHING, there(timedelta()))
    assert (await seen(files, REFERENCE)).found
    assert files.times == 3


async def test_the_control_who_looks_once_finds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(case_command, "ON_ITS_WAY", 0.0)
    files: Any = Arriving(NOTHING, there(timedelta()))
    with pytest.raises(LookupError, match="no case"):
        await seen(files, REFERENCE)


async def test_what_is_no_reference_is_not_waited_for() -> None:
    files: Any = Arriving(NOTHING)
    with pytest.raises(LookupError, match="no case"):
        await seen(files, "k0")
    assert files.times == 1


async def test_what_does_not_come_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(case_command, "AGAIN", 0.01)
    monkeypatch.setattr(case_command, "ON_ITS_WAY", 0.05)
    files: Any = Arriving(NOTHING)
    with pytest.raises(LookupError, match="no case"):
        await seen(files, REFERENCE)
    assert files.times > 1


def test_only_where_something_has_just_happened_more_is_waited_for() -> None:
    assert is_fresh(there(timedelta()))
    assert not is_fresh(there(timedelta(minutes=1)))
    assert not is_fresh(NOTHING)
    assert something(there(timedelta()))
    assert not something(NOTHING)


def test_what_was_published_can_be_decided_at_once(cli: Cli, written: Callable[[Any], str]) -> None:
    """The receipt is that of the desk; the case at its coordinator begins a moment later."""
    for _ in range(5):
        signal = {"type": "signals.reported.v1", "data": {"signal": {"municipality": "GM0995", "account": "an example"}}}
        found = re.search(r"case (k[0-9a-z]{24})", cli("publish", written(signal), "--as", "urk"))
        assert found
        assert "is now triage" in cli("decide", found[1], "accept_case", "--as", OWNER)
        assert "triage" in cli("case", found[1])


def test_what_is_not_possible_is_said_although_something_has_just_happened(cli: Cli, written: Callable[[Any], str]) -> None:
    signal = {"type": "signals.reported.v1", "data": {"signal": {"municipality": "GM0995", "account": "an example"}}}
    found = re.search(r"case (k[0-9a-z]{24})", cli("publish", written(signal), "--as", "urk"))
    assert found
    assert "record_plan is not possible now" in cli("decide", found[1], "record_plan", "interventions=an example", code=1)
