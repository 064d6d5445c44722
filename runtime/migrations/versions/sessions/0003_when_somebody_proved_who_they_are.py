"""What weighs most asks for a login that is minutes old, so a session says when its person proved who they are."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Of sessions that are open nobody knows it: what weighs most asks their people to log in once more."""
    about = "when they last proved who they are; empty: the issuer did not say"
    op.add_column("session", sa.Column("proved_at", sa.DateTime(timezone=True), comment=about))


def downgrade() -> None:
    """Forget it."""
    op.drop_column("session", "proved_at")
