"""The tables of webhooks, in a post office's database. A change here needs a revision in its folder of ``runtime/migrations``.

URLs and secrets are encrypted. Of a case there is the pseudonym, of an event its id and its position, of content nothing.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
)

from runtime.post_office.tables import METADATA

WEBHOOK = Table(
    "webhook",
    METADATA,
    Column("id", String(32), nullable=False),
    Column("name", String(40), nullable=False, comment="by which people call it"),
    Column("url", LargeBinary, nullable=False, comment="encrypted"),
    Column("form", String(10), nullable=False),
    Column("types", String(20_000), nullable=False, comment="JSON list; empty: all"),
    Column("heartbeat", Integer, comment="seconds; empty: none"),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("read_to", BigInteger, nullable=False, comment="position in the feed"),
    Column("rested_at", DateTime(timezone=True), comment="when it answered 410"),
    Column("paused_until", DateTime(timezone=True), comment="Retry-After"),
    Column("alarmed_at", DateTime(timezone=True)),
    PrimaryKeyConstraint("id"),
    UniqueConstraint("name", name="uq_webhook_name"),
)

SECRET = Table(
    "webhook_secret",
    METADATA,
    Column("webhook", String(32), ForeignKey(WEBHOOK.c.id, ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False, comment="from 1"),
    Column("secret", LargeBinary, nullable=False, comment="encrypted"),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True), comment="empty: it is the newest"),
    PrimaryKeyConstraint("webhook", "number"),
)

PLACE = Table(
    "webhook_place",
    METADATA,
    Column("webhook", String(32), ForeignKey(WEBHOOK.c.id, ondelete="CASCADE"), nullable=False),
    Column("caseref", String(40), nullable=False, comment="of which case; -: signs of life"),
    Column("position", BigInteger, nullable=False, comment="of the event that is next"),
    Column("tries", Integer, nullable=False, comment="that failed"),
    Column("again", Boolean, nullable=False, comment="whether any failed"),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("failing_since", DateTime(timezone=True)),
    PrimaryKeyConstraint("webhook", "caseref"),
    Index("ix_webhook_place_webhook_due_at", "webhook", "due_at"),
    Index("ix_webhook_place_webhook_again_due_at", "webhook", "again", "due_at", "position"),
    Index("ix_webhook_place_webhook_failing_since", "webhook", "failing_since"),
)

ATTEMPT = Table(
    "webhook_attempt",
    METADATA,
    Column("webhook", String(32), ForeignKey(WEBHOOK.c.id, ondelete="CASCADE"), nullable=False),
    Column("number", BigInteger, nullable=False, comment="from 1"),
    Column("position", BigInteger, nullable=False, comment="in the feed; 0: it was none of the feed's"),
    Column("event_id", String(128), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("outcome", String(30), nullable=False),
    Column("status", Integer),
    Column("milliseconds", Integer, nullable=False),
    PrimaryKeyConstraint("webhook", "number"),
)
