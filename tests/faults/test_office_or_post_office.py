"""An agency has an office or a post office in a home, never both: as processes, in every order."""

import asyncio
import os
import signal as signals
from asyncio.subprocess import PIPE, STDOUT, Process
from datetime import UTC, datetime
from pathlib import Path

import pytest

from console.installation import Installation
from contracts.agencies import EMBEDDED
from contracts.reference import new_reference
from runtime.database import open_database
from runtime.migrations import Tables, upgrade
from runtime.office.alone import NotAlone, as_office, as_post_office, runs_as_post_office
from runtime.post_office.tables import CASE
from runtime.settings import Settings
from tests.bus_server import COORDINATOR, DESK, POLICE, REGISTRY
from tests.installed import KETEN, Keten
from tests.workers.few import few

pytestmark = pytest.mark.long


def a_book(settings: Settings, cases: int = 1) -> None:
    """As a post office leaves it that has taken cases."""
    (settings.home / "post-office").mkdir(mode=0o700, parents=True, exist_ok=True)
    upgrade(settings.post_office(POLICE), Tables.POST_OFFICE)
    engine = open_database(settings.post_office(POLICE), existing=True)
    with engine.begin() as connection:
        for _ in range(cases):
            connection.execute(CASE.insert(), {"case_reference": new_reference(), "begun_at": datetime.now(UTC)})
    engine.dispose()


async def started(installation: Installation, *words: str) -> Process:
    named = {
        "KETEN_HOME": str(installation.settings.home),
        "KETEN_DIRECTORY": str(installation.settings.directory),
        "KETEN_NATS_URL": installation.nats_url,
        "KETEN_TEMPORAL_ADDRESS": installation.temporal_address,
    }
    return await asyncio.create_subprocess_exec(KETEN, *words, stdout=PIPE, stderr=STDOUT, env=os.environ | named)


async def until_said(process: Process, words: bytes) -> None:
    assert process.stdout
    said = b""
    while words not in said:
        line = await process.stdout.readline()
        assert line, said.decode()
        said += line


async def refused(installation: Installation, *words: str) -> str:
    process = await started(installation, *words)
    said, _ = await process.communicate()
    assert process.returncode == 1, said.decode()
    assert b"Traceback" not in said
    return " ".join(said.decode().split())


async def ended(process: Process) -> None:
    process.send_signal(signals.SIGTERM)
    await process.communicate()


async def test_whichever_comes_second_does_not_start(tmp_path: Path) -> None:
    async with few(tmp_path, [POLICE, DESK, COORDINATOR, REGISTRY]) as installation:
        post = await started(installation, "post-office", POLICE, "--port", "0")
        await until_said(post, b"The post office runs")
        assert "runs in this home" in await refused(installation, "worker", POLICE)
        await ended(post)
        office = await started(installation, "worker", POLICE)
        await until_said(office, b"office_opened")
        assert "runs already in this home" in await refused(installation, "post-office", POLICE, "--port", "0")
        await ended(office)
        a_book(installation.settings)
        assert "has cases in its book, of which an office would know nothing" in await refused(installation, "worker", POLICE)


async def test_keten_up_leaves_the_agency_to_its_post_office_which_runs_beside(tmp_path: Path) -> None:
    who = (POLICE, DESK, COORDINATOR, REGISTRY)
    rows = [row for row in EMBEDDED.read_text().split("[[agencies]]") if any(f'slug = "{slug}"' in row for slug in who)]
    (tmp_path / "agencies.toml").write_text("".join(f"[[agencies]]{row}" for row in rows))
    keten = Keten(tmp_path / "home", KETEN_CLOCKS="", KETEN_DIRECTORY=str(tmp_path / "agencies.toml"))
    a_book(keten.settings)
    keten.up()
    try:
        assert f"{POLICE} has no office here" in keten.out_file.read_text()
        assert {line["agency"] for line in keten.logged("office_opened")} == {*who} - {POLICE}
        post = await asyncio.create_subprocess_exec(
            *(KETEN, "post-office", POLICE, "--port", "0"), stdout=PIPE, stderr=STDOUT, env=keten.environment
        )
        await until_said(post, b"The post office runs")
        await ended(post)
    finally:
        keten.stop()


def test_several_processes_of_an_office_may_run_and_one_post_office(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    with as_office(settings, POLICE), as_office(settings, POLICE):
        with pytest.raises(NotAlone), as_post_office(settings, POLICE):
            pass
        with as_post_office(settings, DESK):
            assert runs_as_post_office(settings, DESK)
    with as_post_office(settings, POLICE), pytest.raises(NotAlone), as_post_office(settings, POLICE):
        pass
    assert not runs_as_post_office(settings, POLICE)
    assert {path.stat().st_mode & 0o777 for path in settings.keys.iterdir()} == {0o600}, "beside keys everything is private"


def test_a_book_without_a_case_is_nobodys(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    a_book(settings, cases=0)
    assert not runs_as_post_office(settings, POLICE)
    a_book(settings)
    assert runs_as_post_office(settings, POLICE)
