"""A book in memory, true to ``post_office.ports.Book``: what the real one refuses it refuses, what that orders it orders.

It has no disk. What a test wants of one (``is_full``, ``fault``) it says.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from contracts.agencies import Agency, Directory
from contracts.attributes import explained, source, written
from contracts.awaited import TELLING, Awaited, Spoken, awaited
from contracts.catalogue import CATALOGUE, may_send
from contracts.event import Event
from contracts.reference import new_reference
from contracts.refusals import RefusalCode
from contracts.words import Ground
from post_office.ports import BookFull, CaseListed, CasePage, CaseSeen, Draft, Gone, Heard, Kept, Reader, Refusal, Rung, Stage
from runtime.processing.log import NotLogged

SETTLED = {Stage.ANSWERED, Stage.REFUSED, Stage.MISSED}
MOST_READERS = 20
BEGUN = datetime(2026, 3, 2, tzinfo=UTC)


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class MemoryBook:
    """Of one agency."""

    agency: Agency
    directory: Directory
    is_full: bool = False
    unlogged: bool = False
    handed_: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    fault: Exception | None = None
    refuses: Refusal | None = None
    out: dict[str, tuple[Draft, Kept]] = field(default_factory=dict[str, tuple[Draft, Kept]])
    feed_: list[Heard] = field(default_factory=list[Heard])
    marks: dict[str, tuple[int, datetime]] = field(default_factory=dict[str, tuple[int, datetime]])
    subjects: dict[str, str] = field(default_factory=dict[str, str])
    cases: dict[str, datetime | None] = field(default_factory=dict[str, datetime | None])

    def __post_init__(self) -> None:
        self.changed = asyncio.Condition()

    async def keep(self, drafts: Sequence[Draft]) -> list[Kept]:
        self._fail()
        if self.is_full:
            raise BookFull
        async with self.changed:
            made: list[tuple[Draft, Kept]] = []
            for index, draft in enumerate(drafts):
                try:
                    made.append(self._one(draft, {one.id: (one, kept) for one, kept in made}))
                except Refusal as refusal:
                    raise Refusal(refusal.code, refusal.words, refusal.pointers, index) from None
            for draft, kept in made:
                if not kept.again:
                    self.out[draft.id] = (draft, kept)
                    self.cases.setdefault(kept.caseref, None)
                    if draft.subject:
                        self.subjects[kept.caseref] = draft.subject
            return [kept for _, kept in made]

    def _one(self, draft: Draft, beside: Mapping[str, tuple[Draft, Kept]]) -> tuple[Draft, Kept]:
        if self.refuses:
            raise self.refuses
        before = self.out.get(draft.id) or beside.get(draft.id)
        if before:
            if before[0] != draft:
                raise Refusal(RefusalCode.ID_REUSED, "another event has this id", ["/id"])
            return draft, before[1]._replace(again=True)
        recipient = self._checked(draft)
        caseref = draft.caseref or new_reference()
        kept = Kept(draft.id, caseref, recipient.slug, draft.type, draft.subject, (Rung(Stage.KEPT, now()),))
        return draft, kept

    def _checked(self, draft: Draft) -> Agency:
        event = CATALOGUE.get(draft.type)
        if event is None:
            raise Refusal(RefusalCode.TYPE_UNKNOWN, "this event type is not in the catalogue", ["/type"])
        may = [other for other in self.directory.agencies if may_send(self.agency, other, event)]
        if not may:
            raise Refusal(RefusalCode.NOT_ALLOWED, "an agency of this kind does not send this", ["/type"])
        self._content(draft, event)
        if draft.recipient is None and len(may) > 1:
            raise Refusal("recipient_needed", "several agencies may take it", ["/recipient"])
        found = [other for other in may if draft.recipient in {None, other.slug}]
        if not found:
            known = draft.recipient in self.directory.by_slug
            code = RefusalCode.NOT_ALLOWED if known else "recipient_unknown"
            raise Refusal(code, "that agency does not take it", ["/recipient"])
        if draft.caseref is None and not event.rule.opens:
            raise Refusal("caseref_needed", "this event belongs to a case", ["/caseref"])
        if draft.caseref is not None and draft.caseref not in self.cases:
            raise Refusal(RefusalCode.CASE_UNKNOWN, "no such case", ["/caseref"])
        if draft.caseref and self.cases[draft.caseref]:
            raise Refusal(RefusalCode.CASE_ERASED, "that case was erased", ["/caseref"])
        return found[0]

    def _content(self, draft: Draft, event: type[Event]) -> None:
        try:
            content = event.model_validate_json(json.dumps(dict(draft.data)), strict=True)
        except ValidationError as error:
            refused = explained(error, RefusalCode.DATA_INVALID, "data.")
            pointers = ["/".join(["/data", *map(str, fault["loc"])]) for fault in error.errors()]
            raise Refusal(refused.code, refused.reason, pointers) from None
        grounds = content.grounds()
        if draft.ground is None and len(grounds) > 1:
            raise Refusal("ground_needed", "the catalogue allows several", ["/ground"])
        if draft.ground not in {None, *grounds}:
            raise Refusal(RefusalCode.NO_GROUND, "not on this ground", ["/ground"])

    async def sent(self, event_id: str) -> Kept | None:
        self._fail()
        found = self.out.get(event_id)
        if found and self.cases[found[1].caseref]:
            raise Gone
        return found[1] if found else None

    async def settled(self, event_id: str, seconds: float) -> Kept | None:
        await self._until(lambda: event_id not in self.out or self.out[event_id][1].rungs[-1].stage in SETTLED, seconds)
        return await self.sent(event_id)

    async def feed(self, after: int, most: int, types: frozenset[str] = frozenset()) -> list[Heard]:
        self._fail()
        return [self._as_now(one) for one in self.feed_[after:] if not types or one.type in types][:most]

    async def handed(self, to: str, after: int, found: Sequence[Heard]) -> None:
        del after
        if self.unlogged:
            raise NotLogged
        self.handed_ += [(to, heard.id) for heard in found]

    async def more(self, after: int, seconds: float) -> bool:
        await self._until(lambda: len(self.feed_) > after, seconds)
        return len(self.feed_) > after

    async def position_of(self, event_id: str) -> int | None:
        return next((one.position for one in self.feed_ if one.id == event_id), None)

    async def position_at(self, moment: datetime) -> int:
        return sum(one.at < moment for one in self.feed_)

    async def newest(self) -> int:
        return len(self.feed_)

    async def case(self, caseref: str) -> CaseSeen | None:
        self._fail()
        if caseref not in self.cases:
            return None
        sent = tuple(kept for _, kept in self.out.values() if kept.caseref == caseref)
        heard = tuple(one.position for one in self.feed_ if one.caseref == caseref)
        return CaseSeen(caseref, self.subjects.get(caseref), sent, heard, self.cases[caseref], self._awaits(caseref))

    async def listed(self, after: str | None, most: int, *, awaiting: bool) -> CasePage | None:
        self._fail()
        if after not in {None, *self.cases}:
            return None
        found = [await self._listed(caseref) for caseref in self.cases]
        found = found[list(self.cases).index(after) + 1 :] if after else found
        found = [one for one in found if not awaiting or any(waited.by == self.agency.slug for waited in one.awaits)]
        return CasePage(tuple(found[:most]), found[most - 1].caseref if len(found) > most else None)

    async def _listed(self, caseref: str) -> CaseListed:
        seen = await self.case(caseref)
        assert seen
        return CaseListed(
            caseref, seen.subject, BEGUN, seen.erased is not None, len(seen.sent), len(seen.heard), self._awaits(caseref)
        )

    def _awaits(self, caseref: str) -> tuple[Awaited, ...]:
        ours = [kept for _, kept in self.out.values() if kept.caseref == caseref and kept.rungs[-1].stage is not Stage.REFUSED]
        said = [Spoken(kept.id, kept.type, kept.recipient, True, kept.rungs[0].at) for kept in ours]
        said += [Spoken(one.id, one.type, one.sender, False, one.at) for one in self.feed_ if one.caseref == caseref]
        return awaited(self.agency.slug, [one for one in said if one.type in TELLING])

    async def name_case(self, caseref: str, subject: str) -> bool:
        self._fail()
        if caseref not in self.cases:
            return False
        if any(other != caseref and number == subject for other, number in self.subjects.items()):
            raise Refusal("subject_taken", "another case has this number", ["/subject"])
        self.subjects[caseref] = subject
        return True

    async def readers(self) -> list[Reader]:
        self._fail()
        return [self._reader(name) for name in sorted(self.marks)]

    async def acknowledge(self, name: str, position: int) -> Reader:
        self._fail()
        if position > len(self.feed_):
            raise Refusal("mark_ahead", "no event stands there yet")
        if name not in self.marks and len(self.marks) >= MOST_READERS:
            raise Refusal("readers_full", f"there are {MOST_READERS} readers")
        self.marks[name] = (position, now())
        return self._reader(name)

    # What happens to an agency.

    async def hear(self, event_type: str, data: dict[str, Any], caseref: str | None = None, sender: str = "signal-desk") -> Heard:
        """Another agency sent something."""
        async with self.changed:
            position, at, caseref = len(self.feed_) + 1, now(), caseref or new_reference()
            event_id = f"{position:016x}"
            event = {
                "specversion": "1.0",
                "id": event_id,
                "source": source(self.directory.get(sender).oin, "signal"),
                "type": event_type,
                "time": written(at),
                "caseref": caseref,
                "ground": Ground.LEGAL_TASK,
                "datacontenttype": "application/json",
                "data": data,
            }
            self.cases.setdefault(caseref, None)
            self.feed_.append(Heard(position, event_id, event_type, sender, caseref, None, at, event))
            self.changed.notify_all()
            return self.feed_[-1]

    async def reach(self, event_id: str, *stages: Stage, code: RefusalCode | None = None, words: str | None = None) -> None:
        """What we sent came further."""
        async with self.changed:
            draft, kept = self.out[event_id]
            rungs = tuple(Rung(stage, now(), code, words) for stage in stages)
            self.out[event_id] = (draft, kept._replace(rungs=kept.rungs + rungs))
            self.changed.notify_all()

    def erase(self, caseref: str) -> None:
        """The key of a case is destroyed."""
        self.cases[caseref] = now()

    def _as_now(self, heard: Heard) -> Heard:
        event = None if self.cases[heard.caseref] else heard.event
        return heard._replace(event=event, subject=self.subjects.get(heard.caseref))

    def _reader(self, name: str) -> Reader:
        position, at = self.marks[name]
        return Reader(name, position, at, len(self.feed_) - position)

    def _fail(self) -> None:
        if self.fault:
            raise self.fault

    async def _until(self, holds: Any, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds), self.changed:
                await self.changed.wait_for(holds)
        except TimeoutError:
            pass
