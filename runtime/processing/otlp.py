"""The processing log goes to a collector as OTLP spans, in order and at least once; its place is kept in the log's database.

Spans, because the standard takes its fields from them, and names OTLP's traces as the way from an application to a log. They
are made here from lines that are on disk, and not while something happens: an SDK that is called then samples, queues
and drops. All of it lives in a thread of its own, with its own connection: a collector that hangs holds up nobody.
"""

import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import requests
import structlog
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExportResult
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode
from sqlalchemy import Engine, func, select, update

from contracts.processing import Direction, Processing
from runtime.database import insert_once, open_database
from runtime.processing.log import read
from runtime.processing.tables import EXPORTED, PROCESSING
from runtime.web_address import stays_here

log = structlog.get_logger()

COLLECTOR = "otlp"
BATCH = 100
TIMEOUT = 5.0
"""Seconds for one batch, with the exporter's own tries in it."""

PAUSE = 1.0
"""Seconds until it is looked again for new lines."""

DELAYS = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
KINDS = {
    Direction.SENT: SpanKind.PRODUCER,
    Direction.TAKEN: SpanKind.CONSUMER,
    Direction.HANDED: SpanKind.PRODUCER,
    Direction.DECIDED: SpanKind.INTERNAL,
}
SCOPE = InstrumentationScope("keten.processing-log")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class NotExported(RuntimeError):  # noqa: N818 - named as what is the case
    """The collector did not acknowledge; the same lines are sent again later."""


class Place(NamedTuple):
    """Lines that follow, and the position of the last of them."""

    records: Sequence[Processing]
    last: int


@contextmanager
def exporting(agency: str, url: str, endpoint: str) -> Generator[threading.Thread]:
    """While inside, the lines of an agency's log go to a collector.

    Args:
        agency: Whose log it is.
        url: Its database, as for ``open_database``.
        endpoint: Base address of a collector, like ``https://collector:4318``; certificates and headers are those of the
            exporter's own variables (``OTEL_EXPORTER_OTLP_CERTIFICATE``, ``OTEL_EXPORTER_OTLP_HEADERS``).
    """
    export = Export(agency, open_database(url, existing=True), endpoint)
    export.start()
    try:
        yield export
    finally:
        export.stop()


class Export(threading.Thread):
    """Reads, sends, and only then moves on. What goes wrong is tried again, later and later, for ever."""

    def __init__(self, agency: str, engine: Engine, endpoint: str) -> None:
        super().__init__(name=f"export of {agency}", daemon=True)
        self._agency = agency
        self._engine = engine
        self._stopped = threading.Event()
        self._here = stays_here(endpoint)
        self._exporter = OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces", timeout=TIMEOUT, session=self._session())

    def stop(self) -> None:
        """Begin nothing more; what is under way is not waited for, and is sent again after the next start."""
        self._stopped.set()
        self._exporter.shutdown()

    def run(self) -> None:
        """Send what is there, for as long as the office is open."""
        failures = 0
        while not self._stopped.is_set():
            try:
                wait = 0.0 if self._send_next() else PAUSE
                failures = 0
            except Exception as error:  # whatever it is, the office goes on, and so does this
                wait = DELAYS[min(failures, len(DELAYS) - 1)]
                failures += 1
                log.warning("export_delayed", agency=self._agency, delay=wait, attempt=failures, error=type(error).__name__)
            self._stopped.wait(wait)
        self._engine.dispose()

    def _send_next(self) -> bool:
        """Whether there was something to send."""
        found = self._next()
        if not found.records:
            return False
        if self._exporter.export([span_of(record) for record in found.records]) is not SpanExportResult.SUCCESS:
            raise NotExported
        self._keep(found.last)
        return True

    def _next(self) -> Place:
        with self._engine.begin() as connection:
            here = connection.scalar(select(EXPORTED.c.position).where(EXPORTED.c.collector == COLLECTOR)) or 0
            following = select(PROCESSING.c.position).where(PROCESSING.c.position > here).order_by(PROCESSING.c.position)
            last = connection.scalar(select(func.max(following.limit(BATCH).subquery().c.position))) or here
            which = (PROCESSING.c.position > here) & (PROCESSING.c.position <= last)
            return Place(read(connection, which, PROCESSING.c.position), last)

    def _keep(self, position: int) -> None:
        """Another process of the agency may be further already."""
        behind = (EXPORTED.c.collector == COLLECTOR) & (EXPORTED.c.position < position)
        with self._engine.begin() as connection:
            insert_once(connection, EXPORTED, {"collector": COLLECTOR, "position": 0})
            connection.execute(update(EXPORTED).where(behind).values(position=position))

    def _session(self) -> requests.Session:
        session = requests.Session()
        session.trust_env = not self._here
        session.hooks["response"].append(self._judge)
        return session

    def _judge(self, response: requests.Response, *_: object, **__: object) -> None:
        """The exporter takes a redirection for an acknowledgement, and does not look whether lines were refused."""
        if response.is_redirect:
            raise NotExported
        refused = ExportTraceServiceResponse.FromString(response.content).partial_success.rejected_spans if response.ok else 0
        if refused:  # the protocol forbids to send them again
            log.error("export_refused", agency=self._agency, count=refused)


def span_of(record: Processing) -> ReadableSpan:
    """A line as a span: the same ids, times and status."""
    return ReadableSpan(
        name=record.name,
        context=_context(record.trace_id, record.span_id),
        parent=_context(record.trace_id, record.parent_span_id) if record.parent_span_id else None,
        resource=Resource({"service.name": record.resource}),
        attributes=record.attributes,
        kind=KINDS[record.direction],
        instrumentation_scope=SCOPE,
        status=Status(StatusCode(record.status_code.value)),
        start_time=_nanoseconds(record.start_time),
        end_time=_nanoseconds(record.end_time),
    )


def _context(trace_id: str, span_id: str) -> SpanContext:
    return SpanContext(int(trace_id, 16), int(span_id, 16), is_remote=False)


def _nanoseconds(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1) * 1000
