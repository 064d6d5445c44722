"""Files for pages: whatever means that a file does not answer is one thing there, and what closes a page is another."""

import asyncio
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

from temporalio.client import WorkflowQueryFailedError
from temporalio.service import RPCError

from console.files import Files, Found
from console.installation import Installation
from console.views_seen import ViewsSeen
from console.web.looking import NoAnswer
from console.web.one_agency import OtherAgency
from console.witness import Witness
from contracts.agencies import Agency
from contracts.views import Content
from runtime.audit.store import AuditUnavailable
from runtime.keys.case_keys import CaseErased, CaseKeyMissing
from runtime.people.people import PersonUnknown
from runtime.processing.log import NotLogged
from runtime.temporal.client import TemporalUnreachable

SILENT = (RPCError, WorkflowQueryFailedError, TemporalUnreachable, TimeoutError)
"""A file is there, and does not answer now."""

ENDS = 60.0
"""Seconds after which nobody asks any more for the answer to a decision; else one is asked for as long as an office is closed."""

CLOSING = (AuditUnavailable, NotLogged, PersonUnknown, OtherAgency, CaseErased, CaseKeyMissing)
"""Nothing may be shown or done: that it cannot be written down, or is not theirs, is never taken for silence."""


class Heard(Files):
    """The same files; one that does not answer raises ``NoAnswer``.

    Args:
        installation: As its person sees it.
        witness: Who writes down what they do.
        decided: Called when something was decided, or may have been.
        seen: What files said to whoever looked before.
    """

    def __init__(
        self, installation: Installation, witness: Witness, decided: Callable[[], None], seen: ViewsSeen | None = None
    ) -> None:
        super().__init__(installation, witness, seen)
        self._decided = decided

    async def one(self, agency: Agency, name: str) -> Found | None:
        """See ``Files``."""
        with _silence():
            return await super().one(agency, name)

    async def content(self, file: Found) -> Content:
        """See ``Files``."""
        with _silence():
            return await super().content(file)

    async def decide(self, file: Found, command: str, content: dict[str, Any], ticket: str | None = None) -> str:
        """See ``Files``."""
        with _silence():
            try:
                async with asyncio.timeout(ENDS):
                    return await super().decide(file, command, content, ticket)
            finally:
                self._decided()


@contextmanager
def _silence() -> Generator[None]:
    try:
        yield
    except SILENT as error:
        raise NoAnswer from error
