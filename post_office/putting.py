"""A draft becomes an event in the book: numbered and chained by the one writer, in the commit that keeps it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, insert, select

from contracts.envelope import CloudEvent, source
from contracts.event import Event
from contracts.events.erasures import ErasureCompleted
from contracts.lines import Said, line_to
from contracts.refusals import RefusalCode
from contracts.words import Ground
from post_office.cases import begin_case, begin_erasure
from post_office.generation import system_of
from post_office.lines import LineName, line_of
from post_office.own_codes import Code
from post_office.ports import Draft, Kept, Refusal, Rung, Stage
from post_office.sealing import key_name, mark, seal
from post_office.store import Store, erased_at, newest
from runtime.post_office.tables import OUTGOING, WAITING


class Prepared(NamedTuple):
    """A draft that can be kept, with all that the writer needs.

    Attributes:
        draft: As it was handed in.
        said: All that it says, in one form.
        event: Its content.
        to: Slug of its recipient.
        data: What that one is told.
        ground: On which.
        reference: Of its case.
        case_key: Of its case; None: that was destroyed, and the event is about that.
        key: Under which the event lies: that of its case, or the one that outlives it.
        because: The event that it answers, by the id with which that travelled.
    """

    draft: Draft
    said: str
    event: Event
    to: str
    data: dict[str, Any]
    ground: Ground
    reference: str
    case_key: bytes | None
    key: bytes
    because: str | None = None


class Meanwhile(Exception):  # noqa: N818 - a request to look again
    """Somebody else handed the same in since it was looked up."""


class Putting:
    """What the writer does with drafts; all of it within one commit."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def put(self, connection: Connection, found: Sequence[Prepared | Kept]) -> list[Kept]:
        """Put those into the book that are not there yet.

        Raises:
            Refusal: One of them cannot be sent; then none is.
            Meanwhile: One of them is there since.
        """
        kept: list[Kept] = []
        for index, one in enumerate(found):
            try:
                kept.append(one if isinstance(one, Kept) else self._put(connection, one))
            except Refusal as refusal:
                refusal.index = index
                raise
        return kept

    def _put(self, connection: Connection, one: Prepared) -> Kept:
        draft, own = one.draft, own_mark(self._store, one.draft.id)
        if connection.scalar(select(OUTGOING.c.number).where(OUTGOING.c.own_mark == own)):
            raise Meanwhile
        self._enter_case(connection, one)
        number, now, system = newest(connection, OUTGOING.c.number) + 1, datetime.now(UTC), system_of(self._store.generation)
        name = LineName(one.reference, "out", one.to, f"{system}/{one.event.rule.file or '-'}")
        with self._store.damage.noting(("line", *name), one.reference):
            line = line_of(connection, name, one.key)
        end = Said(*line.state or ()) if line_to(one.to, type(one.event)) else None
        said = mark(one.key, "said", one.said)
        about = mark(self._store.identity, "event", system, str(number), own, said, now.isoformat())
        message = enveloped(self._store, one, end, about, now)
        if end:
            line.write(connection, end.then(message.fingerprint))
        content = seal(
            one.key, ("outgoing", str(number)), {"own": draft.id, "to": one.to, "event": message.model_dump(mode="json")}
        )
        self._store.room.check(1, len(content))
        row = {"number": number, "own_mark": own, "said_mark": said, "event_id": message.id, "kept_at": now, "system": system}
        row |= {"case_reference": one.reference, "recipient": one.to, "type": draft.type, "sequence": int(message.sequence)}
        connection.execute(insert(OUTGOING), row | {"content": content, "size": len(content)})
        connection.execute(insert(WAITING), {"number": number, "line": line.id, "recipient": one.to, "type": draft.type})
        self._store.room.add(len(content))
        self._erase(connection, one)
        return Kept(draft.id, one.reference, one.to, draft.type, draft.subject, (Rung(Stage.KEPT, now),))

    def _enter_case(self, connection: Connection, one: Prepared) -> None:
        gone = erased_at(connection, one.reference) is not None
        if gone and key_name(one.reference, one.draft.type) == one.reference:
            raise erased()
        key = None if gone else one.case_key
        if not begin_case(connection, self._store.identity, one.reference, one.draft.subject, key):
            raise subject_taken()

    def _erase(self, connection: Connection, one: Prepared) -> None:
        """The receipt of an erasure erases the case here, in the same commit; it goes out under the key that stays."""
        if isinstance(one.event, ErasureCompleted):
            freed = begin_erasure(connection, one.reference, one.to)
            if freed is None:
                words = "nobody has asked for this: a case is erased at the request of another agency that has a part in it"
                raise Refusal(RefusalCode.NOT_POSSIBLE_NOW, words, ["/type"])
            self._store.room.gone(freed)


def enveloped(store: Store, one: Prepared, end: Said | None, about: str, at: datetime) -> CloudEvent:
    """A draft in its envelope.

    Args:
        store: Of the book.
        one: The draft.
        end: Of its line; None: it is not counted.
        about: A keyed hash of all that makes it this event, 64 hexadecimal digits.
        at: Now.
    """
    trace = mark(store.identity, "trace", one.reference)
    return CloudEvent(
        id=about[:32],
        source=source(store.agency.oin, system_of(store.generation)),
        type=one.draft.type,
        time=at,
        caseref=one.reference,
        sequence=str(end.next if end else 0),
        traceparent=f"00-{trace[:32]}-{about[:16]}-01",
        ground=one.ground,
        previous=end.previous if end else None,
        causationid=one.because,
        data=one.data,
    )


def own_mark(store: Store, own: str) -> str:
    """Of the id that the agency's own system gave."""
    return mark(store.identity, "own", own)


def erased() -> Refusal:
    """Nothing of this case is taken any more."""
    return Refusal(RefusalCode.CASE_ERASED, "what was kept of this case was erased; begin a new case", ["/caseref"])


def subject_taken() -> Refusal:
    """A number is another case's."""
    words = "another case has this number: name the case in `caseref`, or give the right number"
    return Refusal(Code.SUBJECT_TAKEN, words, ["/subject"])
