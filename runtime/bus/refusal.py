"""What happens to an event that cannot be taken: it is kept, so is what its sender will hear, and then it leaves the inbox."""

import hashlib
import hmac
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import structlog
from nats.aio.msg import Msg
from nats.js import JetStreamContext

from contracts.agencies import Agency
from contracts.attributes import SOURCE
from contracts.catalogue import BY_SHORT_NAME
from contracts.envelope import CloudEvent, parse, source
from contracts.events.deliveries import DeliveryRefused
from contracts.reference import ALPHABET, from_bytes
from contracts.refusals import RefusalCode, Refused
from contracts.words import Ground
from runtime.bus.connection import headers_of
from runtime.bus.publisher import TIMEOUT, ShareFull, storing

log = structlog.get_logger()

SYSTEM = "inbox"
_ID = re.compile(r"[0-9a-f][0-9a-f-]{7,63}")
_CASE = re.compile(rf"k[{ALPHABET}]{{24}}")


@dataclass(frozen=True)
class Glimpse:
    """What can be read of a message that may be anything."""

    id: str | None
    caseref: str | None
    system: str

    @classmethod
    def of(cls, message: Msg) -> "Glimpse":
        """Take only what has the right form; the rest stays in the dead letter."""
        seen = cls.of_body(message.data)
        return replace(seen, id=seen.id or _fitting(_ID, headers_of(message).get("Nats-Msg-Id")))

    @classmethod
    def of_body(cls, body: bytes) -> "Glimpse":
        """The same, of the body alone."""
        try:
            fields = parse(body)
        except Exception:  # refused, or a fault that nobody foresaw: it is kept all the same
            fields = {}
        system = SOURCE.fullmatch(str(fields.get("source", "")))
        return cls(
            id=_fitting(_ID, fields.get("id")),
            caseref=_fitting(_CASE, fields.get("caseref")),
            system=system[2] if system else "unknown",
        )


class Refusals:
    """The dead letters of one agency, and its answers to their senders."""

    def __init__(self, me: Agency, identity: bytes, most: int) -> None:
        self._me = me
        self._identity = identity
        self._most = most

    async def keep(self, stream: JetStreamContext, message: Msg, refused: Refused) -> None:
        """Store the original, byte for byte, with the reason; returns when it is on disk.

        Raises:
            ShareFull: There are as many dead letters of this event from this sender as may be.
        """
        subject = f"dead.{message.subject.removeprefix('from.')}"
        await self._check_room(stream, subject)
        at = message.metadata
        headers = {
            "Keten-Code": refused.code.value,
            "Keten-Reason": _one_line(refused.reason),
            "Keten-Id": self._id_of(message, Glimpse.of(message)),
            "Keten-Subject": message.subject,
            "Keten-Original-Msg-Id": _one_line(headers_of(message).get("Nats-Msg-Id", "")),
            "Nats-Msg-Id": f"dead.{at.sequence.stream}.{at.timestamp.timestamp():.6f}",
        }
        body = message.data
        if refused.code is RefusalCode.CASE_ERASED:  # what was erased does not begin again among the dead letters
            headers["Keten-Hash"], body = hashlib.sha256(body).hexdigest(), b""
            del headers["Keten-Original-Msg-Id"]
        async with storing():
            await stream.publish(subject, body, timeout=TIMEOUT, headers=headers)

    async def _check_room(self, stream: JetStreamContext, subject: str) -> None:
        """The bus would take some more, which are for those that are sealed anew."""
        info = await stream.stream_info("DEAD", subjects_filter=subject)
        if (info.state.subjects or {}).get(subject, 0) >= self._most:
            raise ShareFull("there are as many dead letters of this event from this sender as may be")

    def answer(self, message: Msg, refused: Refused) -> CloudEvent | None:
        """What tells the sender why; none in answer to such an answer, or two inboxes would refuse each other for ever."""
        event = BY_SHORT_NAME.get(message.subject.split(".", 2)[2])
        if event is None or event is DeliveryRefused:
            return None
        try:
            return self._answer(message, refused, event.rule.type)
        except ValueError as error:  # it is kept, and goes, also when nobody can say to its sender what it was
            log.error("refusal_not_answered", agency=self._me.slug, error=type(error).__name__)  # noqa: TRY400
            return None

    def _answer(self, message: Msg, refused: Refused, event_type: str) -> CloudEvent:
        seen = Glimpse.of(message)
        about = self._id_of(message, seen)
        at = message.metadata
        arrived = f"{at.sequence.stream}.{at.timestamp.timestamp():.6f}"  # the same event sent again is answered again
        told = DeliveryRefused(
            event_id=about, event_type=event_type, system=seen.system, code=refused.code, reason=refused.reason[:8000]
        )
        return CloudEvent(
            id=self._digest("refusal", message.subject.split(".")[1], about, refused.code.value, arrived).hex(),
            source=source(self._me.oin, SYSTEM),
            type=DeliveryRefused.rule.type,
            time=datetime.now(UTC),
            caseref=seen.caseref or from_bytes(self._digest("caseref", about)),
            causationid=seen.id,
            ground=Ground.LEGAL_TASK,
            data=told.model_dump(mode="json"),
        )

    def _id_of(self, message: Msg, seen: Glimpse) -> str:
        return seen.id or self._digest("unreadable", message.data.hex()).hex()

    def _digest(self, *parts: str) -> bytes:
        return hmac.digest(self._identity, "\0".join(parts).encode(), hashlib.sha256)[:20]


def _fitting(pattern: re.Pattern[str], value: object) -> str | None:
    return value if isinstance(value, str) and pattern.fullmatch(value) else None


def _one_line(text: str) -> str:
    """A header value: printable ASCII, so that nothing a sender wrote can end the line."""
    return "".join(character if " " <= character <= "~" else "?" for character in text)[:1000]
