"""What a browser is given, and what is kept of it."""

import hashlib
import hmac
import secrets

BYTES = 32
"""256 random bits: nobody guesses them."""


def new_secret() -> str:
    """A random text for a browser."""
    return secrets.token_urlsafe(BYTES)


def new_ticket() -> str:
    """A random text for a form, 128 bits, in the form in which a file knows tickets again (``Files.decide``)."""
    return secrets.token_hex(16)


def kept(secret: str) -> str:
    """What is kept of it: whoever reads the database cannot show it.

    It needs no salt and no slow hash, since it is random throughout.
    """
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def bound(ticket: str, file: str, command: str) -> str:
    """What is kept of what a ticket is for: it can be compared, and nobody reads it who has not the ticket, its key."""
    return hmac.new(ticket.encode(errors="replace"), f"{file}\n{command}".encode(errors="replace"), "sha256").hexdigest()
