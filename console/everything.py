"""The servers, and the offices of all agencies."""

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from console.installation import Installation
from runtime.office.looks import disk
from runtime.office.watching import Watch, watching
from runtime.servers.embedded import Embedded, embedded
from runtime.settings import Settings
from workers.kinds import offices
from workers.wiring import Wiring, read_tables


@asynccontextmanager
async def servers(settings: Settings) -> AsyncGenerator[tuple[Installation, Embedded]]:
    """The servers, and all that the offices need of the home, without an office."""
    directory = read_tables(settings)
    async with embedded(settings, directory) as running:
        installation = Installation.of(settings, running)
        installation.prepare()
        _ = installation.witness
        async with home_watched(installation, directory.agencies[0].slug):
            yield installation, running


@asynccontextmanager
async def everything(settings: Settings) -> AsyncGenerator[tuple[Installation, Embedded]]:
    """The servers and the offices of all agencies, in this process."""
    async with servers(settings) as (installation, running), offices(installation.directory.agencies, installation):
        yield installation, running


def home_watched(wiring: Wiring, slug: str) -> AbstractAsyncContextManager[None]:
    """While inside, a person hears when the disk is full that all of this process shares.

    Args:
        wiring: Of this process.
        slug: The agency whose alarm it is.
    """
    return watching(Watch(slug, wiring.pager, [disk(wiring.settings.home)]), wiring.settings.watch_pause)
