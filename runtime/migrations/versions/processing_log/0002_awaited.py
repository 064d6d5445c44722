"""Events that were sent and of which the recipient's office has not said yet that it knows them."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table. What was sent before is not asked about."""
    op.create_table(
        "awaited",
        sa.Column("event_id", sa.String(64), nullable=False),
        sa.Column("counterparty", sa.String(40), nullable=False),
        sa.Column("data_subject_id", sa.String(25), nullable=False),
        sa.Column("system", sa.String(40), nullable=False, comment="the file that sent it"),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False, comment="when it was about to leave, or had left"),
        sa.Column("listed_at", sa.DateTime(timezone=True), comment="when the recipient was last asked whether it knows it"),
        sa.PrimaryKeyConstraint("event_id", "counterparty", name="pk_awaited"),
    )


def downgrade() -> None:
    """Remove the table: nobody asks any more whether what was sent last arrived."""
    op.drop_table("awaited")
