"""Every trigger of every other kind of agency, each in a sandbox of its own."""

import pytest

from console.event_names import event_class
from console.sandbox.paths import reached
from console.sandbox.running import Sandbox
from contracts.agencies import read_directory

pytestmark = [
    pytest.mark.long,
    pytest.mark.sandbox,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(600),
]

AGENCIES = ("signal-desk", "coordinator-almere", "almere", "riec-midden-nederland", "comensha", "flevoland")
DIRECTORY = read_directory()
TRIGGERS = [(slug, name) for slug in AGENCIES for name in reached(DIRECTORY.get(slug).kind)]


@pytest.mark.parametrize(("box_of", "name"), TRIGGERS, indirect=["box_of"])
async def test_it_comes_from_somebody_else(box_of: Sandbox, name: str) -> None:
    event = await box_of.bring(event_class(name))
    assert event.to == box_of.cast.own.slug
    assert event.name == name
    assert event.message is not None
