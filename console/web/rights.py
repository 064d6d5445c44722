"""The rights that somebody may have at an agency, in words: the pages and the command line say the same."""

from console.web.ports import Words

RIGHTS = {
    "handle": ("people.handle", "people.handle_may"),
    "operate": ("people.operate", "people.operate_may"),
    "audit": ("people.audit", "people.audit_may"),
    "oversee": ("people.oversee", "people.oversee_may"),
}
"""Each right, with the keys of what it is called and of what it lets somebody do."""


def rights_said(words: Words) -> dict[str, tuple[str, str]]:
    """For each right what it is called, and what it lets somebody do."""
    return {right: (words.page(name), words.page(may)) for right, (name, may) in RIGHTS.items()}
