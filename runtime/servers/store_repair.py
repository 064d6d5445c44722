"""Mending the bus's store before the server opens it, after a kill or a power cut at one bad moment.

An encrypted stream has a key beside every block of messages. The server (seen with 2.15.1) makes the empty block first and
puts its key in place by a rename after that. Ended in between, it finds a block without a key at the next start, takes the
stream for corrupt and removes it, with every message in its other blocks. Nothing was in the new block yet, so finishing
what it began, or undoing it, loses nothing.
"""

from pathlib import Path

import structlog

from runtime.servers.process import ServerFailed

log = structlog.get_logger()

KEY_BYTES = 64


class StoreDamaged(ServerFailed):
    """A block with messages has no key; the server would remove its whole stream, so it must not start."""


def mend_store(store_dir: Path) -> int:
    """Finish or undo every block that was being made when the server ended. No server may run on this store.

    Returns:
        How many blocks were mended.

    Raises:
        StoreDamaged: Messages lie in a block whose key is gone; the message says what to do.
    """
    orphans = [block for block in store_dir.glob("jetstream/*/streams/*/msgs/*.blk") if _lacks_key(block)]
    for block in orphans:
        if block.stat().st_size:
            raise StoreDamaged(
                f"{block} holds messages but its key is gone: put {store_dir} back from a backup, then start again"
            )
        _mend(block)
    if orphans:
        log.warning("store_mended", count=len(orphans))
    return len(orphans)


def _lacks_key(block: Path) -> bool:
    """A stream that was never encrypted has no key at all."""
    encrypted = (block.parent.parent / "meta.key").exists()
    return encrypted and not block.with_suffix(".key").exists()


def _mend(block: Path) -> None:
    draft = block.with_suffix(".key.tmp")
    if draft.exists() and draft.stat().st_size == KEY_BYTES:
        draft.rename(block.with_suffix(".key"))
        return
    draft.unlink(missing_ok=True)
    block.unlink()
