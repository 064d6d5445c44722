"""The servers and the offices of all agencies in one process."""

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

from console.installation import Installation
from runtime.ending import together
from runtime.servers.embedded import Embedded, embedded
from runtime.settings import Settings
from workers.kinds import office
from workers.looks import disk
from workers.watching import Watch, watching
from workers.wiring import Wiring, read_tables


@asynccontextmanager
async def everything(settings: Settings) -> AsyncGenerator[tuple[Installation, Embedded]]:
    """The servers and the offices of all agencies, in this process."""
    directory = read_tables(settings)
    async with AsyncExitStack() as stack:
        running = await stack.enter_async_context(embedded(settings, directory))
        installation = Installation.of(settings, running)
        installation.prepare()
        _ = installation.witness
        await stack.enter_async_context(together([office(agency, installation).open() for agency in directory.agencies]))
        await stack.enter_async_context(home_watched(installation, directory.agencies[0].slug))
        yield installation, running


def home_watched(wiring: Wiring, slug: str) -> AbstractAsyncContextManager[None]:
    """While inside, a person hears when the disk is full that all of this process shares.

    Args:
        wiring: Of this process.
        slug: The agency whose alarm it is.
    """
    return watching(Watch(slug, wiring.pager, [disk(wiring.settings.home)]), wiring.settings.watch_pause)
