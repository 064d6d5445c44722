"""``keten post-office``: an agency's own gateway, for its own systems."""

import asyncio
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from console.installation import NotRunning, with_directory_of
from console.screen import good, run, screen, settings
from runtime.ending import ending
from runtime.logs import configure_logs
from runtime.servers.running import read_running
from runtime.settings import Settings
from runtime.watchdog import watched

if TYPE_CHECKING:
    from runtime.office.drivers import Drivers


class OfAgency(TyperGroup):
    """``keten post-office SLUG`` serves that agency; the name of a command is that command."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """What the first word names."""
        return super().resolve_command(ctx, args if args and args[0] in self.commands else ["serve", *args])


app = typer.Typer(cls=OfAgency, help="An agency's gateway, for its own systems.", no_args_is_help=True)


@app.callback()
def _several() -> None:
    """An agency's gateway, for its own systems: `keten post-office SLUG` runs it."""


@app.command()
def serve(agency: Annotated[str, typer.Argument(help="slug of the agency")]) -> None:
    """Run the post office of one agency, in place of an office, in the foreground; Ctrl-C stops it."""
    configured = settings()
    configure_logs(as_json=configured.log_json)
    run(_serve(configured, agency))


async def _serve(configured: Settings, slug: str) -> None:
    from post_office.process import post_office as opened
    from runtime.servers.production import refuse_defaults_of_post_office

    async with ending() as end:
        refuse_defaults_of_post_office(configured, slug)
        drivers = _drivers(configured)
        agency = drivers.directory.get(slug)
        async with opened(agency, drivers), watched():
            screen.print(good("The post office runs", f": {agency.slug}, state in {configured.home}; Ctrl-C stops it"))
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
