"""The two forms of a message: as an agency reads it, and sealed as it travels.

On the bus nobody reads ``data``: there it is one text, the whole message signed by its sender and encrypted to its recipient
(``runtime/bus/seal.py``). The attributes outside are repeated inside, so none of them can be changed on the way.
"""

import builtins
import hashlib
import json
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError

from contracts.attributes import CLOCK_SKEW, MAX_BYTES, Attributes, Id, explained, media_type, source, written
from contracts.canonical import canonical
from contracts.catalogue import CATALOGUE
from contracts.door import at_the_door
from contracts.event import Event
from contracts.refusals import RefusalCode, Refused
from contracts.strict_json import parse
from contracts.words import Ground

__all__ = [
    "CLOCK_SKEW",
    "CONTENT_TYPE",
    "MAX_BYTES",
    "CloudEvent",
    "Id",
    "SealedEvent",
    "fingerprint",
    "parse",
    "source",
    "written",
]

CONTENT_TYPE = "application/cloudevents+json"
INSIDE_ONLY = frozenset({"ground", "previous"})


class CloudEvent(Attributes):
    """One message, as its sender writes it and its recipient reads it."""

    datacontenttype: Annotated[Literal["application/json"], BeforeValidator(media_type)] = "application/json"
    ground: Ground | None = Field(default=None, description="on which of the catalogue's grounds it is shared")
    previous: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = Field(
        default=None, description="fingerprint of the message with the number before this one; none before the first"
    )
    data: dict[str, Any]

    @property
    def event_class(self) -> builtins.type[Event]:
        """The catalogue's class for this type.

        Raises:
            Refused: The type is not in the catalogue.
        """
        if self.type not in CATALOGUE:
            raise Refused(RefusalCode.TYPE_UNKNOWN, "this event type is not in the catalogue; `keten events` lists them")
        return CATALOGUE[self.type]

    def event(self) -> Event:
        """The data as its event class.

        Raises:
            Refused: The type is unknown or the data does not fit it.
        """
        with at_the_door():
            try:
                return self.event_class.model_validate_json(json.dumps(self.data), strict=True)
            except ValidationError as error:
                raise explained(error, RefusalCode.DATA_INVALID, "data.") from None

    @property
    def fingerprint(self) -> str:
        """What the next message of this line says of this one: 64 hexadecimal digits."""
        return fingerprint(self.caseref, self.type, self.system, self.sequence, written(self.time), self.previous, data=self.data)


class SealedEvent(Attributes):
    """One message as it travels: its content is for the recipient only."""

    datacontenttype: Annotated[Literal["application/jose"], BeforeValidator(media_type)] = "application/jose"
    data: str = Field(description="JWE in compact form, of a JWS in compact form, of the message", pattern=r"^[\w.-]+$")

    @classmethod
    def refuse_form(cls, fields: dict[str, Any]) -> None:
        """Refuse outside, where everybody reads it, what belongs inside.

        Raises:
            Refused: Names what to leave out.
        """
        super().refuse_form(fields)
        if INSIDE_ONLY & set(fields):
            words = f"outside stand no {' and '.join(sorted(INSIDE_ONLY))}: they are for the recipient only, inside"
            raise Refused(RefusalCode.ENVELOPE_INVALID, words)


def fingerprint(*about: str | None, data: dict[str, Any]) -> str:
    """SHA-256 over a message's place in its line and its content; 64 hexadecimal digits.

    Args:
        about: Case, type, sending system, number, time as ``written``, fingerprint of the message before.
        data: The content.
    """
    return hashlib.sha256(canonical(["keten line 1", *about, data]).encode()).hexdigest()
