"""A process that writes into an audit log: ``python -m tests.runtime.appending URL FOLDER PERSON COUNT``."""

import asyncio
import sys
from pathlib import Path

from tests.runtime.audit_logs import act, opened


async def main(url: str, folder: str, person: str, count: str) -> None:
    log = opened(url, Path(folder))
    for _ in range(int(count)):
        await log.append(act(person))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
