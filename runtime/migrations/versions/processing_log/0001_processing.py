"""Lines that can only be added, and how far they were exported."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

REFUSAL = "a line of the processing log is neither changed nor removed"
GUARDS = {
    "sqlite": [
        f"CREATE TRIGGER processing_{what} BEFORE {what} ON processing BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        for what in ("UPDATE", "DELETE")
    ],
    "postgresql": [
        f"CREATE FUNCTION stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$",
        "CREATE TRIGGER stays BEFORE UPDATE OR DELETE OR TRUNCATE ON processing EXECUTE FUNCTION stays()",
    ],
}


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "processing",
        sa.Column(
            "position",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            autoincrement=True,
            comment="in the order of commits",
        ),
        sa.Column("direction", sa.String(10), nullable=False),
        sa.Column("event_id", sa.String(64), nullable=False),
        sa.Column("counterparty", sa.String(40), nullable=False),
        sa.Column("data_subject_id", sa.String(25), nullable=False, comment="the reference of the case, a pseudonym"),
        sa.Column(
            "number", sa.Integer, nullable=False, comment="counts the lines about one event: a refusal and what followed on it"
        ),
        sa.Column("trace_id", sa.String(32), nullable=False),
        sa.Column("span_id", sa.String(16), nullable=False),
        sa.Column("parent_span_id", sa.String(16)),
        sa.Column("status_code", sa.SmallInteger, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("start_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("end_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("foreign_trace_id", sa.String(32)),
        sa.Column("foreign_operation_id", sa.String(16)),
        sa.Column("foreign_entity", sa.String(200)),
        sa.Column("resource", sa.String(200), nullable=False),
        sa.Column("processing_activity_id", sa.String(200), nullable=False),
        sa.Column("event_type", sa.String(100), nullable=False),
        sa.Column("ground", sa.String(40)),
        sa.Column("purpose", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_processing"),
        sa.UniqueConstraint("event_id", "direction", "counterparty", "data_subject_id", "number", name="uq_processing"),
    )
    op.create_index("ix_processing_data_subject_id", "processing", ["data_subject_id"])
    op.create_table(
        "exported",
        sa.Column("collector", sa.String(40), nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False, comment="everything up to here was acknowledged by it"),
        sa.PrimaryKeyConstraint("collector", name="pk_exported"),
    )
    for guard in GUARDS[op.get_bind().dialect.name]:
        op.execute(guard)


def downgrade() -> None:
    """Remove the tables: who received what is not known any more."""
    op.drop_table("exported")
    op.drop_table("processing")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION stays")
