"""Every reading is written down before anybody reads."""

from typing import Protocol

import structlog


class DecodeAudit(Protocol):
    """The port: an audit log of who read what.

    Whoever calls it answers nothing if it raises, so it raises when the entry is not safe.
    """

    async def append(self, person: str, namespace: str, case: str, count: int) -> None:
        """Write that a person asked to read.

        Args:
            person: The token's ``sub``: 1 to 64 of ``A-Za-z0-9._@-``.
            namespace: The agency's slug.
            case: The case's reference.
            count: How many payloads of this case were asked for.
        """
        ...


class LogAudit:
    """A stand-in until there is an audit log: a line in the process's log for each case.

    It says how much was read at which agency, but not by whom and not of which case: ``runtime.logs`` keeps both out of logs.
    """

    async def append(self, person: str, namespace: str, case: str, count: int) -> None:
        """See ``DecodeAudit``."""
        structlog.get_logger().info("payloads_decoded", person=person, namespace=namespace, case=case, count=count)
