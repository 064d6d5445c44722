"""Sessions of people in a browser, and what each may send once."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "session",
        sa.Column("hash", sa.String(64), nullable=False, comment="SHA-256 of what the browser's cookie says"),
        sa.Column("person", sa.String(40), nullable=False, comment="a pseudonym, as in the agency's list of people"),
        sa.Column("agency", sa.String(40), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_session"),
    )
    op.create_index("ix_session_person", "session", ["person"])
    op.create_index("ix_session_seen_at", "session", ["seen_at"])
    op.create_table(
        "ticket",
        sa.Column("hash", sa.String(64), nullable=False, comment="SHA-256 of what stands in the form"),
        sa.Column("session", sa.String(64), nullable=False),
        sa.Column("file", sa.String(120), nullable=False, comment="name of the file that the form is about"),
        sa.Column("command", sa.String(80), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(500), comment="a phase, or a refusal in coded words; empty: not known yet"),
        sa.PrimaryKeyConstraint("hash", name="pk_ticket"),
        sa.ForeignKeyConstraint(["session"], ["session.hash"], name="fk_ticket_session", ondelete="CASCADE"),
    )
    op.create_index("ix_ticket_session_made_at", "ticket", ["session", "made_at"])


def downgrade() -> None:
    """Remove the tables: everybody logs in anew."""
    op.drop_table("ticket")
    op.drop_table("session")
