"""A collector on loopback that takes spans over OTLP, as protobuf over HTTP, and answers as a test tells it to."""

from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any, ClassVar

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTracePartialSuccess,
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span

Told = tuple[str, Span]
"""The system that a span is from, and the span."""


class Handler(BaseHTTPRequestHandler):
    """HTTP as a collector speaks it."""

    bodies: ClassVar[list[bytes]]
    answers: ClassVar[dict[str, Any]]
    free: ClassVar[Event]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        assert (self.path, self.headers["Content-Type"]) == ("/v1/traces", "application/x-protobuf")
        self.free.wait()
        status = self.answers["status"]
        if status == 200 or self.answers["keeps"]:
            self.bodies.append(body)
        self.send_response(status)
        answer = ExportTraceServiceResponse(partial_success=ExportTracePartialSuccess(rejected_spans=self.answers["rejected"]))
        content = answer.SerializeToString() if status == 200 else b""
        if status == 302:
            self.send_header("Location", "/somewhere-else")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name in the library
        """Silent."""


class Collector:
    """The collector as a test holds it."""

    def __init__(self, url: str, handler: type[Handler]) -> None:
        self.url = url
        self._handler = handler

    def answers(self, status: int, *, keeps: bool = False, rejected: int = 0) -> None:
        """From now on it answers so; ``keeps``: it takes what it got although it says that it did not."""
        self._handler.answers = {"status": status, "keeps": keeps, "rejected": rejected}

    def hangs(self) -> None:
        """It takes connections, and says nothing."""
        self._handler.free.clear()

    def goes_on(self) -> None:
        self._handler.free.set()

    @property
    def bodies(self) -> list[bytes]:
        """What it took, byte for byte."""
        return list(self._handler.bodies)

    @property
    def told(self) -> list[Told]:
        """Every span that it took, in the order in which they came."""
        requests = [ExportTraceServiceRequest.FromString(body) for body in self.bodies]
        return [
            (of_system.resource.attributes[0].value.string_value, span)
            for request in requests
            for of_system in request.resource_spans
            for scope in of_system.scope_spans
            for span in scope.spans
        ]

    @property
    def event_ids(self) -> list[str]:
        """The events that the spans are about."""
        return [attributes_of(span)["keten.event_id"] for _, span in self.told]


def attributes_of(span: Span) -> dict[str, str]:
    return {attribute.key: attribute.value.string_value for attribute in span.attributes}


@contextmanager
def collector(port: int = 0) -> Generator[Collector]:
    """A collector of one's own."""
    handler = type("OwnHandler", (Handler,), {"bodies": [], "free": Event()})
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    there = Collector(f"http://127.0.0.1:{server.server_port}", handler)
    there.answers(200)
    there.goes_on()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield there
    finally:
        there.goes_on()
        server.shutdown()
        thread.join()
        server.server_close()
