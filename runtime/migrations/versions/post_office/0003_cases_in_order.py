"""Cases are listed in the order in which they began."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Find them by when they began."""
    op.create_index("ix_post_case_begun_at", "post_case", ["begun_at", "case_reference"])


def downgrade() -> None:
    """Without it, every page of the list looks at every case."""
    op.drop_index("ix_post_case_begun_at", "post_case")
