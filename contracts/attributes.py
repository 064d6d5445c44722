"""The attributes of every message: CloudEvents 1.0 by the rules of the Dutch government profile.

Source: NL GOV profile for CloudEvents (Logius). Attribute names are ``[a-z0-9]``, at most 20 long; the source is a
``urn:nld:oin:``; ``time`` is when the event was logged; a message is at most 64 KB; nothing personal stands in an attribute.
What is null is absent; attributes that are not listed here are extensions (``contracts/extensions.py``).
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, ConfigDict, Field, ValidationError, field_serializer, field_validator

from contracts.door import at_the_door
from contracts.extensions import refuse_names, refuse_values
from contracts.reference import Reference
from contracts.refusals import RefusalCode, Refused
from contracts.strict_json import parse
from contracts.text import Model, Oin

MAX_BYTES = 64 * 1024
CLOCK_SKEW = timedelta(minutes=5)
_EARLIEST = datetime(2020, 1, 1, tzinfo=UTC)
SOURCE = re.compile(r"^urn:nld:oin:([0-9]{20}):(?:systeem:)?([A-Za-z0-9][A-Za-z0-9._-]{0,39})$")
_RFC3339 = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9:]{8}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})")

Id = Annotated[str, Field(pattern=r"^[0-9a-f][0-9a-f-]{7,63}$")]
"""Hexadecimal digits and dashes, as in a UUID: it is readable on every server, so no name may be spelt with it."""


class Attributes(Model):
    """What is readable outside a message. Its ``id`` is also the ``Nats-Msg-Id`` and that by which a workflow de-duplicates."""

    model_config = ConfigDict(extra="allow")

    specversion: Literal["1.0"] = "1.0"
    id: Id
    source: str = Field(pattern=SOURCE.pattern)
    type: str = Field(max_length=100)
    time: AwareDatetime = Field(description="when the event was logged")
    caseref: Reference = Field(description="the case, as a random pseudonym")
    sequence: Annotated[str, Field(pattern=r"^[0-9]{1,9}$")] = Field(
        default="0", description="counts per case, sending system and recipient's file; 0: not counted"
    )
    sequencetype: Literal["Integer"] = "Integer"
    traceparent: Annotated[str, Field(pattern=r"^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$")] | None = None
    causationid: Id | None = Field(default=None, description="id of the event that this one answers")

    @field_validator("time", mode="before")
    @classmethod
    def _written_out(cls, time: Any) -> Any:
        if isinstance(time, datetime) or (isinstance(time, str) and _RFC3339.fullmatch(time)):
            return time
        raise ValueError("time_invalid: write it with its offset, like 2025-01-31T12:00:00Z")

    @field_validator("sequencetype", mode="before")
    @classmethod
    def _in_any_case(cls, kind: Any) -> Any:
        return "Integer" if isinstance(kind, str) and kind.lower() == "integer" else kind

    @field_serializer("time")
    def _utc(self, time: datetime) -> str:
        return written(time)

    @property
    def oin(self) -> str:
        """The sender's identification number."""
        return SOURCE.fullmatch(self.source)[1]  # type: ignore[index]

    @property
    def system(self) -> str:
        """The system within the sender: the kind of file that sent it."""
        return SOURCE.fullmatch(self.source)[2]  # type: ignore[index]

    @property
    def outside(self) -> dict[str, Any]:
        """The attributes that are readable on the way, as they are written."""
        return self.model_dump(mode="json", exclude_none=True, include={*Attributes.model_fields, *(self.model_extra or ())})

    def to_json(self) -> bytes:
        """The message as text.

        Raises:
            Refused: It is larger than 64 KB.
        """
        raw = self.model_dump_json(exclude_none=True).encode()
        _refuse_size(raw)
        return raw

    @classmethod
    def from_json(cls, raw: bytes, now: datetime) -> Self:
        """Read a message, strictly.

        Args:
            raw: The message as it arrived.
            now: The reader's clock, to tell a time that cannot be.

        Raises:
            Refused: With the code and the words for the sender.
        """
        _refuse_size(raw)
        with at_the_door():
            fields = {name: value for name, value in parse(raw).items() if value is not None}
            cls.refuse_form(fields)
            try:
                message = cls.model_validate(fields)
            except ValidationError as error:
                raise explained(error, RefusalCode.ENVELOPE_INVALID) from None
            _refuse_time(message.time, now)
        return message

    @classmethod
    def refuse_form(cls, fields: dict[str, Any]) -> None:
        """Refuse what CloudEvents or the profile forbids, and a message without a version.

        Raises:
            Refused: Says the rule, never what was given.
        """
        refuse_names(set(fields))
        refuse_values({name: value for name, value in fields.items() if name not in cls.model_fields})
        if "specversion" not in fields:
            raise Refused(RefusalCode.ENVELOPE_INVALID, 'specversion: Field required; it is "1.0"')


def source(oin: Oin, system: str) -> str:
    """The CloudEvents source of a system within an agency."""
    return f"urn:nld:oin:{oin}:systeem:{system}"


def media_type(written: Any) -> Any:
    """A content type without what may differ: its case, and the one charset that JSON has."""
    if not isinstance(written, str):
        return written
    kind, *parameters = (part.strip().lower() for part in written.split(";"))
    utf8 = {"charset=utf-8", 'charset="utf-8"', ""}
    return kind if utf8.issuperset(parameters) else written


def written(time: datetime) -> str:
    """A moment as it stands in a message and in a fingerprint: in UTC, with six digits of a second or none where all are zero."""
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")


def explained(error: ValidationError, code: RefusalCode, prefix: str = "") -> Refused:
    """The validation errors as one sentence that names fields and rules, and never repeats a value."""
    parts: list[str] = []
    for fault in error.errors(include_url=False, include_input=False, include_context=False):
        words = fault["msg"].removeprefix("Value error, ")
        for own in (RefusalCode.UNICODE_UNSAFE, RefusalCode.NO_GROUND, RefusalCode.TIME_INVALID):
            if words.startswith(f"{own}: "):
                code, words = own, words.removeprefix(f"{own}: ")
        place = f"{prefix}{'.'.join(str(part) for part in fault['loc'])}".rstrip(".")
        parts.append(f"{place}: {words}" if place else words)
    return Refused(code, "; ".join(parts[:5]))


def _refuse_size(raw: bytes) -> None:
    if len(raw) > MAX_BYTES:
        raise Refused(RefusalCode.TOO_LARGE, f"a message may have {MAX_BYTES} bytes, this one has {len(raw)}")


def _refuse_time(time: datetime, now: datetime) -> None:
    if time > now + CLOCK_SKEW:
        raise Refused(RefusalCode.TIME_INVALID, "`time` lies in the future; set the sender's clock")
    if time < _EARLIEST:
        raise Refused(RefusalCode.TIME_INVALID, "`time` lies before 2020; it must say when the event was logged")
