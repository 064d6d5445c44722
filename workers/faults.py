"""Which faults of an office pass by themselves: those of what it works with. Everything else ends after some tries."""

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError, StatementError
from temporalio.client import WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.service import RPCError, RPCStatusCode

from runtime import bus
from runtime.keys.case_keys import CaseKeyMissing
from runtime.keys.wrapping import WrappedAltered
from runtime.processing.log import NotLogged

OF_THE_REQUEST = {
    RPCStatusCode.INVALID_ARGUMENT,
    RPCStatusCode.OUT_OF_RANGE,
    RPCStatusCode.UNIMPLEMENTED,
}
"""What Temporal answers to a request that is no better the next time; all else is about Temporal."""


def passes(error: Exception) -> bool:
    """Whether the same may work later without anybody having changed it."""
    if isinstance(error, RPCError):
        return error.status not in OF_THE_REQUEST
    if isinstance(error, NotLogged):
        return not _of_the_value(error.__cause__)
    if isinstance(error, SQLAlchemyError):
        return not _of_the_value(error)
    return bus.passes(error) or isinstance(error, (CaseKeyMissing, WrappedAltered, WorkflowUpdateRPCTimeoutOrCancelledError))


def _of_the_value(error: BaseException | None) -> bool:
    """Whether a database refused what was to be written; otherwise it is away, full, locked, or not the one that belongs here."""
    unwritable = isinstance(error, StatementError) and not isinstance(error, DBAPIError)
    return unwritable or isinstance(error, (DataError, IntegrityError))
