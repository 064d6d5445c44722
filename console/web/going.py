"""Who goes is written down, like who comes; but nobody is kept in because that cannot be done."""

import structlog

from console.installation import Installation
from console.witness import LoggedIn, Witness
from runtime.audit.entry import Action
from runtime.audit.store import AuditUnavailable
from runtime.sessions.sessions import Session

log = structlog.get_logger()


async def has_left(installation: Installation, session: Session, action: Action, why: str) -> None:
    """Note in the audit log of their agency that somebody has left; else the log of this process says it.

    Args:
        installation: With the audit logs.
        session: Which has ended.
        action: They went, or were put out.
        why: A coded word.
    """
    witness = Witness(LoggedIn(installation.people.lists, session.person), installation.audit)
    try:
        await witness.left(session.agency, action, why)
    except AuditUnavailable:
        log.warning("console_logout_not_written_down", agency=session.agency, code=why)
    else:
        log.info("console_logout", agency=session.agency, code=why)
