"""Events that could not leave, and never will: since when that is known, and why."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the columns. Of what is held up already nobody noted whether it will ever leave."""
    with op.batch_alter_table("held") as table:
        table.add_column(sa.Column("never_at", sa.DateTime(timezone=True), comment="since when it is known that it never leaves"))
        table.add_column(sa.Column("code", sa.String(40), comment="why it never leaves; nothing: its ground had gone"))


def downgrade() -> None:
    """Remove the columns: what never leaves is listed again among what is held up."""
    with op.batch_alter_table("held") as table:
        table.drop_column("code")
        table.drop_column("never_at")
