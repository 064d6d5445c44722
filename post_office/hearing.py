"""What another agency sent goes into the book: once, in its order, at the next place of the feed."""

from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import Connection, func, insert, select

from contracts.agencies import Agency
from contracts.envelope import CloudEvent
from contracts.event import Event
from contracts.events.deliveries import DeliveriesMissed, DeliveryRefused
from contracts.lines import Heard, Link, Objection, Span, is_counted, objection, objection_to_id
from contracts.words import Ground
from post_office.cases import begin_case, case_row
from post_office.ladder import on_line, reach
from post_office.lines import LineName, line_of
from post_office.own_codes import OWN
from post_office.ports import Draft, Stage
from post_office.putting import Prepared, Putting
from post_office.sealing import key_name, mark, seal
from post_office.store import Store, erased_at, newest
from runtime.keys.case_keys import CaseErased
from runtime.post_office.tables import INCOMING, LINE, OUTGOING


class Came(NamedTuple):
    """An event that was checked and logged.

    Attributes:
        sender: Who sent it.
        message: In its envelope.
        event: Its content.
        by_hand: Whether a person here put it in again.
        past_gap: Whether what is missing before it was waited for long enough.
        on_record: Whether the log says that something of this case was sent to the sender.
    """

    sender: Agency
    message: CloudEvent
    event: Event
    by_hand: bool = False
    past_gap: bool = False
    on_record: bool = False


class Objected(Exception):  # noqa: N818 - an answer
    """It cannot be taken at its place on its line, or not yet."""

    def __init__(self, objected: Objection) -> None:
        super().__init__(objected.words)
        self.code, self.words = objected


class UnknownHere(Exception):  # noqa: N818 - an answer
    """Nothing of this case was exchanged with its sender."""


