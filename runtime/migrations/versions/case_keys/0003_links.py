"""The way from a case to what was observed in it, beside the key of the case."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table. Observations of before went on under the reference of their case."""
    op.create_table(
        "link",
        sa.Column("case_reference", sa.String(25), nullable=False),
        sa.Column("reference", sa.String(25), nullable=False, comment="under which what was observed is kept apart"),
        sa.PrimaryKeyConstraint("case_reference", name="pk_link"),
    )
    op.create_index("ix_link_reference", "link", ["reference"], unique=True)


def downgrade() -> None:
    """Remove the table: no case would hear any more what became of its observation."""
    op.drop_table("link")
