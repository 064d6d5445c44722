"""Logs carry names and fields from a list, and nothing that somebody wrote."""

import asyncio
import io
import json
import logging
from collections.abc import Generator

import pytest
import structlog

from contracts.agencies import read_directory
from contracts.alarms import WHAT_TO_DO, Alarm, AlarmCode
from contracts.catalogue import known_type
from runtime.logs import configure_logs
from runtime.office.pager import LogPager
from tests.installed import ROOT

SECRET = "Jan Jansen, Kerkstraat 1"


@pytest.fixture
def lines() -> Generator[io.StringIO]:
    """What a process with these logs writes."""
    written = io.StringIO()
    root = logging.getLogger()
    before, level = root.handlers, root.level
    configure_logs(as_json=True, to=written)
    yield written
    root.handlers, root.level = before, level
    structlog.reset_defaults()


def _read(lines: io.StringIO) -> list[dict[str, str]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


def test_only_listed_keys_leave(lines: io.StringIO) -> None:
    structlog.get_logger().info("event_taken", agency="almere", name=SECRET, account=SECRET)
    [line] = _read(lines)
    assert (line["event"], line["agency"], line["level"]) == ("event_taken", "almere", "info")
    assert SECRET not in lines.getvalue()


def test_of_an_exception_only_its_type_leaves(lines: io.StringIO) -> None:
    try:
        int(SECRET)
    except ValueError:
        structlog.get_logger().exception("letter_lost")
    [line] = _read(lines)
    assert (line["event"], line["error"]) == ("letter_lost", "ValueError")
    assert SECRET not in lines.getvalue()


def test_libraries_lose_their_arguments(lines: io.StringIO) -> None:
    logger = logging.getLogger("nats.client")
    try:
        int(SECRET)
    except ValueError:
        logger.exception("could not read %s", SECRET)
    logger.warning(f"could not read {SECRET}")  # noqa: G004
    logger.warning("letter_delayed (%s)", SECRET, extra={"recipient": "almere", "person": SECRET})
    first, second, third = _read(lines)
    assert (first["event"], first["error"]) == ("could not read %s", "ValueError")
    assert second["event"].startswith("test_logs.test_libraries_lose_their_arguments:")
    assert (third["event"], third["recipient"]) == ("letter_delayed", "almere")
    assert SECRET not in lines.getvalue()


def test_lines_for_people_hold_no_more(lines: io.StringIO) -> None:
    configure_logs(to=lines)
    try:
        int(SECRET)
    except ValueError:
        structlog.get_logger().exception("letter_lost", name=SECRET)
    assert "letter_lost" in lines.getvalue()
    assert SECRET not in lines.getvalue()


def test_on_an_alarm_stands_what_where_and_what_to_do(lines: io.StringIO) -> None:
    alarm = Alarm(agency="almere", reference="k0123456789abcdefghjkmnpq", words="nobody has accepted this signal")
    asyncio.run(LogPager(read_directory()).page(alarm))
    asyncio.run(
        LogPager(read_directory()).page(
            Alarm(agency="almere", reference=None, words="it does not move", code=AlarmCode.INBOX_STUCK)
        )
    )
    first, second = _read(lines)
    assert (first["event"], first["alarm"], first["agency"]) == ("alarm_raised", "file", "almere")
    assert (first["words"], first["reference"]) == (alarm.words, alarm.reference)
    assert "`keten case k0123456789abcdefghjkmnpq`" in first["do"]
    assert (second["alarm"], second["words"]) == ("inbox_stuck", "it does not move")
    assert "reference" not in second
    structlog.get_logger().info("event_taken", reference=alarm.reference, words=SECRET)
    assert not {"reference", "words"} & _read(lines)[-1].keys(), "an alarm's keys are an alarm's alone"


def test_no_value_begins_another_line_or_speaks_to_the_terminal(lines: io.StringIO) -> None:
    forged = "almere\nalarm_raised\x1b[2J\u2028\u202e"
    for as_json in (True, False):
        configure_logs(as_json=as_json, to=lines)
        structlog.get_logger().info("event_taken", agency=forged, code="x" * 1000)
    written = lines.getvalue()
    assert len(written.splitlines()) == 2
    assert not {"\u202e", "\u2028", "\x1b[2J"} & set(written.split("agency")[1])
    assert "\\u202e" in written
    assert "x" * 600 not in written


@pytest.mark.parametrize("code", AlarmCode)
def test_every_alarm_says_what_to_do_and_stands_in_the_manual(code: AlarmCode) -> None:
    assert WHAT_TO_DO[code]
    assert f"`{code}`" in (ROOT / "docs" / "how-to" / "operate.md").read_text()


def test_words_of_an_alarm_name_only_types_of_the_catalogue() -> None:
    assert known_type("nl.keten.signals.reported.v1") == "nl.keten.signals.reported.v1"
    assert known_type(SECRET) == "an event of a type that is not in the catalogue"
