"""The plugin makes a workflow see values as models, alike in client, worker and replayer."""

from typing import Any

from temporalio.client import Client
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer, Worker

from contracts.agencies import Party
from contracts.words import AgencyKind
from runtime.servers.process import binary
from runtime.temporal.client import plugin
from runtime.temporal.converter import OncePayloadConverter
from tests.runtime.echo import Echo


def test_what_reads_and_writes_values_is_made_once() -> None:
    """The library makes a converter for every run, whose first reading of every type is slow."""
    ours, again = OncePayloadConverter(), OncePayloadConverter()
    theirs, others = PydanticPayloadConverter(), PydanticPayloadConverter()
    assert [*ours.converters.values()] == [*again.converters.values()]
    assert [*theirs.converters.values()] != [*others.converters.values()], "the control"
    values = [Party(slug="almere", kind=AgencyKind.MUNICIPALITY, name="Almere"), "one", None, b"two", {"three": [4]}]
    assert ours.to_payloads(values) == theirs.to_payloads(values)
    hints: list[Any] = [Party, str, None, bytes, dict[str, list[int]]]
    assert ours.from_payloads(theirs.to_payloads(values), hints) == values


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
