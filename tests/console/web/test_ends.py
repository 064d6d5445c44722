"""A console that has ended keeps nothing of its database open: a process may have one after another."""

import asyncio
from pathlib import Path

import pytest

from console.installation import Installation
from console.web import sweeping
from runtime.drafts.erasing import Begun
from runtime.people.lists import Right
from tests.console.web.serving import ALMERE, consoled, with_a_form


def held_open(installation: Installation) -> list[str]:
    """Files of the database of the console that this process has open."""
    home = str(installation.settings.home)
    found = [path.readlink() for path in Path("/proc/self/fd").iterdir() if path.is_symlink()]
    return [path.name for path in found if str(path).startswith(home) and path.name.startswith("console.db")]


def only_here(installation: Installation) -> list[Begun]:
    return [Begun(installation.settings.console, ALMERE)]


async def test_nothing_stays_open(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "EVERY", 0.05)
    monkeypatch.setattr(sweeping, "begun_at", only_here)
    installation.prepare_case_keys(ALMERE)
    async with consoled(installation, with_a_form) as console:
        browser = await console.person("c-17", ALMERE, *Right)
        for path in ("/for/handle", "/drafts", "/batches", "/people"):
            assert (await browser.get(path)).status_code == 200
        await asyncio.sleep(0.5)
        assert held_open(installation), "the control"
    assert held_open(installation) == []
