"""An installation of a few agencies in this process; who of them is at work a test decides."""

from collections.abc import AsyncGenerator, Collection
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from console.installation import Installation
from contracts.agencies import EMBEDDED, read_directory
from runtime.servers.embedded import embedded
from runtime.settings import Settings


@asynccontextmanager
async def few(folder: Path, slugs: Collection[str], **settings: Any) -> AsyncGenerator[Installation]:
    """Servers for these agencies of the embedded directory."""
    rows = [row for row in EMBEDDED.read_text().split("[[agencies]]") if any(f'slug = "{slug}"' in row for slug in slugs)]
    (folder / "agencies.toml").write_text("".join(f"[[agencies]]{row}" for row in rows))
    chosen = Settings(home=folder / "home", directory=folder / "agencies.toml", **settings)
    async with embedded(chosen, read_directory(chosen.directory)) as running:
        yield Installation.of(chosen, running)
