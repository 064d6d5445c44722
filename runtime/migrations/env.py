"""Run by Alembic for every command, on the connection that ``runtime.migrations`` gives."""

from alembic import context

from runtime.register_tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,  # SQLite cannot alter a constraint in place
)
with context.begin_transaction():
    context.run_migrations()
