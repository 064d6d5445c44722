"""Reports, later facts, and the persons they are about."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "person",
        sa.Column("reference", sa.String(25), nullable=False, comment="one reference is one person, until persons are matched"),
        sa.PrimaryKeyConstraint("reference", name="pk_person"),
    )
    op.create_table(
        "report",
        sa.Column("reference", sa.String(25), nullable=False),
        sa.Column("number", sa.Integer, nullable=False, comment="counts the reports of one reference, from 1"),
        sa.Column("reported_on", sa.Date, nullable=False),
        sa.Column("reported_by", sa.String(40), nullable=False),
        sa.Column("care_region", sa.String(200)),
        sa.Column("sector", sa.String(40), nullable=False),
        sa.Column("consented", sa.Boolean, nullable=False),
        sa.Column(
            "birth_year", sa.Integer, comment="personal data, as are nationality and gender: empty when registered anonymously"
        ),
        sa.Column("nationality", sa.String(200)),
        sa.Column("gender", sa.String(200)),
        sa.PrimaryKeyConstraint("reference", "number", name="pk_report"),
        sa.ForeignKeyConstraint(["reference"], ["person.reference"], name="fk_report_person"),
    )
    op.create_table(
        "amendment",
        sa.Column("reference", sa.String(25), nullable=False),
        sa.Column("number", sa.Integer, nullable=False, comment="counts the later facts of one reference, from 1"),
        sa.Column("recorded_on", sa.Date, nullable=False),
        sa.Column("not_placed", sa.Integer, nullable=False, comment="how often nobody could place the person, so far"),
        sa.Column("outcome", sa.String(40)),
        sa.PrimaryKeyConstraint("reference", "number", name="pk_amendment"),
        sa.ForeignKeyConstraint(["reference"], ["person.reference"], name="fk_amendment_person"),
    )


def downgrade() -> None:
    """Remove the tables, with everything in them."""
    for table in ("amendment", "report", "person"):
        op.drop_table(table)
