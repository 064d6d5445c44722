"""Run by Alembic for every command, on the connection and for the tables that ``runtime.migrations`` gives."""

from alembic import context

from runtime.stores.mark import NAME as MARK

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes["metadata"],
    include_name=lambda name, _, __: name != MARK,
    render_as_batch=True,  # SQLite cannot alter a constraint in place
)
with context.begin_transaction():
    context.run_migrations()
