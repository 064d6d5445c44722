"""The door for what comes from outside: whatever a parser raises on it is a refusal."""

from collections.abc import Generator
from contextlib import contextmanager

from contracts.refusals import RefusalCode, Refused

UNREADABLE = "no reader of this profile can make sense of it: write it as docs/how-to/publish.md says, and send it anew"


@contextmanager
def at_the_door(code: RefusalCode = RefusalCode.UNREADABLE, reason: str = UNREADABLE) -> Generator[None]:
    """Refuse what makes a parser fail, whatever name the failure has.

    Only what reads a sender's own bytes stands inside: nothing that looks for a key, a file or a server, because
    a fault of those is ours and passes.

    Args:
        code: For software.
        reason: For the sender.

    Raises:
        Refused: A parser failed; where it already refused, its own words go on.
    """
    try:
        yield
    except (Refused, MemoryError):  # memory that is full is a fault of this side
        raise
    except Exception:
        raise Refused(code, reason) from None
