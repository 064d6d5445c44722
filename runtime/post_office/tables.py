"""The tables of a post office. A change here needs a revision in ``runtime/migrations/versions/post_office``.

A row holds codes, positions and times; what was written, and every name that an agency's own system gave, lies encrypted
under the key of its case, or is a keyed hash.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
)

METADATA = MetaData(naming_convention={"pk": "pk_%(table_name)s", "fk": "fk_%(table_name)s_%(column_0_name)s"})
_NUMBER = BigInteger().with_variant(Integer, "sqlite")

BOOK = Table(
    "book",
    METADATA,
    Column("one", Integer, nullable=False, autoincrement=False, comment="always 1: there is one row"),
    Column("generation", Integer, nullable=False, comment="of the lines on which it writes: after a restore the next"),
    PrimaryKeyConstraint("one"),
)

CASE = Table(
    "post_case",
    METADATA,
    Column("case_reference", String(25), nullable=False),
    Column("subject_mark", String(64), comment="keyed hash of the agency's own number"),
    Column("subject", LargeBinary, comment="the agency's own number, encrypted"),
    Column("begun_at", DateTime(timezone=True), nullable=False),
    Column("erased_at", DateTime(timezone=True), comment="from then on its key is to be destroyed, or is"),
    PrimaryKeyConstraint("case_reference"),
    UniqueConstraint("subject_mark", name="uq_post_case_subject_mark"),
    Index("ix_post_case_begun_at", "begun_at", "case_reference"),
)

LINE = Table(
    "line",
    METADATA,
    Column("id", _NUMBER, autoincrement=True),
    Column("case_reference", String(25), nullable=False),
    Column("way", String(5), nullable=False, comment="out or in"),
    Column("other", String(40), nullable=False, comment="slug of the other agency"),
    Column("name", String(80), nullable=False, comment="who writes it, and the kind of file that it is for"),
    Column("state", LargeBinary, comment="numbers and fingerprints, encrypted"),
    PrimaryKeyConstraint("id"),
    UniqueConstraint("case_reference", "way", "other", "name", name="uq_line"),
)

OUTGOING = Table(
    "outgoing",
    METADATA,
    Column("number", _NUMBER, autoincrement=False, comment="in the order of commits"),
    Column("own_mark", String(64), nullable=False, comment="keyed hash of the id that the agency's own system gave"),
    Column("said_mark", String(64), nullable=False, comment="of all that was handed in, keyed with its case's key"),
    Column("event_id", String(64), nullable=False, comment="as it travels"),
    Column("case_reference", String(25), nullable=False),
    Column("recipient", String(40), nullable=False),
    Column("type", String(100), nullable=False),
    Column("system", String(40), nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("content", LargeBinary, comment="the event and the id of the agency's own system, encrypted; none: erased"),
    Column("size", Integer, nullable=False),
    Column("kept_at", DateTime(timezone=True), nullable=False),
    Column("sent_at", DateTime(timezone=True)),
    Column("taken_at", DateTime(timezone=True)),
    Column("answered_at", DateTime(timezone=True)),
    Column("refused_at", DateTime(timezone=True)),
    Column("missed_at", DateTime(timezone=True)),
    Column("code", String(40), comment="with which it was refused"),
    Column("words", LargeBinary, comment="the words beside that code, encrypted"),
    PrimaryKeyConstraint("number"),
    UniqueConstraint("own_mark", name="uq_outgoing_own_mark"),
    UniqueConstraint("event_id", name="uq_outgoing_event_id"),
    Index("ix_outgoing_case_reference", "case_reference"),
)

WAITING = Table(
    "waiting",
    METADATA,
    Column("number", _NUMBER, ForeignKey("outgoing.number"), autoincrement=False),
    Column("line", _NUMBER, nullable=False),
    Column("recipient", String(40), nullable=False),
    Column("type", String(100), nullable=False),
    PrimaryKeyConstraint("number"),
    Index("ix_waiting_line", "line", "number"),
    Index("ix_waiting_recipient", "recipient", "number"),
)
"""What has not left yet."""

INCOMING = Table(
    "incoming",
    METADATA,
    Column("position", _NUMBER, autoincrement=False, comment="in the feed: given at the commit, by 1, by one writer"),
    Column("feed_id", String(64), nullable=False, comment="the event's id; where that is taken, a keyed hash"),
    Column("event_id", String(64), nullable=False, comment="as it travelled"),
    Column("sender", String(40), nullable=False),
    Column("system", String(40), nullable=False),
    Column("case_reference", String(25), nullable=False),
    Column("type", String(100), nullable=False),
    Column("said_mark", String(64), nullable=False, comment="its fingerprint, keyed with the key of its case"),
    Column("content", LargeBinary, comment="the event, encrypted; none: erased, or its time has ended"),
    Column("size", Integer, nullable=False),
    Column("taken_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("position"),
    UniqueConstraint("feed_id", name="uq_incoming_feed_id"),
    UniqueConstraint("case_reference", "sender", "system", "event_id", name="uq_incoming"),
    Index("ix_incoming_taken_at", "taken_at"),
)

READER = Table(
    "reader",
    METADATA,
    Column("name", String(64), nullable=False),
    Column("position", _NUMBER, nullable=False, comment="up to where it has acknowledged"),
    Column("acknowledged_at", DateTime(timezone=True)),
    PrimaryKeyConstraint("name"),
)
