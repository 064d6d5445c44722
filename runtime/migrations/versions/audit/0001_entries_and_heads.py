"""Entries of an audit log and its signed heads; triggers refuse to change or remove either."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

TABLES = {"audit_entry": "seq", "audit_head": "day"}

SQLITE = (
    "CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, 'an audit log is only added to'); END",
    "CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, 'an audit log is only added to'); END",
    # INSERT OR REPLACE removes a row without a word to the trigger above
    (
        "CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key}) "
        "BEGIN SELECT RAISE(ABORT, 'an audit log is only added to'); END"
    ),
)
POSTGRESQL = (
    "CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION audit_refuse()",
    "CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()",
)
REFUSE = (
    "CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'an audit log is only added to'; END $$"
)


def upgrade() -> None:
    """Make the tables and what guards them."""
    op.create_table(
        "audit_entry",
        sa.Column("seq", sa.Integer, nullable=False, autoincrement=False, comment="counts from 1 without a gap"),
        sa.Column("at", sa.String(27), nullable=False, comment="UTC, as 2026-01-31T12:00:00.000000Z"),
        sa.Column("person", sa.String(40), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("case_reference", sa.String(25)),
        sa.Column("object", sa.String(80), comment="a coded word: kind of file, command, event; never content"),
        sa.Column("outcome", sa.String(40), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False, comment="hash of the entry before"),
        sa.Column("hash", sa.String(64), nullable=False, comment="SHA-256 over the other columns and the agency"),
        sa.PrimaryKeyConstraint("seq", name="pk_audit_entry"),
    )
    op.create_table(
        "audit_head",
        sa.Column("day", sa.String(10), nullable=False, comment="UTC"),
        sa.Column("seq", sa.Integer, nullable=False, comment="the newest entry when it was signed"),
        sa.Column("token", sa.String(2000), nullable=False, comment="compact JWS over agency, seq, hash and day"),
        sa.PrimaryKeyConstraint("day", name="pk_audit_head"),
    )
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    if not on_sqlite:
        op.execute(REFUSE)
    for table, key in TABLES.items():
        for statement in SQLITE if on_sqlite else POSTGRESQL:
            op.execute(statement.format(table=table, key=key))


def downgrade() -> None:
    """Remove the tables, with everything in them."""
    for table in TABLES:
        op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION audit_refuse()")
