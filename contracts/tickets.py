"""A ticket: a decision that is sent twice with the same one is one decision. It is random and says nothing about anybody."""

import re
import secrets

_TICKET = re.compile(r"[0-9a-f]{32}")


def new_ticket() -> str:
    """One that nobody has, and nobody can guess."""
    return secrets.token_hex(16)


def is_ticket(text: str) -> bool:
    """Whether a text has the form of a ticket."""
    return _TICKET.fullmatch(text) is not None
