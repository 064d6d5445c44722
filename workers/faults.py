"""Which faults of an office pass by themselves: those of Temporal, and those of every process of an agency."""

from temporalio.client import WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.service import RPCError, RPCStatusCode

from runtime.office import faults

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
    return faults.passes(error) or isinstance(error, WorkflowUpdateRPCTimeoutOrCancelledError)
