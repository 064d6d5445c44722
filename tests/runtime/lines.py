"""Lines of a processing log, and a process that writes some."""

import asyncio
import sys
from datetime import UTC, datetime, timedelta

from contracts.agencies import read_directory
from contracts.envelope import CloudEvent, source
from contracts.events.signals import SignalReported
from contracts.logged import Exchange, sent, taken
from contracts.processing import Processing
from contracts.reference import new_reference
from runtime.processing.log import SqlProcessingLog

DIRECTORY = read_directory()
POLICE, DESK = DIRECTORY.get("police-midden-nederland"), DIRECTORY.get("signal-desk")
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CONTENT = {"signal": {"municipality": "GM0995", "account": "seen at the door"}}
TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


def exchange(
    event_id: str, case: str | None = None, trace: str | None = f"00-{TRACE}-{SPAN}-01", other: str = POLICE.slug
) -> Exchange:
    """A signal as the police send it."""
    message = CloudEvent(
        id=event_id,
        source=source(POLICE.oin, "report"),
        type=SignalReported.rule.type,
        time=NOW,
        caseref=case or new_reference(),
        traceparent=trace,
        data=CONTENT,
    )
    return Exchange(message, message.event(), other)


def a_line(number: int = 1, case: str | None = None, other: str = POLICE.slug) -> Processing:
    """The desk takes the signal of this number."""
    return taken(exchange(f"{number:032x}", case, other=other), DESK, NOW, NOW + timedelta(seconds=number))


def a_sent_line(number: int, case: str) -> Processing:
    return sent(exchange(f"{number:032x}", case, other=DESK.slug), NOW + timedelta(seconds=number))


async def _write(url: str, case: str, first: int, count: int) -> None:
    log = SqlProcessingLog(url)
    for number in range(first, first + count):
        await log.write([a_line(number, case), a_line(number + 1, case)])


if __name__ == "__main__":
    asyncio.run(_write(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
