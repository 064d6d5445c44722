"""The terms of an installation: what a demonstration's stories need is not what a person then tries."""

from pathlib import Path

from console.commands.demo import CLOCKS
from console.installation import Installation
from contracts.clocks import Clocks, read_clocks
from runtime.settings import Settings


def test_files_that_are_opened_from_now_on_have_other_terms(tmp_path: Path) -> None:
    installation = Installation(Settings(home=tmp_path, clocks=CLOCKS), "nats://127.0.0.1:1", "127.0.0.1:1", None)
    assert installation.clocks.offer != Clocks().offer, "control"
    installation.open_files_with(read_clocks(None))
    assert installation.clocks == Clocks()
