"""Where a chain of entries breaks: what was done to it, as far as it can be told."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from runtime.audit.entry import Entry, Head, first_hash, hash_of


class Kind(StrEnum):
    """What is wrong; broken: it must still be told what was done."""

    BROKEN = "broken"

    ALTERED = "altered"
    MISSING = "missing"
    INSERTED = "inserted"
    REORDERED = "reordered"
    CUT_OFF = "cut off"
    UNSIGNED = "not signed"
    NO_HEAD = "no head"
    UNGUARDED = "unguarded"


class Flaw(NamedTuple):
    """Something that does not hold; ``seq`` is the first entry concerned, 0 if it is none."""

    kind: Kind
    seq: int
    words: str


def first_break(agency: str, entries: Sequence[Entry], place: int) -> Flaw:
    """Name what was done where a chain breaks.

    Args:
        agency: Whose log it is.
        entries: All of them, by number.
        place: Index of the first entry that does not follow the one before.
    """
    last = Head(entries[place - 1].seq, entries[place - 1].hash) if place else Head(0, first_hash(agency))
    entry, seq = entries[place], last.seq + 1
    if entry.seq < seq:
        return Flaw(Kind.INSERTED, entry.seq, f"entry {entry.seq} was put in: entries are counted from 1")
    if entry.seq > seq:
        return Flaw(Kind.MISSING, seq, f"entries {seq} to {entry.seq - 1} are missing")
    heir = next((other for other in entries if other.previous == last.hash and other is not entry), None)
    if fits(agency, entry, seq):
        return _not_its_place(agency, entries, place, heir)
    return _not_its_hash(agency, entries, entry, heir)


def fits(agency: str, entry: Entry, seq: int) -> bool:
    """Whether an entry was written under this number."""
    return hash_of(agency, entry._replace(seq=seq)) == entry.hash


def _not_its_hash(agency: str, entries: Sequence[Entry], entry: Entry, heir: Entry | None) -> Flaw:
    """Its hash is not that of its fields; perhaps it is under another number."""
    seq, heir_was_here = entry.seq, heir is not None and fits(agency, heir, entry.seq)
    once = next((number for number in range(1, entries[-1].seq + 2) if fits(agency, entry, number)), None)
    if once is None:
        return _inserted(seq) if heir_was_here else Flaw(Kind.ALTERED, seq, f"entry {seq} is not what was written")
    if once < seq:
        return _inserted(once)
    if heir_was_here:
        return Flaw(Kind.REORDERED, seq, f"entry {seq} was written as entry {once}, and another one as entry {seq}")
    return Flaw(Kind.MISSING, seq, f"entries {seq} to {once - 1} were taken out, and those after them numbered anew")


def _not_its_place(agency: str, entries: Sequence[Entry], place: int, heir: Entry | None) -> Flaw:
    """It is whole, and does not hang on the one before: one of the two was hashed again."""
    seq = entries[place].seq
    if heir is not None and fits(agency, heir, seq):
        return _inserted(seq)
    if heir is not None:
        return Flaw(Kind.REORDERED, seq, f"entry {heir.seq} hangs on entry {seq - 1}, and entry {seq} does not")
    goes_on = place + 1 == len(entries) or entries[place + 1].previous == entries[place].hash
    if goes_on and place:
        words = (
            f"entry {seq - 1} was altered and hashed again, or what followed it was taken out: entry {seq} hangs on another one"
        )
        return Flaw(Kind.ALTERED, seq - 1, words)
    return Flaw(Kind.ALTERED, seq, f"entry {seq} was altered and hashed again: it hangs on nothing that stands before it")


def _inserted(seq: int) -> Flaw:
    return Flaw(Kind.INSERTED, seq, f"entry {seq} was put between: what stands after it was written in its place")
