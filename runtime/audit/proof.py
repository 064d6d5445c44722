"""Whether a log is what was written: the chain recomputed, compared with signed heads and the head that is kept beside it."""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from runtime.audit.entry import Entry, Head, first_hash
from runtime.audit.head import HeadUnreadable
from runtime.audit.log import HEAD_OF_LOG, AuditLog, Signer
from runtime.audit.store import SignedHead
from runtime.audit.tampering import Flaw, Kind, first_break, fits


class Proof(NamedTuple):
    """What was found.

    Attributes:
        held: Entries that hold, from the first on.
        signed: The newest head with a signature that holds; None if there is none.
        flaws: What does not hold; the first entry that does not is named, and every head and guard.
    """

    held: int
    signed: SignedHead | None
    flaws: tuple[Flaw, ...]


def prove(
    log: AuditLog,
    signer: Signer,
    advance: Callable[[], object] = lambda: None,
    elsewhere: Iterable[Head] = (),
    *,
    names: bool = True,
) -> Proof:
    """Check a whole log.

    Args:
        log: Of one agency.
        signer: Its key.
        advance: Called after each entry.
        elsewhere: Heads that were kept where nobody who has the database and its file could change them.
        names: Say what was done where the chain breaks; for that the whole log is read into memory. Else only where it breaks.

    Raises:
        AuditUnavailable: It cannot be read.
    """
    signed, flaws = signed_heads(log.agency, log.store.heads(), signer)
    anchors = {head.seq: head.hash for head in signed.values()}
    kept, more = kept_head(log)
    if kept:
        anchors.setdefault(kept.seq, kept.hash)
    for head in elsewhere:
        if anchors.get(head.seq, head.hash) != head.hash:
            flaws.append(Flaw(Kind.ALTERED, head.seq, f"entry {head.seq} was another one when its head was noted elsewhere"))
        anchors[head.seq] = head.hash
    flaws += [*more, *(Flaw(Kind.UNGUARDED, 0, f"the trigger {name} is gone") for name in sorted(log.store.missing_guards()))]
    count, flaw = walk(log.agency, log.store.entries(), anchors, advance)
    if names and flaw and flaw.kind is Kind.BROKEN:
        flaw = first_break(log.agency, list(log.store.entries()), count)
    newest = max(signed, key=lambda head: head.seq, default=None)
    return Proof(count, newest, (*((flaw,) if flaw else ()), *flaws))


def prove_heads(log: AuditLog, signer: Signer) -> Proof:
    """Check the heads alone, however long a log is: that the newest that was signed, and the one kept beside it, stand in it.

    Raises:
        AuditUnavailable: It cannot be read.
    """
    signed, flaws = signed_heads(log.agency, log.store.heads()[-1:], signer)
    kept, more = kept_head(log)
    for head in (*signed.values(), *([kept] if kept else [])):
        if log.store.hash_of(head.seq) != head.hash:
            flaws.append(Flaw(Kind.ALTERED, head.seq, f"entry {head.seq} is gone, or not the one whose head was kept"))
    flaws += [*more, *(Flaw(Kind.UNGUARDED, 0, f"the trigger {name} is gone") for name in sorted(log.store.missing_guards()))]
    return Proof(log.store.count(), next(iter(signed), None), tuple(flaws))


def walk(
    agency: str, entries: Iterable[Entry], anchors: Mapping[int, str], advance: Callable[[], object] = lambda: None
) -> tuple[int, Flaw | None]:
    """Recompute the chain; how many entries hold, and the first flaw.

    Args:
        agency: Whose log it is.
        entries: By number.
        anchors: Hashes of entries that are known from elsewhere, by number.
        advance: Called after each entry.
    """
    last = known = Head(0, first_hash(agency))
    for entry in entries:
        if (entry.seq, entry.previous) != (last.seq + 1, last.hash) or not fits(agency, entry, entry.seq):
            return last.seq, Flaw(Kind.BROKEN, last.seq + 1, f"entry {last.seq + 1} does not follow the one before")
        last = Head(entry.seq, entry.hash)
        if anchors.get(last.seq, last.hash) != last.hash:
            words = f"among entries {known.seq + 1} to {last.seq} some were altered, and all that follow were hashed again"
            return known.seq, Flaw(Kind.ALTERED, known.seq + 1, words)
        known = last if last.seq in anchors else known
        advance()
    beyond = max(anchors, default=0)
    if beyond > last.seq:
        return last.seq, Flaw(Kind.CUT_OFF, last.seq + 1, f"entries {last.seq + 1} to {beyond} were cut off")
    return last.seq, None


def signed_heads(agency: str, heads: Iterable[SignedHead], signer: Signer) -> tuple[dict[SignedHead, Head], list[Flaw]]:
    """The heads whose signature holds, and a flaw for every other."""
    good: dict[SignedHead, Head] = {}
    flaws: list[Flaw] = []
    for head in heads:
        try:
            claims = signer.verify(head.token)
        except (ValueError, RuntimeError) as error:
            flaws.append(Flaw(Kind.UNSIGNED, head.seq, f"the head of {head.day}: {error}"))
            continue
        expected = {"what": HEAD_OF_LOG, "agency": agency, "day": head.day, "seq": head.seq}
        if expected.items() <= claims.items():
            good[head] = Head(head.seq, str(claims.get("hash")))
        else:
            flaws.append(Flaw(Kind.UNSIGNED, head.seq, f"the head of {head.day} was signed for something else"))
    return good, flaws


def kept_head(log: AuditLog) -> tuple[Head | None, list[Flaw]]:
    """The head in the file beside the log, and what is wrong with that."""
    try:
        kept = log.head_file.read()
    except HeadUnreadable as error:
        return None, [Flaw(Kind.NO_HEAD, 0, str(error))]
    if kept is None and log.store.count():
        words = f"{log.head_file.path} is gone: whether the newest entries were cut off cannot be told"
        return None, [Flaw(Kind.NO_HEAD, 0, words)]
    return kept, []