class Hearing:
    """Whoever puts what was heard into the book."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._putting = Putting(store)

    async def hear(self, came: Came) -> Span | None:
        """Put an event into the book; done when it is on disk. The same again has no effect.

        Returns:
            The numbers before it that are missing since now.

        Raises:
            Objected: Another had its id or number, it breaks the chain, or it is early.
            UnknownHere: Its sender has no part in this case.
            CaseErased: The key of the case was destroyed.
            BookFull: It cannot be written.
        """
        reference, kind = came.message.caseref, came.message.type
        if not came.event.rule.opens and not await self._has_part(came):
            raise UnknownHere
        name = key_name(reference, kind)
        if name == reference and await self._store.read(lambda connection: erased_at(connection, reference)):
            raise CaseErased(reference)
        key = await self._store.keys.make_or_get(name)
        case_key = key if name == reference else await self._store.key_if_any(reference)
        return await self._store.writer.do(lambda connection: self._put(connection, came, key, case_key))

    async def _has_part(self, came: Came) -> bool:
        reference, slug = came.message.caseref, came.sender.slug

        def look(connection: Connection) -> bool:
            sent = select(OUTGOING.c.number).where(OUTGOING.c.case_reference == reference, OUTGOING.c.recipient == slug)
            heard = select(INCOMING.c.position).where(INCOMING.c.case_reference == reference, INCOMING.c.sender == slug)
            return any(connection.execute(query.limit(1)).first() is not None for query in (sent, heard))

        return came.on_record or await self._store.read(look)

    def _put(self, connection: Connection, came: Came, key: bytes, case_key: bytes | None) -> Span | None:
        message, slug, kind = came.message, came.sender.slug, came.message.type
        row = case_row(connection, message.caseref)
        if row and row["erased_at"] and key_name(message.caseref, kind) == message.caseref:
            raise CaseErased(message.caseref)
        if self._is_known(connection, came, key):
            return None
        begin_case(connection, self._store.identity, message.caseref, None, key)
        gap = self._on_its_line(connection, came, key) if int(message.sequence) and is_counted(type(came.event)) else None
        position = newest(connection, INCOMING.c.position) + 1
        feed_id = self._feed_id(connection, came)
        event = message.model_dump(mode="json", exclude_none=True) | {"id": feed_id}
        content = seal(key, ("incoming", str(position)), event)
        self._store.room.check(1, len(content))
        values = {"position": position, "feed_id": feed_id, "event_id": message.id, "sender": slug, "system": message.system}
        values |= {"case_reference": message.caseref, "type": kind, "said_mark": mark(key, "heard", message.fingerprint)}
        connection.execute(insert(INCOMING), values | {"content": content, "size": len(content), "taken_at": datetime.now(UTC)})
        self._store.room.add(len(content))
        self._climb(connection, came)
        if gap and case_key:
            self._tell(connection, came, gap, position, case_key)
        return gap

    def _is_known(self, connection: Connection, came: Came, key: bytes) -> bool:
        message = came.message
        same = (INCOMING.c.case_reference == message.caseref) & (INCOMING.c.event_id == message.id)
        same &= (INCOMING.c.sender == came.sender.slug) & (INCOMING.c.system == message.system)
        before = connection.scalar(select(INCOMING.c.said_mark).where(same))
        if before is None:
            return False
        link = Link(int(message.sequence), mark(key, "heard", message.fingerprint))
        if objected := objection_to_id(before, link):
            raise Objected(objected)
        return True

    def _on_its_line(self, connection: Connection, came: Came, key: bytes) -> Span | None:
        message, rule = came.message, came.event.rule
        name = LineName(message.caseref, "in", came.sender.slug, f"{message.system}/{rule.file or '-'}")
        with self._store.damage.noting(("line", *name), message.caseref):
            line = line_of(connection, name, key)
        heard = Heard.model_validate(line.state) if line.state else None
        link = Link(int(message.sequence), message.fingerprint, message.previous, came.by_hand)
        theirs = (LINE.c.case_reference == message.caseref) & (LINE.c.way == "in") & (LINE.c.other == came.sender.slug)
        known = connection.scalar(select(func.count()).select_from(LINE).where(theirs, LINE.c.id != line.id)) or 0
        if objected := objection(heard, link, opens=rule.opens, past_gap=came.past_gap, lines=known):
            raise Objected(objected)
        after = heard or Heard.beginning(link.number, opens=rule.opens)
        gap = after.take(link)
        line.write(connection, after.model_dump(mode="json"))
        return gap

    def _feed_id(self, connection: Connection, came: Came) -> str:
        """One event, one id: its own, where no other event in the feed has it."""
        message = came.message
        if connection.scalar(select(INCOMING.c.position).where(INCOMING.c.feed_id == message.id)) is None:
            return message.id
        return mark(self._store.identity, "feed", came.sender.slug, message.system, message.caseref, message.id)[:32]

    def _climb(self, connection: Connection, came: Came) -> None:
        """What it says of events of ours."""
        message, event = came.message, came.event
        if isinstance(event, DeliveriesMissed):
            missed = on_line(connection, message.caseref, event.system, event.gaps)
            reach(connection, Stage.MISSED, OUTGOING.c.number.in_(missed), came.sender.slug)
        elif message.causationid and not isinstance(event, DeliveryRefused):
            reach(connection, Stage.ANSWERED, OUTGOING.c.event_id == message.causationid, came.sender.slug)

    def _tell(self, connection: Connection, came: Came, gap: Span, position: int, key: bytes) -> None:
        """Its sender hears which numbers are missing."""
        event, reference = DeliveriesMissed.of(came.message.system, [gap]), came.message.caseref
        data = event.model_dump(mode="json")
        draft = Draft(f"{OWN}missed/{position}", event.rule.type, data, Ground.LEGAL_TASK, came.sender.slug, reference)
        one = Prepared(draft, draft.id, event, came.sender.slug, data, Ground.LEGAL_TASK, reference, key, key)
        self._putting.put(connection, [one])
