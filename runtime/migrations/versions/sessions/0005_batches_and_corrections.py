"""Batches: one decision over many files, item by item; and corrections of refused events that wait for a second person."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "batch",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("agency", sa.String(40), nullable=False),
        sa.Column("person", sa.String(40), nullable=False, comment="a pseudonym, as in the agency's list of people"),
        sa.Column("command", sa.String(80), nullable=False),
        sa.Column("content", sa.String(1000), nullable=False, comment="JSON of coded words, the same for every item"),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("why", sa.String(20), nullable=False, comment="why it was stopped; empty: it was not"),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_batch"),
    )
    op.create_index("ix_batch_agency_made_at", "batch", ["agency", "made_at"])
    op.create_table(
        "batch_item",
        sa.Column("batch", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, comment="from 1"),
        sa.Column("target", sa.String(120), nullable=False, comment="name of a file, or number of a dead letter"),
        sa.Column("ticket", sa.String(32), nullable=False, comment="by which the file knows the decision again"),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("begun", sa.Boolean(), nullable=False, comment="whether it was begun with this ticket"),
        sa.Column("answer", sa.String(500), nullable=False, comment="a phase, or a refusal in coded words"),
        sa.PrimaryKeyConstraint("batch", "number", name="pk_batch_item"),
        sa.ForeignKeyConstraint(["batch"], ["batch.id"], name="fk_batch_item_batch", ondelete="CASCADE"),
    )
    op.create_table(
        "correction",
        sa.Column("agency", sa.String(40), nullable=False),
        sa.Column("letter", sa.BigInteger(), nullable=False, comment="number of the dead letter"),
        sa.Column("person", sa.String(40), nullable=False, comment="who wrote it: a pseudonym"),
        sa.Column(
            "sealed", sa.LargeBinary(), nullable=False, comment="the event, sealed to the agency, and under a key of its own"
        ),
        sa.Column("ticket", sa.String(32), nullable=False, comment="by which the bus knows it again"),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("agency", "letter", name="pk_correction"),
    )


def downgrade() -> None:
    """Remove the tables: batches under way end where they are."""
    op.drop_table("correction")
    op.drop_table("batch_item")
    op.drop_table("batch")
