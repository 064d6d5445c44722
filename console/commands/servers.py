"""Starting things: everything together, one agency, or only what the servers need to know."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Annotated

import typer

from console import losses
from console.installation import Installation
from console.screen import good, run, screen, settings, styled
from contracts.agencies import Agency, read_directory
from contracts.counted import counted
from runtime.audit.entry import Action
from runtime.ending import ending
from runtime.home import private_home
from runtime.keys.event_keys import EventKeys
from runtime.keys.files import Keys
from runtime.logs import configure_logs
from runtime.office.alone import runs_as_post_office
from runtime.office.drivers import read_file
from runtime.servers.nats_config import render_cluster
from runtime.servers.production import refuse_defaults, refuse_embedded
from runtime.servers.provision import provision_namespaces, provision_streams
from runtime.servers.running import AlreadyRunning, read_running
from runtime.settings import load_settings
from runtime.tls.authority import LIFETIME, RENEW, Authority
from runtime.waiting import first_to_end
from runtime.watchdog import watched


def up(
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="show the log")] = False,
    processes: Annotated[
        int | None,
        typer.Option(min=1, max=64, help="divide the offices among so many; none: one for two cores"),
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option(metavar="SLUG", help="open no office of this agency: it has a post office; may be given several times"),
    ] = None,
) -> None:
    """Start the servers and the offices of all agencies; Ctrl-C stops them. State stays in the home directory."""
    configured, level = settings(), logging.INFO if verbose else logging.WARNING
    configure_logs(as_json=configured.log_json, level=level)
    run(_up(processes or configured.processes, level, frozenset(without or ())))


def worker(agency: Annotated[str, typer.Argument(help="slug of the agency")]) -> None:
    """Run the office of one agency, as a process of its own."""
    configured = settings()
    configure_logs(as_json=configured.log_json)
    run(_worker(agency))


def provision(
    render: Annotated[Path | None, typer.Option(help="only make keys, and write a bus cluster's configuration here")] = None,
    tls: Annotated[
        bool, typer.Option("--tls", help="only make certificates of a test authority; production brings its own")
    ] = False,
    nodes: Annotated[str, typer.Option(help="host names of the cluster's nodes")] = "nats-1,nats-2,nats-3",
    replicas: Annotated[int, typer.Option(min=1, max=5, help="copies of every stream; a cluster of three holds 3")] = 1,
    accept_loss: Annotated[
        str | None, typer.Option(help="only begin anew without this store, which a start refused to do; what was in it is lost")
    ] = None,
) -> None:
    """Make keys, streams, namespaces and search attributes on the servers that run; nothing is ever deleted."""
    if tls:
        run(_certify(nodes.split(",")))
    if render:
        run(_render(render, nodes.split(",")))
    if accept_loss:
        run(losses.accept_loss(accept_loss))
    if not (tls or render or accept_loss):
        run(_provision(replicas))


async def _up(processes: int, level: int, without: frozenset[str]) -> None:
    from console.beside import console_beside
    from console.everything import servers
    from console.offices.processes import offices_of, watch

    settings = load_settings()
    async with ending() as end, AsyncExitStack() as stack:
        with screen.waiting("starting the bus, Temporal and every agency"):
            installation, running = await stack.enter_async_context(servers(settings))
            agencies = _with_offices(installation, without)
            offices = await stack.enter_async_context(offices_of(installation, agencies, processes, level))
            address = await stack.enter_async_context(console_beside(installation))
        await stack.enter_async_context(watched())
        screen.print(good("Keten runs", f": {counted(len(agencies), 'agency', 'agencies')}, state in {settings.home}"))
        _say_who_has_none(installation, agencies)
        show_addresses(installation)
        show_console(address)
        screen.print("Ctrl-C stops it; another terminal may now use `keten cases`, `keten publish`, `keten doctor`.")
        await end.wait(first_to_end(running.watch(), watch(offices)))
        screen.print("stopping")


def _with_offices(installation: Installation, without: frozenset[str]) -> list[Agency]:
    """Those agencies that have an office: not those that were named, nor those that have a post office here.

    Raises:
        LookupError: Nobody has a slug that was named.
    """
    named = [installation.directory.get(slug) for slug in sorted(without)]
    settings = installation.settings
    return [
        agency
        for agency in installation.directory.agencies
        if agency not in named and not runs_as_post_office(settings, agency.slug)
    ]


def _say_who_has_none(installation: Installation, agencies: Sequence[Agency]) -> None:
    for agency in installation.directory.agencies:
        if agency not in agencies:
            words = (
                f"{agency.slug} has no office here: `keten post-office {agency.slug}`, in another terminal, runs its post office"
            )
            screen.print(words, soft_wrap=True)


async def _worker(slug: str) -> None:
    from console.everything import home_watched
    from workers.kinds import office

    async with ending() as end:
        installation = Installation.reach(slug)
        agency = installation.directory.get(slug)
        installation.prepare()
        async with office(agency, installation).open(), home_watched(installation, slug), watched():
            await end.wait(asyncio.Event().wait())


async def _certify(nodes: list[str]) -> None:
    settings = load_settings()
    refuse_embedded(settings)
    if read_running(settings):
        raise AlreadyRunning(f"Keten runs in {settings.home}, and a server reads its certificate when it starts: stop it first")
    directory = read_file(read_directory, settings.directory)
    private_home(settings.home)
    issued = Authority(settings.tls_dir).certify(directory, nodes)
    what = (
        f": {counted(len(issued), 'certificate')} issued in {settings.tls_dir}, by a test authority that nobody else should "
        f"believe; each is valid for {LIFETIME.days} days. `keten up` uses and renews them; elsewhere come again before "
        f"{RENEW.days} days are left"
    )
    screen.print(good("certified", what))


async def _render(where: Path, nodes: list[str]) -> None:
    settings = load_settings()
    refuse_defaults(settings)
    directory, keys = read_directory(settings.directory), Keys(settings.keys)
    keys.create(directory)
    EventKeys(keys.path, load_settings().public_keys).create(directory)
    files = render_cluster(directory, keys.public_keys(directory), nodes, system_public_key=keys.system_public_key())
    await asyncio.to_thread(_write_all, where, files)
    what = f": {', '.join(files)} in {where}; the keys are in {settings.keys}: hand each agency its own"
    screen.print(good("rendered", what))


def _write_all(where: Path, files: dict[str, str]) -> None:
    where.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (where / name).write_text(text, encoding="utf-8")


async def _provision(replicas: int) -> None:
    installation = Installation.reach()
    directory, keys = installation.directory, installation.keys
    keys.create(directory)
    EventKeys(keys.path, load_settings().public_keys).create(directory)
    for agency in directory.agencies:
        await installation.witness.note(agency, Action.PROVISION, "servers")
    with screen.waiting("streams and consumers"):
        await provision_streams(installation.nats_url, directory, keys, installation.certificates, replicas=replicas)
    with screen.waiting("namespaces and search attributes"):
        await provision_namespaces(installation.temporal_address, directory, installation.certificates.for_temporal.system)
    screen.print(good("provisioned", f": {counted(len(directory.agencies), 'agency', 'agencies')}"))


def show_addresses(installation: Installation) -> None:
    """Where the Temporal UI of each agency's namespace is."""
    if installation.ui_url:
        for agency in installation.directory.agencies:
            address = f"{installation.ui_url}/namespaces/{agency.namespace}/workflows"
            screen.print(f"  {agency.slug:24}{address}", soft_wrap=True)


def show_console(address: str | None) -> None:
    """Where people handle cases in a browser."""
    if address:
        screen.print(styled("In a browser: ", (address, "bold"), " - choose there who you are"), soft_wrap=True)
