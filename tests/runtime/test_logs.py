"""Logs carry names and fields from a list, and nothing that somebody wrote."""

import io
import json
import logging
from collections.abc import Generator

import pytest
import structlog

from runtime.logs import configure_logs

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
