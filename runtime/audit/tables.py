"""The tables of an audit log. A change here needs a revision in ``runtime/migrations/versions/audit``.

All columns of an entry are text or a number, because what is hashed must be what is stored, on every database alike.
"""

from sqlalchemy import Column, Integer, MetaData, PrimaryKeyConstraint, String, Table

METADATA = MetaData(naming_convention={"pk": "pk_%(table_name)s"})

ENTRY = Table(
    "audit_entry",
    METADATA,
    Column("seq", Integer, nullable=False, autoincrement=False, comment="counts from 1 without a gap"),
    Column("at", String(27), nullable=False, comment="UTC, as 2026-01-31T12:00:00.000000Z"),
    Column("person", String(40), nullable=False),
    Column("action", String(40), nullable=False),
    Column("case_reference", String(25)),
    Column("object", String(80), comment="a coded word: kind of file, command, event; never content"),
    Column("outcome", String(40), nullable=False),
    Column("previous", String(64), nullable=False, comment="hash of the entry before"),
    Column("hash", String(64), nullable=False, comment="SHA-256 over the other columns and the agency"),
    PrimaryKeyConstraint("seq"),
)

HEAD = Table(
    "audit_head",
    METADATA,
    Column("day", String(10), nullable=False, comment="UTC"),
    Column("seq", Integer, nullable=False, comment="the newest entry when it was signed"),
    Column("token", String(2000), nullable=False, comment="compact JWS over agency, seq, hash and day"),
    PrimaryKeyConstraint("day"),
)

GUARDS = {
    "sqlite": frozenset(
        f"{table}_no_{act}" for table in ("audit_entry", "audit_head") for act in ("update", "delete", "replace")
    ),
    "postgresql": frozenset(f"{table}_no_{act}" for table in ("audit_entry", "audit_head") for act in ("change", "truncate")),
}
"""Names of the triggers that refuse to change or remove what was written."""
