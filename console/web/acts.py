"""What stands in an audit log, in words: a kind of act, what it was about, how it went. What has no words is shown as it is."""

import re

from console.dead_codes import Dismissal
from console.web.ports import Words
from contracts.catalogue import BY_SHORT_NAME
from contracts.commands import COMMANDS
from contracts.event import File

ACTS = {
    "read": "audit.read",
    "decide": "audit.decide",
    "publish": "audit.publish",
    "replay": "audit.replay",
    "remove_letter": "audit.remove_letter",
    "provision": "audit.provision",
    "rotate_key": "audit.rotate_key",
    "add_person": "audit.add_person",
    "remove_person": "audit.remove_person",
    "read_audit": "audit.read_audit",
    "erase_asked": "audit.erase_asked",
    "erase": "audit.erase",
    "decode": "audit.decode",
    "correct_letter": "audit.correct_letter",
    "log_in": "audit.log_in",
    "log_out": "audit.log_out",
    "put_out": "audit.put_out",
    "add_token": "audit.add_token",
    "end_token": "audit.end_token",
}
"""The kinds of acts, each with the key of its words."""

OUTCOMES = {"begun": "audit.begun", "refused": "audit.refused", "failed": "audit.failed"}
"""How it went."""

FLAWS = {
    "broken": "audit.flaw_broken",
    "altered": "audit.flaw_altered",
    "missing": "audit.flaw_missing",
    "inserted": "audit.flaw_inserted",
    "reordered": "audit.flaw_reordered",
    "cut off": "audit.flaw_cut_off",
    "not signed": "audit.flaw_unsigned",
    "no head": "audit.flaw_no_head",
    "unguarded": "audit.flaw_unguarded",
}
"""What a check of a log finds."""

_THINGS = {
    "cases": "audit.cases",
    "dead_letters": "audit.dead_letters",
    "event_keys": "audit.event_keys",
    "wrapping_key": "audit.wrapping_key",
    "servers": "audit.servers",
    "audit_log": "audit.audit_log",
    "access_report": "audit.access_report",
    "deliveries": "audit.deliveries",
    "consents": "audit.consents",
    "knew": "audit.knew",
    "web_console": "audit.web_console",
    "lock": "audit.lock",
    "other_login": "audit.other_login",
    "not_listed": "audit.not_listed",
}
_NOT_NEEDED = {str(why): f"dead.{why}" for why in Dismissal}
_WHY = "|".join(_NOT_NEEDED)
_NAMED = (
    (re.compile(r"dead_letter:(?P<number>[0-9]+)"), "audit.dead_letter"),
    (re.compile(r"dead_letter:(?P<number>[0-9]+):corrected"), "audit.dead_letter_corrected"),
    (re.compile(r"dead_letter:(?P<number>[0-9]+):withdrawn"), "audit.correction_withdrawn"),
    (re.compile(rf"dead_letter:(?P<number>[0-9]+):(?P<why>{_WHY})"), "audit.dead_letter_removed"),
    (re.compile(r"dead_letters:(?P<agency>[a-z0-9-]+)"), "audit.dead_letters_of"),
    (re.compile(rf"dead_letters:(?P<agency>[a-z0-9-]+):(?P<why>{_WHY})"), "audit.dead_letters_of_removed"),
    (re.compile(r"person:(?P<person>[a-z0-9-]+)"), "audit.person"),
    (re.compile(r"token:(?P<system>[a-z0-9-]+)"), "audit.token"),
    (re.compile(r"payloads:(?P<number>[0-9]+)"), "audit.payloads"),
    (re.compile(r"loss:(?P<store>[a-z0-9_.:-]+)"), "audit.loss"),
)
_KINDS = frozenset(File)


def act(words: Words, action: str) -> str:
    """A kind of act."""
    return words.page(ACTS[action]) if action in ACTS else action


def outcome(words: Words, how: str) -> str:
    """How it went."""
    return words.page(OUTCOMES[how]) if how in OUTCOMES else how


def thing(words: Words, what: str | None) -> str:
    """What an act was about."""
    if not what:
        return ""
    kind, _, inside = what.partition(".")
    if kind in _KINDS and inside in {"", "content"}:
        return words.page("audit.content", kind=words.kind(kind)) if inside else words.kind(kind)
    if what in COMMANDS:
        return words.command(what)
    if what in BY_SHORT_NAME:
        return words.part(BY_SHORT_NAME[what].__name__)
    if what in _THINGS:
        return words.page(_THINGS[what])
    return _named(words, what)


def _named(words: Words, what: str) -> str:
    named = next(((found, key) for pattern, key in _NAMED if (found := pattern.fullmatch(what))), None)
    if named is None:
        return what
    facts = named[0].groupdict()
    if why := facts.get("why"):
        facts["why"] = words.page(_NOT_NEEDED[why])
    return words.page(named[1], **facts)
