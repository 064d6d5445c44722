"""What became of events that were sent: held up before they left, arrived, refused or lost; and when."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables. Of what was sent before nobody noted when it arrived."""
    op.create_table(
        "held",
        sa.Column("event_id", sa.String(64), nullable=False),
        sa.Column("counterparty", sa.String(40), nullable=False),
        sa.Column("data_subject_id", sa.String(25), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False, comment="when it could not leave for the first time"),
        sa.PrimaryKeyConstraint("event_id", "counterparty", name="pk_held"),
    )
    op.create_table(
        "settled",
        sa.Column("event_id", sa.String(64), nullable=False),
        sa.Column("counterparty", sa.String(40), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False, comment="as in `awaited`"),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=False, comment="when we heard what became of it"),
        sa.Column("arrived", sa.Boolean, nullable=False, comment="else its recipient knows nothing of it"),
        sa.Column("code", sa.String(40), comment="with which it was refused"),
        sa.PrimaryKeyConstraint("event_id", "counterparty", name="pk_settled"),
    )


def downgrade() -> None:
    """Remove the tables: when something arrived is not known any more."""
    op.drop_table("settled")
    op.drop_table("held")
