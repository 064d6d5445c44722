"""The plugin makes a workflow see values as models, alike in client, worker and replayer."""

from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer, Worker

from contracts.agencies import Party
from contracts.words import AgencyKind
from runtime.servers.process import binary
from runtime.temporal.client import plugin
from tests.runtime.echo import Echo


async def test_client_worker_and_replayer_agree() -> None:
    path = str(binary("temporal-test-server"))
    async with await WorkflowEnvironment.start_time_skipping(test_server_existing_path=path) as environment:
        settings = environment.client.config()
        settings["plugins"] = [plugin()]
        client = Client(**settings)
        party = Party(slug="almere", kind=AgencyKind.MUNICIPALITY, name="Almere")
        async with Worker(client, task_queue="echo", workflows=[Echo]):
            handle = await client.start_workflow(Echo.run, party, id="echo", task_queue="echo")
            assert (await handle.result()).name == "Party Almere"
        await Replayer(workflows=[Echo], plugins=[plugin()]).replay_workflow(await handle.fetch_history())
