"""An event that must leave, and the envelope in which it does: whoever sends makes ids, traces and fingerprints in this way."""

import hashlib
import hmac
import json
from datetime import datetime
from typing import Any

from pydantic import Field

from contracts.agencies import Agency
from contracts.catalogue import CATALOGUE
from contracts.envelope import CloudEvent, fingerprint, source, written
from contracts.event import Event
from contracts.logged import Exchange
from contracts.reference import Reference
from contracts.text import Model, Slug
from contracts.words import Ground


class Letter(Model):
    """An event that must leave; it is posted when the recipient's disk has acknowledged it."""

    step: int = Field(description="number of the letter within its workflow: the id is derived from it, so a retry keeps it")
    to: Slug
    type: str
    reference: Reference
    system: str
    sequence: int
    logged: datetime
    trace: str | None
    because: str | None = Field(default=None, description="id of the event that this one answers")
    ground: Ground | None = Field(default=None, description="on which of the catalogue's grounds it is shared")
    previous: str | None = Field(default=None, description="fingerprint of the letter before it on its line")
    recorded: bool = Field(default=False, description="it leaves when it is recorded; its id follows from all that it says")
    data: dict[str, Any]

    @property
    def fingerprint(self) -> str:
        """What the next letter on this line says of this one; the recipient reckons the same from the message."""
        return fingerprint(
            self.reference, self.type, self.system, str(self.sequence), written(self.logged), self.previous, data=self.data
        )

    @property
    def mark(self) -> str:
        """From what its id follows: of a letter that is recorded first all that it says, so that one id is one event."""
        if not self.recorded:
            return f"letter/{self.step}"
        said = [self.to, self.type, self.reference, self.system, self.sequence, written(self.logged), self.because, self.previous]
        text = json.dumps([*said, self.data], sort_keys=True)
        return f"letter/{self.step}/{hashlib.sha256(text.encode()).hexdigest()}"

    def event(self) -> Event:
        """The data as its event class."""
        return CATALOGUE[self.type].model_validate_json(json.dumps(self.data))


def enveloped(letter: Letter, agency: Agency, key: bytes, file: str) -> Exchange:
    """A letter as it travels.

    Args:
        letter: What must leave.
        agency: Whose it is.
        key: The agency's own, for ids.
        file: What wrote it, and counts its steps: a workflow's id, or a name of its own.
    """
    mark = keyed(key, file, letter.mark)
    trace = letter.trace.split("-")[1] if letter.trace else keyed(key, file, f"trace/{letter.reference}")
    message = CloudEvent(
        id=mark,
        source=source(agency.oin, letter.system),
        type=letter.type,
        time=letter.logged,
        caseref=letter.reference,
        sequence=str(letter.sequence),
        traceparent=f"00-{trace}-{mark[:16]}-01",
        causationid=letter.because,
        ground=letter.ground,
        previous=letter.previous,
        data=letter.data,
    )
    return Exchange(message, letter.event(), letter.to)


def keyed(key: bytes, file: str, what: str) -> str:
    """A keyed hash of a file and something in it: the same at every retry, and nobody can guess it. 32 hexadecimal digits."""
    return hmac.new(key, f"{file}/{what}".encode(), hashlib.sha256).hexdigest()[:32]
