"""The plugin makes a workflow see values as models, alike in client, worker and replayer."""

import pkgutil

from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer, Worker

import workflows
from contracts.agencies import Party
from contracts.words import AgencyKind
from runtime.servers.process import binary
from runtime.temporal.client import PROCESSES, plugin
from tests.runtime.echo import Echo


def test_tables_and_files_of_every_process_are_shared_with_the_sandbox() -> None:
    """A process that is not named is loaded anew for every run, in silence."""
    folders = {module.name for module in pkgutil.iter_modules(workflows.__path__) if module.ispkg}
    assert folders == {"engine", *PROCESSES}


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
