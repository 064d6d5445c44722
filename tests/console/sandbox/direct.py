"""An own agency whose system speaks to the bus itself: it numbers and chains as any participant does."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from console.installation import Installation
from console.sandbox.own_agency import OwnAgency
from console.sandbox.voice import Voice, first_of, following
from contracts.agencies import Agency
from contracts.envelope import CloudEvent
from contracts.event import Event
from contracts.reference import new_reference


class Direct:
    """Speaks with its own keys."""

    url = "http://127.0.0.1:9"
    token = "a token"

    def __init__(self, installation: Installation, own: Agency) -> None:
        self._installation = installation
        self._own = own
        self._voice = Voice(installation)
        self._lines: dict[tuple[str, str, str], CloudEvent] = {}

    async def send(self, event: Event, to: str, caseref: str | None) -> str:
        reference = caseref or new_reference()
        line = (reference, to, str(event.rule.file))
        before = self._lines.get(line)
        message = following(before, event) if before else first_of(self._own, event, reference, "post")
        if event.rule.file:
            self._lines[line] = message
        await self._voice.send(self._own, message, self._installation.directory.get(to))
        return reference


@asynccontextmanager
async def direct(installation: Installation, own: Agency, _: str) -> AsyncGenerator[OwnAgency]:
    installation.prepare_stores(own.slug)
    yield Direct(installation, own)
