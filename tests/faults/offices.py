"""The offices of all agencies as a process of their own, on servers that another process runs."""

import asyncio
from contextlib import AsyncExitStack

from console.commands.servers import until_stopped
from console.installation import Installation
from runtime.logs import configure_logs
from workers.kinds import office


async def main() -> None:
    installation = Installation.reach()
    installation.prepare()
    async with AsyncExitStack() as stack:
        for agency in installation.directory.agencies:
            await stack.enter_async_context(office(agency, installation).open())
        await until_stopped(asyncio.Event().wait())


if __name__ == "__main__":
    configure_logs(as_json=True)
    asyncio.run(main())
