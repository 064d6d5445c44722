"""A processing log is exported to a real collector: exactly its lines, all of them, whatever happens to the collector."""

import time
from collections.abc import Callable, Generator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace.export import SpanExportResult
from structlog.testing import capture_logs

from contracts.logged import decided, taken
from contracts.reference import new_reference
from runtime.migrations import Tables, upgrade
from runtime.processing import otlp
from runtime.processing.log import SqlProcessingLog
from runtime.processing.otlp import exporting, span_of
from tests.runtime.collector import Collector, attributes_of, collector
from tests.runtime.lines import DESK, NOW, SPAN, TRACE, a_line, a_sent_line, exchange

CASE = new_reference()


@pytest.fixture
def there() -> Generator[Collector]:
    with collector() as there:
        yield there


@pytest.fixture
def prepared(url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A log, and no time to wait."""
    upgrade(url, Tables.PROCESSING_LOG)
    monkeypatch.setattr(otlp, "DELAYS", (0.02,))
    monkeypatch.setattr(otlp, "PAUSE", 0.02)
    monkeypatch.setattr(otlp, "TIMEOUT", 0.5)
    return url


@pytest.fixture
def log(prepared: str) -> SqlProcessingLog:
    return SqlProcessingLog(prepared)


def soon(holds: Callable[[], bool]) -> None:
    """Wait until something is so."""
    for _ in range(3000):
        if holds():
            return
        time.sleep(0.01)
    raise AssertionError("it did not become so")


def ids(first: int, last: int) -> list[str]:
    return [f"{number:032x}" for number in range(first, last + 1)]


async def test_a_collector_gets_exactly_the_lines(log: SqlProcessingLog, prepared: str, there: Collector) -> None:
    lines = [a_line(1, CASE), a_sent_line(2, CASE), decided("accept_case", CASE, DESK, datetime.now(UTC))]
    lines.append(lines[0].refused(datetime.now(UTC)))
    await log.write(lines)
    with exporting(DESK.slug, prepared, there.url):
        soon(lambda: len(there.told) == len(lines))
    by_span = {span.span_id.hex(): (system, span) for system, span in there.told}
    for line in lines:
        system, span = by_span[line.span_id]
        assert span.trace_id.hex() == line.trace_id
        assert span.parent_span_id.hex() == (line.parent_span_id or "")
        assert (system, span.name, span.status.code) == (line.resource, line.name, line.status_code)
        assert (moment(span.start_time_unix_nano), moment(span.end_time_unix_nano)) == (line.start_time, line.end_time)
        assert attributes_of(span) == line.attributes


def moment(nanoseconds: int) -> datetime:
    seconds, rest = divmod(nanoseconds, 10**9)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest // 1000)


def test_the_attributes_are_those_of_the_standard_and_ours_under_our_own_name() -> None:
    line = taken(exchange(f"{1:032x}", CASE), DESK, NOW, NOW)
    assert line.attributes == {
        "dpl.core.processing_activity_id": "urn:keten:processing-activity:signals.reported.v1",
        "dpl.core.data_subject_id": CASE,
        "dpl.core.data_subject_id_type": "urn:keten:case-reference",
        "dpl.core.foreign_operation.trace_id": TRACE,
        "dpl.core.foreign_operation.span_id": SPAN,
        "dpl.core.foreign_operation.processor": "urn:nld:oin:00000099000000000002:systeem:report",
        "keten.direction": "taken",
        "keten.event_id": f"{1:032x}",
        "keten.event_type": "nl.keten.signals.reported.v1",
        "keten.counterparty": "police-midden-nederland",
        "keten.purpose": "bring a presumed victim to whoever must help",
    }


async def test_many_lines_come_in_their_order(log: SqlProcessingLog, prepared: str, there: Collector) -> None:
    await log.write([a_line(number, CASE) for number in range(1, 251)])
    with exporting(DESK.slug, prepared, there.url):
        soon(lambda: len(there.told) >= 250)
        await log.write([a_line(251, CASE)])
        soon(lambda: len(there.told) >= 251)
    assert there.event_ids == ids(1, 251)
    assert len(there.bodies) == 4


async def test_an_outage_loses_nothing_and_holds_up_nobody(log: SqlProcessingLog, prepared: str, there: Collector) -> None:
    with capture_logs() as said, exporting(DESK.slug, prepared, there.url):
        await log.write([a_line(1, CASE)])
        soon(lambda: there.event_ids == ids(1, 1))
        there.answers(503)
        await log.write([a_line(2, CASE)])
        soon(lambda: any(entry["event"] == "export_delayed" for entry in said))
        there.answers(400)
        await log.write([a_line(3, CASE)])
        there.hangs()
        await log.write([a_line(4, CASE)])
        there.answers(200)
        there.goes_on()
        soon(lambda: set(there.event_ids) == set(ids(1, 4)))
    assert next(entry for entry in said if entry["event"] == "export_delayed") == {
        "event": "export_delayed",
        "agency": DESK.slug,
        "delay": 0.02,
        "attempt": 1,
        "error": "NotExported",
        "log_level": "warning",
    }


async def test_after_a_restart_of_both_it_goes_on_where_it_was(log: SqlProcessingLog, prepared: str) -> None:
    with collector() as before:
        port = urlsplit(before.url).port
        assert port
        await log.write([a_line(1, CASE)])
        with exporting(DESK.slug, prepared, before.url) as export:
            soon(lambda: before.event_ids == ids(1, 1))
            await log.write([a_line(2, CASE)])
            soon(lambda: before.event_ids == ids(1, 2))
        export.join(10)
        assert not export.is_alive()
    with exporting(DESK.slug, prepared, before.url) as export:
        await log.write([a_line(3, CASE)])
    export.join(10)
    await log.write([a_line(4, CASE)])
    with collector(port) as after, exporting(DESK.slug, prepared, after.url):
        soon(lambda: after.event_ids == ids(3, 4))


async def test_a_lost_acknowledgement_makes_it_come_twice_rather_than_never(
    log: SqlProcessingLog, prepared: str, there: Collector
) -> None:
    there.answers(503, keeps=True)
    await log.write([a_line(1, CASE)])
    with exporting(DESK.slug, prepared, there.url):
        soon(lambda: bool(there.bodies))
        there.answers(200)
        await log.write([a_line(2, CASE)])
        soon(lambda: ids(2, 2)[0] in there.event_ids)
    assert set(there.event_ids) == set(ids(1, 2))
    assert there.event_ids.count(ids(1, 1)[0]) >= 2


async def test_a_redirection_is_no_acknowledgement(log: SqlProcessingLog, prepared: str, there: Collector) -> None:
    there.answers(302)
    await log.write([a_line(1, CASE)])
    with capture_logs() as said, exporting(DESK.slug, prepared, there.url):
        soon(lambda: any(entry["event"] == "export_delayed" for entry in said))
        there.answers(200)
        soon(lambda: there.event_ids == ids(1, 1))


def test_the_exporter_alone_would_take_it_for_one(there: Collector) -> None:
    """If this fails the library has learnt the difference, and our look at the answer can go."""
    there.answers(302)
    exporter = OTLPSpanExporter(f"{there.url}/v1/traces")
    assert exporter.export([span_of(a_line(1, CASE))]) is SpanExportResult.SUCCESS
    assert there.bodies == []


async def test_lines_that_the_collector_refuses_are_said(log: SqlProcessingLog, prepared: str, there: Collector) -> None:
    there.answers(200, rejected=1)
    await log.write([a_line(1, CASE)])
    with capture_logs() as said, exporting(DESK.slug, prepared, there.url):
        soon(lambda: bool(said))
    assert {"event": "export_refused", "agency": DESK.slug, "count": 1, "log_level": "error"} in said


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
async def test_a_log_that_is_away_is_waited_for(log: SqlProcessingLog, prepared: str, there: Collector, tmp_path: Path) -> None:
    with capture_logs() as said, exporting(DESK.slug, prepared, there.url):
        await log.write([a_line(1, CASE)])
        soon(lambda: there.event_ids == ids(1, 1))  # perhaps before its place is kept, and then it comes twice
        away = tmp_path.rename(tmp_path.with_name(f"{tmp_path.name}-away"))  # all its files at once
        soon(lambda: any(entry["event"] == "export_delayed" for entry in said))
        away.rename(tmp_path)
        await log.write([a_line(2, CASE)])
        soon(lambda: set(there.event_ids) == set(ids(1, 2)))
