"""Webhooks: endpoints, their secrets, what waits for them and what was tried."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "webhook",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("name", sa.String(40), nullable=False, comment="by which people call it"),
        sa.Column("url", sa.LargeBinary(), nullable=False, comment="encrypted"),
        sa.Column("form", sa.String(10), nullable=False),
        sa.Column("types", sa.String(20_000), nullable=False, comment="JSON list; empty: all"),
        sa.Column("heartbeat", sa.Integer(), comment="seconds; empty: none"),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_to", sa.BigInteger(), nullable=False, comment="position in the feed"),
        sa.Column("rested_at", sa.DateTime(timezone=True), comment="when it answered 410"),
        sa.Column("paused_until", sa.DateTime(timezone=True), comment="Retry-After"),
        sa.Column("alarmed_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_webhook"),
        sa.UniqueConstraint("name", name="uq_webhook_name"),
    )
    op.create_table(
        "webhook_secret",
        sa.Column("webhook", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, comment="from 1"),
        sa.Column("secret", sa.LargeBinary(), nullable=False, comment="encrypted"),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), comment="empty: it is the newest"),
        sa.PrimaryKeyConstraint("webhook", "number", name="pk_webhook_secret"),
        sa.ForeignKeyConstraint(["webhook"], ["webhook.id"], name="fk_webhook_secret_webhook", ondelete="CASCADE"),
    )
    op.create_table(
        "webhook_place",
        sa.Column("webhook", sa.String(32), nullable=False),
        sa.Column("caseref", sa.String(40), nullable=False, comment="of which case; -: signs of life"),
        sa.Column("position", sa.BigInteger(), nullable=False, comment="of the event that is next"),
        sa.Column("tries", sa.Integer(), nullable=False, comment="that failed"),
        sa.Column("again", sa.Boolean(), nullable=False, comment="whether any failed"),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("webhook", "caseref", name="pk_webhook_place"),
        sa.ForeignKeyConstraint(["webhook"], ["webhook.id"], name="fk_webhook_place_webhook", ondelete="CASCADE"),
    )
    op.create_index("ix_webhook_place_webhook_due_at", "webhook_place", ["webhook", "due_at"])
    op.create_index("ix_webhook_place_webhook_again_due_at", "webhook_place", ["webhook", "again", "due_at", "position"])
    op.create_index("ix_webhook_place_webhook_failing_since", "webhook_place", ["webhook", "failing_since"])
    op.create_table(
        "webhook_attempt",
        sa.Column("webhook", sa.String(32), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False, comment="from 1"),
        sa.Column("position", sa.BigInteger(), nullable=False, comment="in the feed; 0: it was none of the feed's"),
        sa.Column("event_id", sa.String(128), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(30), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("webhook", "number", name="pk_webhook_attempt"),
        sa.ForeignKeyConstraint(["webhook"], ["webhook.id"], name="fk_webhook_attempt_webhook", ondelete="CASCADE"),
    )


def downgrade() -> None:
    """Remove the tables: endpoints must be registered again."""
    for table in ("webhook_attempt", "webhook_place", "webhook_secret", "webhook"):
        op.drop_table(table)
