"""Writes a golden message for each event that has none: ``python -m tests.contracts.write_golden``.

It holds every field that the event has today. One that exists is never touched: other agencies may have stored such messages.
"""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from contracts.agencies import read_directory
from contracts.catalogue import BY_SHORT_NAME
from contracts.envelope import CloudEvent, source
from contracts.event import Event
from tests.contracts.messages import GOLDEN
from tests.examples import example

EIGHT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def golden_message(event: type[Event], number: int) -> CloudEvent:
    """One message of an agency that may send it, the same at every run."""
    sender = next(agency for agency in read_directory().agencies if agency.kind in event.rule.senders)
    return CloudEvent(
        id=f"5eed{number:028}",
        source=source(sender.oin, "example"),
        type=event.rule.type,
        time=EIGHT + timedelta(minutes=number),
        caseref="k0123456789abcdefghjkmnpq",
        sequence=str(number),
        ground=event.rule.grounds[0],
        data=example(event, whole=True).model_dump(mode="json"),
    )


def write_missing(folder: Path) -> list[Path]:
    """Those that are missing, with their lines in the manifest."""
    manifest, made = folder / "golden.sha256", list[Path]()
    for name, event in BY_SHORT_NAME.items():
        path = folder / f"{name}.json"
        if not path.exists():
            number = len(list(folder.glob("*.json"))) + 1
            text = json.dumps(json.loads(golden_message(event, number).to_json()), indent=2, ensure_ascii=False)
            path.write_text(f"{text}\n", encoding="utf-8")
            line = f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
            manifest.write_text(manifest.read_text() + line)
            made.append(path)
    return made


if __name__ == "__main__":
    for path in write_missing(GOLDEN) or ["nothing is missing"]:
        print(path)  # noqa: T201
