"""A ticket says for which file and command it is by a hash alone, so that nothing of a case stands in this database."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Forms that are open now are opened anew: their tickets cannot be carried over, since only their hashes are kept."""
    op.execute(sa.text("DELETE FROM ticket"))
    with op.batch_alter_table("ticket") as ticket:
        ticket.drop_column("file")
        ticket.drop_column("command")
        about = "HMAC-SHA-256 of file and command; its key is the ticket"
        ticket.add_column(sa.Column("about", sa.String(64), nullable=False, comment=about))


def downgrade() -> None:
    """Back to the names; open forms are opened anew."""
    op.execute(sa.text("DELETE FROM ticket"))
    with op.batch_alter_table("ticket") as ticket:
        ticket.drop_column("about")
        ticket.add_column(sa.Column("file", sa.String(120), nullable=False, comment="name of the file that the form is about"))
        ticket.add_column(sa.Column("command", sa.String(80), nullable=False))
