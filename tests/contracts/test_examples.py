"""The examples that integrators copy, as they get them: out of an installed package."""

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest
from hatchling.builders.wheel import WheelBuilder

from contracts import examples
from contracts.catalogue import BY_SHORT_NAME
from tests.contracts.messages import GOLDEN

ROOT = Path(__file__).parents[2]
READ = """
from contracts import examples

print(examples.__file__)
print(*(examples.example_of(name)["type"] for name in examples.names()))
"""


def test_an_example_of_every_event_is_read_out_of_what_is_installed(tmp_path: Path) -> None:
    wheel = next(iter(WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])))
    read = f"import sys\n\nsys.path.insert(0, {str(wheel)!r}){READ}"
    done = subprocess.run([sys.executable, "-I", "-c", read], cwd=tmp_path, capture_output=True, text=True, check=True)
    where, types = done.stdout.splitlines()
    assert where.startswith(str(wheel))
    assert set(types.split()) == {event.rule.type for event in BY_SHORT_NAME.values()}
    with ZipFile(wheel) as packed:
        for name in examples.names():
            assert packed.read(f"contracts/examples/{name}.json") == (GOLDEN / f"{name}.json").read_bytes()


@pytest.mark.parametrize("name", ["referrals.offered.v9", "../data/agencies", "", "golden.sha256", "referrals.offered.v1.json"])
def test_there_is_nothing_else_to_read(name: str) -> None:
    with pytest.raises(LookupError, match="there is no example of this event"):
        examples.text_of(name)


def test_what_was_given_out_can_be_changed_without_effect_on_others() -> None:
    name = examples.names()[0]
    examples.example_of(name)["type"] = "changed"
    assert examples.example_of(name)["type"] == BY_SHORT_NAME[name].rule.type
