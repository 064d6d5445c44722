import asyncio

from runtime.bus.connection import connect, jetstream
from tests.console.cli import Cli
from tests.installed import Keten

AGENCY = "ambulatory-help"


def test_healthy_then_a_changed_setting_is_named_and_provisioned_away(keten: Keten, cli: Cli) -> None:
    said = cli("doctor")
    assert "healthy: " in said
    assert "temporalio " in said
    asyncio.run(_shorten_memory(keten))
    said = cli("doctor", code=1)
    assert f"{AGENCY} INBOX duplicate_window 7200.0 60.0" in said
    assert "1 of " in said
    assert "run `keten provision`" in said
    assert "provisioned: 13 agencies" in cli("provision")
    assert "healthy: " in cli("doctor")


async def _shorten_memory(keten: Keten) -> None:
    """Somebody changes how long an inbox remembers what it has."""
    installation = keten.here.installation
    client = await connect(installation.nats_url, installation.operator_seed(installation.directory.get(AGENCY)))
    try:
        config = (await jetstream(client).stream_info("INBOX")).config
        config.duplicate_window = 60
        await jetstream(client).update_stream(config)  # pyright: ignore[reportUnknownMemberType]
    finally:
        await client.close()
