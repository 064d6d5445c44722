"""What the pages on a post office say to type with curl, typed as it stands: against its real routes, over a socket."""

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest

from post_office.ports import Stage
from tests.docs.blocks import TYPED_IN_A_SHELL, blocks
from tests.docs.checkout import ROOT
from tests.post_office.asking import RECEIVED, Office

CURL = "sh"


def typed(page: str) -> str:
    """All of a page, as one script that ends where a line fails."""
    found = [block.text for block in blocks(ROOT / "docs" / "how-to" / page) if block.info == CURL]
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


@pytest.mark.parametrize("page", sorted(TYPED_IN_A_SHELL))
async def test_every_line_with_curl_works_as_it_stands(tmp_path: Path, page: str) -> None:
    office = Office(tmp_path / "keys")
    (tmp_path / "token").write_text(f"Authorization: Bearer {office.all}\n")
    if page == "receive.md":
        await office.book.hear(RECEIVED, {"status": "with_desk"})
    async with office.listening() as client:
        desk = asyncio.create_task(answering(office))
        environment = {
            "PATH": "/usr/bin:/bin:/usr/local/bin",
            "POST": f"{str(client.base_url).rstrip('/')}/v1",
            "FOLDER": str(tmp_path),
        }
        shell = await asyncio.create_subprocess_exec(
            "sh", "-c", typed(page), env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        said = (await shell.communicate())[0].decode()
        desk.cancel()
        with suppress(asyncio.CancelledError):
            await desk
    assert shell.returncode == 0, said
    if page == "join.md":
        assert '"stage":"answered"' in said
        assert '"subject":"Z-2026-17"' in said
        assert set(office.book.out) == {"report-17", "report-18", "report-19"}
        assert "location: /v1/events/report-17" in (tmp_path / "headers").read_text().lower()
    else:
        assert list(office.book.marks) == ["case-system"]
        assert list(office.book.subjects.values()) == ["Z-2026-18"]
