"""A line for each file that has ended, beside the key of its case."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table. Files that ended before have a workflow that keeps them."""
    op.create_table(
        "ended_file",
        sa.Column("case_reference", sa.String(25), nullable=False),
        sa.Column("system", sa.String(40), nullable=False, comment="the kind of file, with a number where a case has several"),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False, comment="end of its term of retention"),
        sa.Column("opened_at", sa.DateTime(timezone=True), comment="when a person was asked to have the case erased"),
        sa.PrimaryKeyConstraint("case_reference", "system", name="pk_ended_file"),
    )
    op.create_index("ix_ended_file_until", "ended_file", ["until"])


def downgrade() -> None:
    """Remove the table: nobody would know any more how long these files are kept."""
    op.drop_table("ended_file")
