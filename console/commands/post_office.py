"""``keten post-office``: an agency's own gateway, for its own systems."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from console.commands import post_office_tokens
from console.installation import NotRunning, with_directory_of
from console.screen import good, run, screen, settings, stop
from runtime.ending import ending
from runtime.logs import configure_logs
from runtime.servers.running import read_running
from runtime.settings import Settings
from runtime.watchdog import watched

if TYPE_CHECKING:
    from runtime.office.drivers import Drivers


PORT = 8236
"""Where it answers, unless told."""


class OfAgency(TyperGroup):
    """``keten post-office SLUG`` serves that agency; the name of a command is that command."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """What the first word names."""
        return super().resolve_command(ctx, args if args and args[0] in self.commands else ["serve", *args])


app = typer.Typer(
    cls=OfAgency,
    help="Run the post office of one agency: plain HTTP for its own systems, sealed events on the bus; in place of an office.",
    no_args_is_help=True,
)
app.add_typer(post_office_tokens.app, name="token")


@app.callback()
def _several() -> None:
    """An agency's gateway, for its own systems: `keten post-office SLUG` runs it."""


@app.command()
def serve(
    agency: Annotated[str, typer.Argument(help="slug of the agency")],
    port: Annotated[int, typer.Option(min=0, max=65535, help="where it answers; 0: any that is free")] = PORT,
    host: Annotated[
        str, typer.Option(help="where it listens; elsewhere than on this machine it wants --cert and --key")
    ] = "127.0.0.1",
    cert: Annotated[Path | None, typer.Option(help="PEM file with its certificate, which your systems must believe")] = None,
    key: Annotated[Path | None, typer.Option(help="PEM file with the private key of that certificate, mode 0600")] = None,
) -> None:
    """Run the post office of one agency, in place of an office, in the foreground; Ctrl-C stops it."""
    if (cert is None) != (key is None):
        stop("TLS needs both --cert and --key, or neither")
    configured = settings()
    configure_logs(as_json=configured.log_json)
    run(_serve(configured, agency, (host, port), (cert, key) if cert and key else None))


async def _serve(configured: Settings, slug: str, at: tuple[str, int], shown: tuple[Path, Path] | None) -> None:
    from post_office.serving import answering
    from runtime.http.listening import Shown, bound
    from runtime.servers.production import refuse_defaults_of_post_office

    async with ending() as end:
        refuse_defaults_of_post_office(configured, slug)
        drivers = _drivers(configured)
        agency = drivers.directory.get(slug)
        listener = bound(*at, Shown(*shown) if shown else None)
        async with answering(agency, drivers, listener) as here, watched():
            screen.print(good("The post office runs", f": {agency.slug}, state in {configured.home}; Ctrl-C stops it"))
            screen.print(f"it answers at {here.address}/v1", soft_wrap=True)
            if not here.tokens.listed():
                make = f"keten post-office token add {slug} NAME --scope send --scope read"
                screen.print(f"nobody may ask it yet: {make}", soft_wrap=True)
            await end.wait(asyncio.Event().wait())
            screen.print("stopping")


def _drivers(configured: Settings) -> "Drivers":
    """With the bus that the settings name, or the embedded one of this home: no other server is needed.

    Raises:
        NotRunning: Nobody runs one.
    """
    from runtime.office.drivers import Drivers

    if configured.nats_url:
        return Drivers(configured, configured.nats_url)
    running = read_running(configured)
    if running is None:
        raise NotRunning(
            f"Keten does not run in {configured.home}: start it with `keten up`, or point KETEN_HOME, or KETEN_NATS_URL, to "
            "where the bus runs"
        )
    return Drivers(with_directory_of(running, configured), running.nats_url)
