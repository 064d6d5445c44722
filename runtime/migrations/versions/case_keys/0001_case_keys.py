"""A key per case, encrypted by the agency's key."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "case_key",
        sa.Column("case_reference", sa.String(25), nullable=False),
        sa.Column("wrapped", sa.LargeBinary, comment="the data key, encrypted by the agency's key; empty once it was destroyed"),
        sa.Column("wrapped_by", sa.SmallInteger, comment="number of the agency's key that encrypted it"),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("destroyed_at", sa.DateTime(timezone=True), comment="this row stays, so that no other key is ever made"),
        sa.PrimaryKeyConstraint("case_reference", name="pk_case_key"),
    )


def downgrade() -> None:
    """Remove the table: nothing that was encrypted can be read any more."""
    op.drop_table("case_key")
