"""Which files about a case are open at an agency: the driver of the port ``activities.erasing.OpenFiles``."""

from temporalio.client import Client

from contracts.event import OUTLIVING


class OpenWorkflows:
    """The running workflows of one namespace."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def about(self, case: str) -> tuple[str, ...]:
        """Ids of the running workflows about a case; not of those about keeping it."""
        query = f"KetenCase = '{case}' AND ExecutionStatus = 'Running'"
        found = [run.id async for run in self._client.list_workflows(query)]
        return tuple(name for name in found if name.split("-")[0] not in OUTLIVING)
