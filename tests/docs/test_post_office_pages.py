"""What pages say to type with curl, typed as it stands: against the real routes of a post office, over a socket.

They are followed in a sandbox, too, from its start on (``test_how_tos.py``).
"""

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest

from post_office.ports import Stage
from tests.docs.blocks import blocks
from tests.docs.checkout import ROOT
from tests.docs.following import USUAL
from tests.post_office.asking import RECEIVED, Office

CURL = "sh"
PAGES = [ROOT / "README.md", ROOT / "docs" / "how-to" / "join.md", ROOT / "docs" / "how-to" / "receive.md"]


def typed(page: Path, address: str) -> str:
    """All of a page, as one script that ends where a line fails."""
    found = [block.text.replace(USUAL, address) for block in blocks(page) if block.info == CURL]
    assert found
    return "\n".join(["set -eu", 'cd "$FOLDER"', *found])


async def answering(office: Office) -> None:
    """The signal desk: it answers whatever comes."""
    answered: set[str] = set()
    while True:
        for event_id, (_, kept) in list(office.book.out.items()):
            if event_id not in answered:
                answered.add(event_id)
                await office.book.hear(RECEIVED, {"status": "with_desk"}, kept.caseref)
                await office.book.reach(event_id, Stage.SENT, Stage.TAKEN, Stage.ANSWERED)
        await asyncio.sleep(0.02)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
async def test_every_line_with_curl_works_as_it_stands(tmp_path: Path, page: Path) -> None:
    office = Office(tmp_path / "keys")
    for kept in (tmp_path / "token", tmp_path / ".keten-sandbox" / "token"):
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(f"Authorization: Bearer {office.all}\n")
    if page.name == "receive.md":
        await office.book.hear(RECEIVED, {"status": "with_desk"})
    async with office.listening() as client:
        address = str(client.base_url).rstrip("/")
        desk = asyncio.create_task(answering(office))
        environment = {
            "PATH": "/usr/bin:/bin:/usr/local/bin",
            "POST": f"{address}/v1",
            "FOLDER": str(tmp_path),
        }
        shell = await asyncio.create_subprocess_exec(
            "sh", "-c", typed(page, address), env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        said = (await shell.communicate())[0].decode()
        desk.cancel()
        with suppress(asyncio.CancelledError):
            await desk
    assert shell.returncode == 0, said
    if page.name == "join.md":
        assert '"stage":"answered"' in said
        assert '"subject":"Z-2026-17"' in said
        assert set(office.book.out) == {"report-17", "report-18", "report-19"}
        assert "location: /v1/events/report-17" in (tmp_path / "headers").read_text().lower()
    elif page.name == "README.md":
        assert '"stage":"answered"' in said
        assert RECEIVED in said
    else:
        assert list(office.book.marks) == ["case-system"]
        assert list(office.book.subjects.values()) == ["Z-2026-18"]
