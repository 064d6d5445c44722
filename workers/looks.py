"""What an office looks at: at its workflows, and at all that every process of an agency looks at."""

from collections.abc import Sequence

from temporalio.client import Client

from contracts.agencies import Agency
from contracts.alarms import AlarmCode
from runtime.office.looks import TWICE, looks_beside
from runtime.office.watching import Finding, Look
from runtime.temporal.failing_files import failing_files
from workers.wiring import Wiring


def looks_of(agency: Agency, wiring: Wiring, client: Client) -> list[Look]:
    """What an office looks at."""
    return [stuck_files(client), *looks_beside(agency, wiring)]


def stuck_files(client: Client) -> Look:
    """Files whose workflow task fails at every try."""

    async def look() -> Sequence[Finding]:
        return [
            Finding(AlarmCode.FILE_STUCK, file.name, f"{file.name} stands still: {file.cause}", file.reference)
            for file in await failing_files(client)
        ]

    return Look("stuck_files", look, TWICE)
