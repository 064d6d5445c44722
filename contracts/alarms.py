"""Alarms by code: software routes them by it, and each says in words what a person does."""

from enum import StrEnum

from pydantic import Field

from contracts.reference import Reference
from contracts.text import Line, Model, Slug

LONGEST = 200
"""Characters that a person is told at once, on a line."""


class AlarmCode(StrEnum):
    """Every kind of alarm. Codes are never removed; what an older version raised must stay readable."""

    FILE = "file"
    OFFICE = "office"
    FILE_STUCK = "file_stuck"
    INBOX_STUCK = "inbox_stuck"
    SENDER_THROTTLED = "sender_throttled"
    STREAM_FULL = "stream_full"
    DISK_FULL = "disk_full"
    STORE_GONE = "store_gone"
    WEBHOOK_FAILING = "webhook_failing"
    WEBHOOK_RESTS = "webhook_rests"
    BOOK_DAMAGED = "book_damaged"


class Alarm(Model):
    """Something that a person must look at: a pseudonym, a code, and words that only our own code wrote."""

    agency: Slug
    reference: Reference | None = Field(description="the case; None where it is about none")
    words: Line
    code: AlarmCode | None = Field(default=None, description="None: a file's, or an office's, as its words say")
    crisis: bool = Field(default=False, description="for the duty officer, at any hour")

    @property
    def kind(self) -> AlarmCode:
        """By what it is routed."""
        return self.code or (AlarmCode.FILE if self.reference else AlarmCode.OFFICE)


WHAT_TO_DO: dict[AlarmCode, str] = {
    AlarmCode.FILE: "look with `keten case REFERENCE`, act, then `keten decide REFERENCE acknowledge_alarms`",
    AlarmCode.OFFICE: "look up these words in docs/how-to/operate.md, Logs and alarms",
    AlarmCode.FILE_STUCK: "look into this office's log and Temporal's UI for the fault; a repaired version goes on by itself",
    AlarmCode.INBOX_STUCK: "look with `keten doctor` and for event_delayed in this office's log; restart the office",
    AlarmCode.SENDER_THROTTLED: "ask the sender whether its system repeats itself; nobody else is held up",
    AlarmCode.STREAM_FULL: "look with `keten dead list` and `keten doctor`; replay or remove dead letters, ask who sends so much",
    AlarmCode.DISK_FULL: "make room on the disk that holds the home directory; everything goes on by itself",
    AlarmCode.STORE_GONE: "stop, put the store back from the backup, start again: docs/how-to/operate.md, Backup and restore",
    AlarmCode.WEBHOOK_FAILING: "ask whoever runs the endpoint; POST its tests: the answer says what is wrong. Nothing is lost",
    AlarmCode.WEBHOOK_RESTS: "ask whoever runs the endpoint, which said that it wants nothing more; PUT wakes it, DELETE ends it",
    AlarmCode.BOOK_DAMAGED: "stop it, put book and keys of cases back from one backup: docs/how-to/operate.md, A damaged book",
}


def what_to_do(code: AlarmCode, reference: str | None) -> str:
    """What a person on duty does about an alarm of this kind.

    Args:
        code: The kind of alarm.
        reference: The case that it is about, if any.
    """
    return WHAT_TO_DO[code].replace("REFERENCE", reference or "REFERENCE")


def fitting(words: str) -> str:
    """Words as they always fit: on one line, and cut off where they are too long."""
    line = " ".join(words.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
