"""Whoever opens a later file of one reference has numbers of its own: the name of that file is part of the key."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

TABLES = {"report": "reports", "amendment": "later facts"}
FILE = "which file, where another agency opened the first one of this reference; else empty"


def upgrade() -> None:
    """Add the column. What stands there stays as it is: no file of before is named."""
    _all_or_nothing()
    for table, rows in TABLES.items():
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("file", sa.String(40), nullable=False, server_default="", comment=FILE))
            batch.alter_column(
                "number", existing_type=sa.Integer(), existing_nullable=False, comment=f"counts the {rows} of one file, from 1"
            )
            batch.drop_constraint(f"pk_{table}", type_="primary")
            batch.create_primary_key(f"pk_{table}", ["reference", "file", "number"])


def downgrade() -> None:
    """Remove it. The database refuses this as long as two files of one reference have the same number."""
    _all_or_nothing()
    for table, rows in TABLES.items():
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(f"pk_{table}", type_="primary")
            batch.alter_column(
                "number",
                existing_type=sa.Integer(),
                existing_nullable=False,
                comment=f"counts the {rows} of one reference, from 1",
            )
            batch.drop_column("file")
            batch.create_primary_key(f"pk_{table}", ["reference", "number"])


def _all_or_nothing() -> None:
    """SQLite makes each table anew: without this a process that is killed meanwhile would leave half of it."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("BEGIN IMMEDIATE")
