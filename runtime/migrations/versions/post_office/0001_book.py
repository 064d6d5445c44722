"""The book of a post office: cases, lines, what goes out, what came in, and who has read how far."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "book",
        sa.Column("one", sa.Integer, nullable=False, autoincrement=False, comment="always 1: there is one row"),
        sa.Column("generation", sa.Integer, nullable=False, comment="of the lines on which it writes: after a restore the next"),
        sa.PrimaryKeyConstraint("one", name="pk_book"),
    )
    op.create_table(
        "post_case",
        sa.Column("case_reference", sa.String(25), nullable=False),
        sa.Column("subject_mark", sa.String(64), comment="keyed hash of the agency's own number"),
        sa.Column("subject", sa.LargeBinary, comment="the agency's own number, encrypted"),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), comment="from then on its key is to be destroyed, or is"),
        sa.PrimaryKeyConstraint("case_reference", name="pk_post_case"),
        sa.UniqueConstraint("subject_mark", name="uq_post_case_subject_mark"),
    )
    op.create_table(
        "line",
        sa.Column("id", NUMBER, autoincrement=True),
        sa.Column("case_reference", sa.String(25), nullable=False),
        sa.Column("way", sa.String(5), nullable=False, comment="out or in"),
        sa.Column("other", sa.String(40), nullable=False, comment="slug of the other agency"),
        sa.Column("name", sa.String(80), nullable=False, comment="who writes it, and the kind of file that it is for"),
        sa.Column("state", sa.LargeBinary, comment="numbers and fingerprints, encrypted"),
        sa.PrimaryKeyConstraint("id", name="pk_line"),
        sa.UniqueConstraint("case_reference", "way", "other", "name", name="uq_line"),
    )
    _what_goes_out()
    _what_came_in()


def _what_goes_out() -> None:
    op.create_table(
        "outgoing",
        sa.Column("number", NUMBER, autoincrement=False, comment="in the order of commits"),
        sa.Column("own_mark", sa.String(64), nullable=False, comment="keyed hash of the id that the agency's own system gave"),
        sa.Column("said_mark", sa.String(64), nullable=False, comment="of all that was handed in, keyed with its case's key"),
        sa.Column("event_id", sa.String(64), nullable=False, comment="as it travels"),
        sa.Column("case_reference", sa.String(25), nullable=False),
        sa.Column("recipient", sa.String(40), nullable=False),
        sa.Column("type", sa.String(100), nullable=False),
        sa.Column("system", sa.String(40), nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("content", sa.LargeBinary, comment="the event and the id of the agency's own system, encrypted; none: erased"),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.Column("taken_at", sa.DateTime(timezone=True)),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.Column("refused_at", sa.DateTime(timezone=True)),
        sa.Column("missed_at", sa.DateTime(timezone=True)),
        sa.Column("code", sa.String(40), comment="with which it was refused"),
        sa.Column("words", sa.LargeBinary, comment="the words beside that code, encrypted"),
        sa.PrimaryKeyConstraint("number", name="pk_outgoing"),
        sa.UniqueConstraint("own_mark", name="uq_outgoing_own_mark"),
        sa.UniqueConstraint("event_id", name="uq_outgoing_event_id"),
    )
    op.create_index("ix_outgoing_case_reference", "outgoing", ["case_reference"])
    op.create_table(
        "waiting",
        sa.Column("number", NUMBER, sa.ForeignKey("outgoing.number", name="fk_waiting_number"), autoincrement=False),
        sa.Column("line", NUMBER, nullable=False),
        sa.Column("recipient", sa.String(40), nullable=False),
        sa.Column("type", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_waiting"),
    )
    op.create_index("ix_waiting_line", "waiting", ["line", "number"])
    op.create_index("ix_waiting_recipient", "waiting", ["recipient", "number"])


def _what_came_in() -> None:
    op.create_table(
        "incoming",
        sa.Column("position", NUMBER, autoincrement=False, comment="in the feed: given at the commit, by 1, by one writer"),
        sa.Column("feed_id", sa.String(64), nullable=False, comment="the event's id; where that is taken, a keyed hash"),
        sa.Column("event_id", sa.String(64), nullable=False, comment="as it travelled"),
        sa.Column("sender", sa.String(40), nullable=False),
        sa.Column("system", sa.String(40), nullable=False),
        sa.Column("case_reference", sa.String(25), nullable=False),
        sa.Column("type", sa.String(100), nullable=False),
        sa.Column("said_mark", sa.String(64), nullable=False, comment="its fingerprint, keyed with the key of its case"),
        sa.Column("content", sa.LargeBinary, comment="the event, encrypted; none: erased, or its time has ended"),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_incoming"),
        sa.UniqueConstraint("feed_id", name="uq_incoming_feed_id"),
        sa.UniqueConstraint("case_reference", "sender", "system", "event_id", name="uq_incoming"),
    )
    op.create_index("ix_incoming_taken_at", "incoming", ["taken_at"])
    op.create_table(
        "reader",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("position", NUMBER, nullable=False, comment="up to where it has acknowledged"),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("name", name="pk_reader"),
    )


def downgrade() -> None:
    """Remove the tables, with everything that was handed in and heard."""
    for table in ("reader", "incoming", "waiting", "outgoing", "line", "post_case", "book"):
        op.drop_table(table)
