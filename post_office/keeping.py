"""Taking what an agency's own system hands in: looked at, then on disk before it is said to be taken."""

import json
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from sqlalchemy import select

from contracts.attributes import MAX_BYTES
from contracts.canonical import canonical
from contracts.envelope import CloudEvent
from contracts.event import OUTLIVING, Event
from contracts.lines import Said
from contracts.reference import ALPHABET, new_reference
from contracts.refusals import RefusalCode, Refused
from post_office.cases import case_row, case_with_subject
from post_office.checks import Checked
from post_office.ladder import Ladder
from post_office.own_codes import Code
from post_office.ports import Draft, Kept, Refusal
from post_office.putting import Meanwhile, Prepared, Putting, enveloped, erased, own_mark, subject_taken
from post_office.sealing import key_name, mark
from post_office.store import Store
from runtime.keys.case_keys import CaseErased
from runtime.post_office.tables import INCOMING, OUTGOING

MOST = 100
"""How many drafts may be handed in together."""

ROOMY = 24 * 1024
"""Bytes of content that fit whatever its seal adds; of what is larger the seal is tried."""

_REFERENCE = re.compile(rf"k[{ALPHABET}]{{24}}")
_TRIES = 5
APART = "this event begins a reference of its own, so that nothing leads from it to a person's case: name no case with it"

Check = Callable[[Draft], Checked]
Fits = Callable[[CloudEvent, str], object]
"""Seals a message for a recipient; raises ``Refused`` where it is too large then."""


