"""Every reading is written down before anybody reads."""

from collections.abc import Callable
from typing import Protocol

from runtime.audit.entry import Act, Action
from runtime.audit.log import AuditLog


class DecodeAudit(Protocol):
    """The port: an audit log of who read what.

    Whoever calls it answers nothing if it raises, so it raises when the entry is not safe.
    """

    async def append(self, person: str, namespace: str, case: str, count: int) -> None:
        """Write that a person asked to read.

        Args:
            person: The token's ``sub``: a pseudonym, as in the agency's list of people.
            namespace: The agency's slug.
            case: The case's reference.
            count: How many payloads of this case were asked for.
        """
        ...


class AuditLogs:
    """The audit log of the agency whose case is read.

    Args:
        log_of: The audit log of an agency, by its slug.
    """

    def __init__(self, log_of: Callable[[str], AuditLog]) -> None:
        self._log_of = log_of

    async def append(self, person: str, namespace: str, case: str, count: int) -> None:
        """See ``DecodeAudit``."""
        await self._log_of(namespace).append(Act(person=person, action=Action.DECODE, case=case, object=f"payloads:{count}"))
