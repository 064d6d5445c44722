"""What people have begun to write, encrypted with the key of its case; and who says that they take a file."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables."""
    pseudonym, name_of_key = "a pseudonym, as in the agency's list of people", "name of the key of the case, which encrypts it"
    op.create_table(
        "draft",
        sa.Column("agency", sa.String(40), nullable=False),
        sa.Column("person", sa.String(40), nullable=False, comment=pseudonym),
        sa.Column("file", sa.String(80), nullable=False, comment="name of the file that the form is about"),
        sa.Column("command", sa.String(80), nullable=False),
        sa.Column("case_key", sa.String(25), nullable=False, comment=name_of_key),
        sa.Column("ticket", sa.String(64), nullable=False, comment="hash of the ticket of the form as which it was kept last"),
        sa.Column("sealed", sa.LargeBinary, nullable=False, comment="what was typed, encrypted"),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("agency", "person", "file", "command", name="pk_draft"),
    )
    op.create_index("ix_draft_agency_file", "draft", ["agency", "file"])
    op.create_index("ix_draft_case_key", "draft", ["case_key"])
    op.create_index("ix_draft_saved_at", "draft", ["saved_at"])
    op.create_table(
        "taken",
        sa.Column("agency", sa.String(40), nullable=False),
        sa.Column("file", sa.String(80), nullable=False),
        sa.Column("case_key", sa.String(25), nullable=False, comment="name of the key of the case, with which this goes"),
        sa.Column("person", sa.String(40), nullable=False, comment=pseudonym),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("agency", "file", name="pk_taken"),
    )
    op.create_index("ix_taken_case_key", "taken", ["case_key"])
    op.create_index("ix_taken_taken_at", "taken", ["taken_at"])


def downgrade() -> None:
    """Remove the tables, with what was begun."""
    op.drop_table("taken")
    op.drop_table("draft")
