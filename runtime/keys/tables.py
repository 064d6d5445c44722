"""The tables beside the keys of cases. A change here needs a revision in ``runtime/migrations/versions/case_keys``."""

from sqlalchemy import Column, DateTime, Index, LargeBinary, MetaData, PrimaryKeyConstraint, SmallInteger, String, Table

METADATA = MetaData(naming_convention={"pk": "pk_%(table_name)s"})

CASE_KEY = Table(
    "case_key",
    METADATA,
    Column("case_reference", String(25), nullable=False),
    Column("wrapped", LargeBinary, comment="the data key, encrypted by the agency's key; empty once it was destroyed"),
    Column("wrapped_by", SmallInteger, comment="number of the agency's key that encrypted it"),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("destroyed_at", DateTime(timezone=True), comment="this row stays, so that no other key is ever made"),
    PrimaryKeyConstraint("case_reference"),
)

ENDED_FILE = Table(
    "ended_file",
    METADATA,
    Column("case_reference", String(25), nullable=False),
    Column("system", String(40), nullable=False, comment="the kind of file, with a number where a case has several"),
    Column("kind", String(20), nullable=False),
    Column("until", DateTime(timezone=True), nullable=False, comment="end of its term of retention"),
    Column("opened_at", DateTime(timezone=True), comment="when a person was asked to have the case erased"),
    PrimaryKeyConstraint("case_reference", "system"),
    Index("ix_ended_file_until", "until"),
)

LINK = Table(
    "link",
    METADATA,
    Column("case_reference", String(25), nullable=False),
    Column("reference", String(25), nullable=False, comment="under which what was observed is kept apart"),
    PrimaryKeyConstraint("case_reference"),
    Index("ix_link_reference", "reference", unique=True),
)
