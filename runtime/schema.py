"""Whether a database has the tables that the code has."""

from runtime.audit import tables as audit_tables
from runtime.keys import tables as case_key_tables
from runtime.migrations import Tables, compare
from runtime.post_office import webhook_tables as post_office_tables
from runtime.processing import tables as processing_log_tables
from runtime.register import tables as register_tables
from runtime.sessions import tables as session_tables

METADATA = {
    Tables.REGISTER: register_tables.METADATA,
    Tables.CASE_KEYS: case_key_tables.METADATA,
    Tables.PROCESSING_LOG: processing_log_tables.METADATA,
    Tables.AUDIT: audit_tables.METADATA,
    Tables.SESSIONS: session_tables.METADATA,
    Tables.POST_OFFICE: post_office_tables.METADATA,
}


def check(url: str, tables: Tables = Tables.REGISTER) -> None:
    """Compare a database with the tables in the code.

    Raises:
        alembic.util.exc.CommandError: They differ; the message says where.
    """
    compare(url, tables, METADATA[tables])
