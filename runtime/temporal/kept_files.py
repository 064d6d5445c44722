"""Which files an agency keeps about a case: the driver of the port ``activities.disclosing.KeptFiles``."""

from datetime import datetime
from typing import Any

from temporalio.client import Client

from contracts.disclosed import stands
from contracts.event import OUTLIVING, File
from contracts.events.disclosures import HeldFile
from runtime.keys.ended_files import EndedFiles


class KeptWorkflows:
    """The workflows of one namespace, open and ended, by what Temporal shows of them."""

    def __init__(self, client: Client, ended: EndedFiles) -> None:
        self._client = client
        self._ended = ended

    async def about(self, case: str) -> tuple[HeldFile, ...]:
        """The files about a case; how long they are kept says the one about keeping them, or the lines of those that ended."""
        shown = {run.id: _attributes(run) async for run in self._client.list_workflows(f"KetenCase = '{case}'")}
        term: datetime | None = shown.get(f"{File.RETENTION}-{case}", {}).get("KetenDeadline")
        term = term or max((file.until for file in await self._ended.of(case)), default=None)
        until = term.date() if term else None
        names = sorted(name for name in shown if name.partition("-")[0] not in OUTLIVING)
        held = [(_kind(name), shown[name].get("KetenPhase", "-")) for name in names]
        return tuple(HeldFile(kind=kind, phase=stands(kind, phase), kept_until=until) for kind, phase in held)


def _kind(name: str) -> File:
    return File(name.partition("-")[0])


def _attributes(run: Any) -> dict[str, Any]:
    return {pair.key.name: pair.value for pair in run.typed_search_attributes}
