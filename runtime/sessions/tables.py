"""The tables of the web console. A change here needs a revision in ``runtime/migrations/versions/sessions``.

Secrets are kept as hashes only. Of a person there is the pseudonym, and nothing else. Of a case there are names of its files, and
what somebody began to write about it, encrypted with the key of the case; an erasure removes both (``runtime/drafts``). A batch
names files as long as it is kept. A correction can be read only with the dead letter that it corrects, which an erasure removes.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
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
)

METADATA = MetaData(naming_convention={"pk": "pk_%(table_name)s", "fk": "fk_%(table_name)s_%(referred_table_name)s"})

SESSION = Table(
    "session",
    METADATA,
    Column("hash", String(64), nullable=False, comment="SHA-256 of what the browser's cookie says"),
    Column("person", String(40), nullable=False, comment="a pseudonym, as in the agency's list of people"),
    Column("agency", String(40), nullable=False),
    Column("began_at", DateTime(timezone=True), nullable=False),
    Column("seen_at", DateTime(timezone=True), nullable=False),
    Column("proved_at", DateTime(timezone=True), comment="when they last proved who they are; empty: the issuer did not say"),
    PrimaryKeyConstraint("hash"),
    Index("ix_session_person", "person"),
    Index("ix_session_seen_at", "seen_at"),
)

TICKET = Table(
    "ticket",
    METADATA,
    Column("hash", String(64), nullable=False, comment="SHA-256 of what stands in the form"),
    Column("session", String(64), ForeignKey(SESSION.c.hash, ondelete="CASCADE"), nullable=False),
    Column("about", String(64), nullable=False, comment="HMAC-SHA-256 of file and command; its key is the ticket"),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("answer", String(500), comment="a phase, or a refusal in coded words; empty: not known yet"),
    PrimaryKeyConstraint("hash"),
    Index("ix_ticket_session_made_at", "session", "made_at"),
)

DRAFT = Table(
    "draft",
    METADATA,
    Column("agency", String(40), nullable=False),
    Column("person", String(40), nullable=False, comment="a pseudonym, as in the agency's list of people"),
    Column("file", String(80), nullable=False, comment="name of the file that the form is about"),
    Column("command", String(80), nullable=False),
    Column("case_key", String(25), nullable=False, comment="name of the key of the case, which encrypts it"),
    Column("ticket", String(64), nullable=False, comment="hash of the ticket of the form as which it was kept last"),
    Column("sealed", LargeBinary, nullable=False, comment="what was typed, encrypted"),
    Column("began_at", DateTime(timezone=True), nullable=False),
    Column("saved_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("agency", "person", "file", "command"),
    Index("ix_draft_agency_file", "agency", "file"),
    Index("ix_draft_case_key", "case_key"),
    Index("ix_draft_saved_at", "saved_at"),
)

TAKEN = Table(
    "taken",
    METADATA,
    Column("agency", String(40), nullable=False),
    Column("file", String(80), nullable=False),
    Column("case_key", String(25), nullable=False, comment="name of the key of the case, with which this goes"),
    Column("person", String(40), nullable=False, comment="a pseudonym, as in the agency's list of people"),
    Column("taken_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("agency", "file"),
    Index("ix_taken_case_key", "case_key"),
    Index("ix_taken_taken_at", "taken_at"),
)

BATCH = Table(
    "batch",
    METADATA,
    Column("id", String(32), nullable=False),
    Column("agency", String(40), nullable=False),
    Column("person", String(40), nullable=False, comment="a pseudonym, as in the agency's list of people"),
    Column("command", String(80), nullable=False),
    Column("content", String(1000), nullable=False, comment="JSON of coded words, the same for every item"),
    Column("state", String(20), nullable=False),
    Column("why", String(20), nullable=False, comment="why it was stopped; empty: it was not"),
    Column("made_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("id"),
    Index("ix_batch_agency_made_at", "agency", "made_at"),
)

BATCH_ITEM = Table(
    "batch_item",
    METADATA,
    Column("batch", String(32), ForeignKey(BATCH.c.id, ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False, comment="from 1"),
    Column("target", String(120), nullable=False, comment="name of a file, or number of a dead letter"),
    Column("ticket", String(32), nullable=False, comment="by which the file knows the decision again"),
    Column("state", String(20), nullable=False),
    Column("begun", Boolean, nullable=False, comment="whether it was begun with this ticket"),
    Column("answer", String(500), nullable=False, comment="a phase, or a refusal in coded words"),
    PrimaryKeyConstraint("batch", "number"),
)

CORRECTION = Table(
    "correction",
    METADATA,
    Column("agency", String(40), nullable=False),
    Column("letter", BigInteger, nullable=False, comment="number of the dead letter"),
    Column("person", String(40), nullable=False, comment="who wrote it: a pseudonym"),
    Column("sealed", LargeBinary, nullable=False, comment="the event, sealed to the agency, and under a key of its own"),
    Column("ticket", String(32), nullable=False, comment="by which the bus knows it again"),
    Column("made_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("agency", "letter"),
)
