"""Which faults of an agency's process pass by themselves: those of what it works with. Everything else ends after some tries."""

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError, StatementError

from runtime import bus
from runtime.keys.case_keys import CaseKeyMissing
from runtime.keys.wrapping import WrappedAltered
from runtime.processing.log import NotLogged


def passes(error: Exception) -> bool:
    """Whether the same may work later without anybody having changed it."""
    if isinstance(error, NotLogged):
        return not _of_the_value(error.__cause__)
    if isinstance(error, SQLAlchemyError):
        return not _of_the_value(error)
    return bus.passes(error) or isinstance(error, (CaseKeyMissing, WrappedAltered))


def _of_the_value(error: BaseException | None) -> bool:
    """Whether a database refused what was to be written; otherwise it is away, full, locked, or not the one that belongs here."""
    unwritable = isinstance(error, StatementError) and not isinstance(error, DBAPIError)
    return unwritable or isinstance(error, (DataError, IntegrityError))
