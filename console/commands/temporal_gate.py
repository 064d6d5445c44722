"""The gate before Temporal."""

import asyncio
from typing import Annotated

import typer

from console.installation import NotRunning
from console.screen import good, run, screen, settings
from contracts.agencies import read_directory
from contracts.counted import counted
from runtime.ending import ending
from runtime.logs import configure_logs
from runtime.office.drivers import read_file
from runtime.private_files import KeyFileError
from runtime.servers.production import refuse_defaults_of_gate
from runtime.servers.running import read_running
from runtime.settings import Settings
from runtime.tls.certificates import Certificates, Tls, named_by
from runtime.watchdog import watched


def temporal_gate(
    listen: Annotated[str, typer.Option(metavar="HOST:PORT", help="where agencies reach it; port 0 takes a free one")],
) -> None:
    """Let each agency into its own namespace at Temporal and nowhere else, in the foreground; Ctrl-C stops it."""
    configured = settings()
    configure_logs(as_json=configured.log_json)
    run(_serve(configured, listen))


async def _serve(configured: Settings, listen: str) -> None:
    from runtime.temporal.gate import server

    refuse_defaults_of_gate(configured)
    shown = Certificates(configured.tls_dir, named_by(configured)).gate
    if shown is None:
        raise KeyFileError(
            "the gate has no certificate, so it could not tell agencies apart: set KETEN_TLS_CA, KETEN_TLS_CERT and "
            "KETEN_TLS_KEY, or, to try it, make some with `keten provision --tls`"
        )
    directory = read_file(read_directory, configured.directory)
    behind = server.Behind(*_behind(configured, shown))
    async with ending() as end, server.temporal_gate(listen, shown, directory, behind) as address, watched():
        screen.print(
            good("The gate is open", f" at {address}, for {counted(len(directory.agencies), 'agency', 'agencies')}"),
            soft_wrap=True,
        )
        await end.wait(asyncio.Event().wait())


def _behind(configured: Settings, shown: Tls) -> tuple[str, Tls | None]:
    """The Temporal that the settings name, over TLS; else the embedded one, which knows none."""
    if configured.temporal_address:
        return configured.temporal_address, shown
    running = read_running(configured)
    if running is None:
        raise NotRunning(f"no Temporal runs in {configured.home}: start `keten up`, or name one with KETEN_TEMPORAL_ADDRESS")
    return running.temporal_address, None