class Keeping:
    """Whoever takes drafts into the book."""

    def __init__(self, store: Store, ladder: Ladder, check: Check, fits: Fits) -> None:
        self._store = store
        self._ladder = ladder
        self._check = check
        self._fits = fits
        self._putting = Putting(store)

    async def keep(self, drafts: Sequence[Draft]) -> list[Kept]:
        """See ``post_office.ports.Book``."""
        if not 0 < len(drafts) <= MOST:
            raise Refusal(Code.BATCH_INVALID, f"hand in 1 to {MOST} events together")
        for index, draft in enumerate(drafts):
            if any(draft.id == other.id for other in drafts[:index]):
                raise Refusal(
                    RefusalCode.ID_REUSED, "this id stands twice in the batch: give each an id of its own", ["/id"], index
                )
        for _ in range(_TRIES):
            found = [await self._looked_at(draft, index) for index, draft in enumerate(drafts)]
            done = [one for one in found if isinstance(one, Kept)]
            if len(done) == len(found):
                return done
            try:
                return await self._store.writer.do(lambda connection, found=found: self._putting.put(connection, found))
            except Meanwhile:
                continue
        raise Refusal(RefusalCode.NOT_POSSIBLE_NOW, "the same is handed in several times at once: try again", ["/id"])

    async def _looked_at(self, draft: Draft, index: int) -> Prepared | Kept:
        try:
            try:
                return await self._before(draft) or await self._prepared(draft)
            except CaseErased:
                raise erased() from None
        except Refusal as refusal:
            refusal.index = index
            raise

    async def _before(self, draft: Draft) -> Kept | None:
        """The answer that the same draft got before, if it did."""
        if not 0 < len(draft.id) <= 128 or not draft.id.isprintable():
            raise Refusal(Code.ID_INVALID, "the id is 1 to 128 printable characters", ["/id"])
        query = select(OUTGOING).where(OUTGOING.c.own_mark == own_mark(self._store, draft.id))
        row = await self._store.read(lambda connection: connection.execute(query).mappings().first())
        if row is None:
            return None
        key = await self._store.keys.get(key_name(row["case_reference"], row["type"]))
        if row["said_mark"] != mark(key, "said", _said(draft)):
            raise Refusal(RefusalCode.ID_REUSED, "another event was handed in under this id: give each an id of its own", ["/id"])
        return (await self._ladder.kept(row))._replace(again=True)

    async def _prepared(self, draft: Draft) -> Prepared:
        said, checked = _said(draft), self._check(draft)
        reference, begins = await self._case_of(draft, type(checked.event))
        to, data = checked.recipient.slug, checked.event.told_to(checked.recipient.kind)
        one = Prepared(draft, said, checked.event, to, data, checked.ground, reference, None, b"")
        if draft.causationid is not None:
            one = one._replace(because=await self._answered(draft.causationid, reference, to))
        self._refuse_size(one)
        self._store.room.check(1, len(said))
        if not begins:
            await self._refuse_unknown(reference)
        name = key_name(reference, draft.type)
        key = await self._store.keys.make_or_get(name)
        return one._replace(key=key, case_key=key if name == reference else await self._store.key_if_any(reference))

    async def _case_of(self, draft: Draft, kind: type[Event]) -> tuple[str, bool]:
        """Which case it is of, and whether that begins with it."""
        if draft.subject is not None and not (0 < len(draft.subject) <= 128 and draft.subject.isprintable()):
            raise Refusal(Code.ATTRIBUTE_INVALID, "a number of a case is 1 to 128 printable characters", ["/subject"])
        named = draft.subject and mark(self._store.identity, "subject", draft.subject)
        known = await self._store.read(lambda connection: case_with_subject(connection, named)) if named else None
        if kind.rule.fresh and (draft.caseref or known):
            raise Refusal(RefusalCode.NOT_ALLOWED, APART, ["/caseref" if draft.caseref else "/subject"])
        if draft.caseref is not None:
            if known not in {None, draft.caseref}:
                raise subject_taken()
            return draft.caseref, False
        begins = kind.rule.opens and kind.rule.file not in OUTLIVING
        if known and begins:
            raise subject_taken()
        if known:
            return known, False
        if not begins:
            raise Refusal(Code.CASEREF_NEEDED, "this event belongs to a case: say to which", ["/caseref"])
        return new_reference(), True

    async def _refuse_unknown(self, reference: str) -> None:
        known = _REFERENCE.fullmatch(reference) and await self._store.read(lambda connection: case_row(connection, reference))
        if not known:
            raise Refusal(RefusalCode.CASE_UNKNOWN, "this post office knows no such case", ["/caseref"])

    async def _answered(self, feed_id: str, reference: str, to: str) -> str:
        """An event that is answered, by the id with which it travelled: its sender knows it by no other."""
        theirs = (INCOMING.c.feed_id == feed_id) & (INCOMING.c.case_reference == reference) & (INCOMING.c.sender == to)
        query = select(INCOMING.c.event_id).where(theirs)
        found = await self._store.read(lambda connection: connection.scalar(query))
        if found is None:
            words = "an answer names an event of the same case in the feed, from its recipient; leave `causationid` out otherwise"
            raise Refusal(Code.ATTRIBUTE_INVALID, words, ["/causationid"])
        return found

    def _refuse_size(self, one: Prepared) -> None:
        size = len(json.dumps(one.data, ensure_ascii=False).encode())
        too_large = Refusal(RefusalCode.TOO_LARGE, f"a message may have {MAX_BYTES} bytes, sealed", ["/data"])
        if size > MAX_BYTES:
            raise too_large
        if size > ROOMY:
            of_any_case = one._replace(reference=new_reference())
            trial = enveloped(self._store, of_any_case, Said(999_999_998, "0" * 64), "0" * 64, datetime.now(UTC))
            try:
                self._fits(trial, one.to)
            except Refused:
                raise too_large from None


def _said(draft: Draft) -> str:
    try:
        answers = [] if draft.causationid is None else [draft.causationid]  # without it as books of before have it
        return canonical([draft.type, draft.data, draft.ground, draft.recipient, draft.caseref, draft.subject, *answers])
    except (TypeError, ValueError, RecursionError):
        raise Refusal(RefusalCode.DATA_INVALID, "it is no JSON", ["/data"]) from None
