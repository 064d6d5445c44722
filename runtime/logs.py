"""Logs hold names and fields, never content: what is not on the list does not leave the process."""

import logging
import re
import sys
from collections.abc import Sequence
from typing import Any, TextIO, cast

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

ALLOWED = frozenset(
    {
        # of every line
        "event", "level", "timestamp", "logger",
        # who and what
        "agency", "sender", "recipient", "kind", "type", "phase", "file", "namespace", "workflow_type", "activity",
        "duty_officer",
        # how it went
        "code", "method", "attempt", "delay", "seconds", "count", "error", "status", "sequence", "missing", "head",
        # which process
        "pid", "port", "address", "path", "server", "exit_code",
    }
)  # fmt: skip
"""Keys that may be logged. Nothing that names a case or a person is among them."""

OF_AN_ALARM = frozenset({"alarm", "reference", "words", "do"})
"""An alarm says what, where and what to do: the words are our own, the reference is a pseudonym. No other line has these keys."""

LONGEST = 500
"""Characters of one value; a longer one is cut."""

LIBRARIES = (
    "temporalio",
    "nats",
    "faststream",
    "asyncio",
    "sqlalchemy",
    "alembic",
    "opentelemetry",
    "urllib3",
    "httpx",
    "uvicorn",
)
"""Of these only warnings are worth a line."""

_NAME = re.compile(r"^[a-z]+(_[a-z]+)+(?= |$)")


def configure_logs(*, as_json: bool = False, level: int = logging.INFO, to: TextIO | None = None) -> None:
    """Set the logs of this process, its own and those of the libraries in it; they go to standard error unless told."""
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        name_errors,
        only_allowed,
        on_one_line,
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    renderer: Processor = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer()
    root = logging.getLogger()
    root.handlers = [_handler(shared, renderer, to or sys.stderr)]
    root.setLevel(level)
    for name in LIBRARIES:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))


def _handler(shared: Sequence[Processor], renderer: Processor, to: TextIO) -> logging.Handler:
    handler = logging.StreamHandler(to)
    handler.addFilter(_without_arguments)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, structlog.stdlib.ExtraAdder(ALLOWED), *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
            keep_exc_info=False,
        )
    )
    return handler


def only_allowed(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Drop every key that is not on the list."""
    allowed = ALLOWED | OF_AN_ALARM if event.get("event") == "alarm_raised" else ALLOWED
    return {key: value for key, value in event.items() if key in allowed or key.startswith("_")}


def on_one_line(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Nothing in a value can begin another line, or tell a terminal what to do."""
    return {key: _printable(value) if isinstance(value, str) else value for key, value in event.items()}


def _printable(text: str) -> str:
    cut = text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
    return cut if cut.isprintable() else "".join(c if c.isprintable() else ascii(c)[1:-1] for c in cut)


def name_errors(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Of an exception only its type is logged: a message may quote what somebody wrote."""
    found: Any = event.pop("exc_info", None)
    if found is True:
        found = sys.exc_info()
    error: Any = cast("tuple[Any, ...]", found)[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
    return event


def _without_arguments(record: logging.LogRecord) -> bool:
    """Of a library's line its template stays, or the name it begins with: what was filled in may be anything."""
    if isinstance(record.msg, dict):
        return True
    template = str(record.msg)
    name = _NAME.match(template)
    if name:
        record.msg = name[0]
    elif not record.args:  # it may have been put together before it was logged
        record.msg = f"{record.module}.{record.funcName}:{record.lineno}"
    record.args = ()
    record.exc_text = record.stack_info = None
    return True
