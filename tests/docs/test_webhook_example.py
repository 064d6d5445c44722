"""The receiver of ten lines takes what a post office sends, as it stands on the page, and refuses what was changed."""

import asyncio
import os
import sys
from pathlib import Path

import httpx
import pytest

from post_office.webhooks.outcomes import Outcome
from runtime.migrations import Tables, upgrade
from tests.docs.checkout import ROOT
from tests.docs.following import free_port
from tests.post_office.webhooks.conftest import delivering
from tests.post_office.webhooks.office import Office

EXAMPLE = ROOT / "docs" / "examples" / "webhook.py"
PAGE = ROOT / "docs" / "how-to" / "webhooks.md"


@pytest.fixture
def url(tmp_path: Path) -> str:
    made = f"sqlite:///{tmp_path / 'post-office.db'}"
    upgrade(made, Tables.POST_OFFICE)
    return made


async def test_the_receiver_on_the_page_takes_each_event_once(url: str) -> None:
    office, port = Office(url), free_port()
    endpoint, secret = await office.make(f"http://127.0.0.1:{port}/")
    environment = {**os.environ, "WEBHOOK_SECRET": secret, "PORT": str(port)}
    process = await asyncio.create_subprocess_exec(sys.executable, str(EXAMPLE), env=environment, stdout=asyncio.subprocess.PIPE)
    assert process.stdout
    try:
        await _listens(port)
        async with delivering(office):
            first, second = office.book.hear("k0123456789abcdefghjkmnpq"), office.book.hear("k0123456789abcdefghjkmnpq")
            assert await process.stdout.readline() == f"{first.type} {first.id}\n".encode()
            assert await process.stdout.readline() == f"{second.type} {second.id}\n".encode()
            await office.desk.replay(endpoint)
            third = office.book.hear("k0123456789abcdefghjkmnpq")
            assert await process.stdout.readline() == f"{third.type} {third.id}\n".encode(), "what came twice has one effect"
        async with httpx.AsyncClient() as client:
            forged = {"webhook-id": "5eed", "webhook-timestamp": "1772449200", "webhook-signature": "v1,5eed"}
            assert (await client.post(f"http://127.0.0.1:{port}/", content=b"{}", headers=forged)).status_code == 401
    finally:
        process.kill()
        await process.wait()


async def _listens(port: int) -> None:
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return


def test_the_page_names_every_code() -> None:
    page = PAGE.read_text()
    assert [outcome for outcome in Outcome if f"`{outcome}`" not in page and outcome is not Outcome.SET_ASIDE] == []
