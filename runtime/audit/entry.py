"""An entry of an audit log, and how it hangs on the one before."""

import hashlib
import json
import re
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, NamedTuple

from pydantic import Field

from contracts.reference import Reference
from contracts.text import Model, Slug

DOMAIN = "keten audit entry v1"
"""Stands first in what is hashed, so that no hash made for another purpose can pass for one of an entry."""

Coded = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.:-]{0,79}$")]
"""A word from a list of ours, or a name of ours with a number: never what somebody wrote."""


class Action(StrEnum):
    """What a person did."""

    READ = "read"
    DECIDE = "decide"
    PUBLISH = "publish"
    REPLAY = "replay"
    CORRECT_LETTER = "correct_letter"
    REMOVE_LETTER = "remove_letter"
    PROVISION = "provision"
    ROTATE_KEY = "rotate_key"
    ADD_PERSON = "add_person"
    REMOVE_PERSON = "remove_person"
    READ_AUDIT = "read_audit"
    ERASE_ASKED = "erase_asked"
    ERASE = "erase"
    DECODE = "decode"
    LOG_IN = "log_in"
    LOG_OUT = "log_out"
    PUT_OUT = "put_out"
    ADD_TOKEN = "add_token"  # noqa: S105 - no password
    END_TOKEN = "end_token"  # noqa: S105 - no password


class Outcome(StrEnum):
    """How it went. An entry is written before the act; what was refused or broke off gets a second one."""

    BEGUN = "begun"
    REFUSED = "refused"
    FAILED = "failed"


class Act(Model):
    """What is to be written down. Pseudonyms and coded words only."""

    person: Slug
    action: Action
    case: Reference | None = None
    object: Coded | None = None
    outcome: Outcome = Outcome.BEGUN


class Entry(NamedTuple):
    """An act in its place in the log; all text, so that what is hashed is what is stored."""

    seq: int
    at: str
    person: str
    action: str
    case_reference: str | None
    object: str | None
    outcome: str
    previous: str
    hash: str

    @property
    def moment(self) -> datetime:
        """When it was written."""
        return datetime.fromisoformat(self.at)


class Head(NamedTuple):
    """Which entry was the newest at some moment; ``NUMBER:HASH`` in a log and on a command line."""

    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"

    @classmethod
    def read(cls, text: str) -> "Head":
        """A head as it was written.

        Raises:
            ValueError: It is none.
        """
        line = re.fullmatch(r"([0-9]{1,15}):([0-9a-f]{64})", text)
        if line is None:
            raise ValueError("a head is NUMBER:HASH, as `head` in a line audit_head_signed: a number and 64 hexadecimal digits")
        return cls(int(line[1]), line[2])


def first_hash(agency: str) -> str:
    """What the first entry of an agency's log hangs on: logs of two agencies cannot be exchanged."""
    return _digest([f"{DOMAIN}: the log begins", agency])


def next_entry(agency: str, before: Head, act: Act, now: datetime) -> Entry:
    """The entry that follows another."""
    words = (act.person, str(act.action), act.case, act.object, str(act.outcome))
    entry = Entry(before.seq + 1, written(now), *words, previous=before.hash, hash="")
    return entry._replace(hash=hash_of(agency, entry))


def hash_of(agency: str, entry: Entry) -> str:
    """SHA-256 over every field but the hash itself, as a JSON list: no two entries are written alike."""
    return _digest([DOMAIN, agency, *entry[:-1]])


def written(moment: datetime) -> str:
    """A moment as it stands in the log: UTC, so written that later is also later in the alphabet."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _digest(fields: list[str | int | None]) -> str:
    return hashlib.sha256(json.dumps(fields, separators=(",", ":")).encode()).hexdigest()
