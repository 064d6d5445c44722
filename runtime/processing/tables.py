"""The tables of the processing log. A change here needs a revision in ``runtime/migrations/versions/processing_log``."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
)

METADATA = MetaData(naming_convention={"pk": "pk_%(table_name)s"})

PROCESSING = Table(
    "processing",
    METADATA,
    Column("position", BigInteger().with_variant(Integer, "sqlite"), autoincrement=True, comment="in the order of commits"),
    Column("direction", String(10), nullable=False),
    Column("event_id", String(64), nullable=False),
    Column("counterparty", String(40), nullable=False),
    Column("data_subject_id", String(25), nullable=False, comment="the reference of the case, a pseudonym"),
    Column("number", Integer, nullable=False, comment="counts the lines about one event: a refusal and what followed on it"),
    Column("trace_id", String(32), nullable=False),
    Column("span_id", String(16), nullable=False),
    Column("parent_span_id", String(16)),
    Column("status_code", SmallInteger, nullable=False),
    Column("name", String(200), nullable=False),
    Column("start_time", DateTime(timezone=True), nullable=False),
    Column("end_time", DateTime(timezone=True), nullable=False),
    Column("foreign_trace_id", String(32)),
    Column("foreign_operation_id", String(16)),
    Column("foreign_entity", String(200)),
    Column("resource", String(200), nullable=False),
    Column("processing_activity_id", String(200), nullable=False),
    Column("event_type", String(100), nullable=False),
    Column("ground", String(40)),
    Column("purpose", String(200), nullable=False),
    PrimaryKeyConstraint("position"),
    UniqueConstraint("event_id", "direction", "counterparty", "data_subject_id", "number", name="uq_processing"),
    Index("ix_processing_data_subject_id", "data_subject_id"),
)

EXPORTED = Table(
    "exported",
    METADATA,
    Column("collector", String(40), nullable=False),
    Column("position", BigInteger, nullable=False, comment="everything up to here was acknowledged by it"),
    PrimaryKeyConstraint("collector"),
)


AWAITED = Table(
    "awaited",
    METADATA,
    Column("event_id", String(64), nullable=False),
    Column("counterparty", String(40), nullable=False),
    Column("data_subject_id", String(25), nullable=False),
    Column("system", String(40), nullable=False, comment="the file that sent it"),
    Column("sequence", Integer, nullable=False),
    Column("sent_at", DateTime(timezone=True), nullable=False, comment="when the recipient's inbox acknowledged it"),
    Column("listed_at", DateTime(timezone=True), comment="when the recipient was last asked whether it knows it"),
    PrimaryKeyConstraint("event_id", "counterparty"),
)
"""Events that leave, or have left, and of which the recipient's office has not said yet that it knows them.

``sent_at`` is set just before one leaves; its comment is that of the first version.
"""

HELD = Table(
    "held",
    METADATA,
    Column("event_id", String(64), nullable=False),
    Column("counterparty", String(40), nullable=False),
    Column("data_subject_id", String(25), nullable=False),
    Column("held_at", DateTime(timezone=True), nullable=False, comment="when it could not leave for the first time"),
    Column("never_at", DateTime(timezone=True), comment="since when it is known that it never leaves"),
    Column("code", String(40), comment="why it never leaves; nothing: its ground had gone"),
    PrimaryKeyConstraint("event_id", "counterparty"),
)
"""Events that could not leave, until they do. One that never leaves says so: its row stays, and nobody waits for it."""

SETTLED = Table(
    "settled",
    METADATA,
    Column("event_id", String(64), nullable=False),
    Column("counterparty", String(40), nullable=False),
    Column("sent_at", DateTime(timezone=True), nullable=False, comment="as in `awaited`"),
    Column("settled_at", DateTime(timezone=True), nullable=False, comment="when we heard what became of it"),
    Column("arrived", Boolean, nullable=False, comment="else its recipient knows nothing of it"),
    Column("code", String(40), comment="with which it was refused"),
    PrimaryKeyConstraint("event_id", "counterparty"),
)
"""Events that were awaited, and what their recipients said of them."""
