"""A kill between every two steps of refusing: one dead letter, one answer, an empty inbox, and the line goes on."""

import sys
from pathlib import Path

import pytest

from contracts.agencies import read_directory
from contracts.envelope import source
from contracts.event import OUTLIVING
from contracts.events.deliveries import DeliveryRefused
from contracts.events.signals import SignalStatusChanged
from tests.faults.checker import NO_CONSENT, irregular
from tests.faults.points import ANSWERING, Point
from tests.faults.town import Town, doubled_effects, events_that_entered, reported, to_consent, town, without_help
from tests.installed import eventually, heard

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="reads how a server was started from /proc"),
    pytest.mark.chaos,
]
SENDER, REFUSING = "signal-desk", "urk"
FALSE = "f" * 32
"""The id of the event that is refused; what is sealed names only its subject."""
WORDS = {Point.ANSWERED: f"to.{SENDER}.{DeliveryRefused.short_name()}"}
TOLD = "delivery_refused"
REFUSED = f"{SignalStatusChanged.rule.type} was refused by {REFUSING}: chain_broken"


@pytest.mark.parametrize("point", ANSWERING)
async def test_a_kill_while_a_refusal_is_answered_is_not_noticed(tmp_path: Path, point: Point) -> None:
    async with town(tmp_path / "home") as there:
        killed = tmp_path / "killed"
        offices = await there.open_offices(point, WORDS.get(point, FALSE), "0", str(killed))
        here = there.here
        [reference] = await reported(here.staff, 1)

        async def told() -> bool:
            report = [file for file in await here.at(REFUSING, reference) if file.view.kind == "report"]
            return [len(heard(file)) for file in report] == [2]

        await eventually(told)
        await here.put(SENDER, REFUSING, SignalStatusChanged, false_event(there, reference))

        async def dead() -> bool:
            return offices.poll() is not None

        await eventually(dead)
        assert killed.exists()
        await there.open_offices()
        await here.taken(REFUSING)  # judged again when its number was taken, it would be refused for that

        async def answered() -> bool:
            return TOLD in [told for file in await here.at(SENDER, reference) for told in heard(file)]

        await eventually(answered)
        await to_consent(here.staff, reference)
        await without_help(here.staff, [reference])
        await assert_refused_once(there, reference)


def false_event(there: Town, reference: str) -> dict[str, object]:
    """Signed by the sender and the next of its line by number, but not linked to what it sent before."""
    oin = there.here.installation.directory.get(SENDER).oin
    return there.here.event(
        SENDER,
        SignalStatusChanged,
        {"status": "closed"},
        id=FALSE,
        source=source(oin, "signal"),
        caseref=reference,
        sequence="3",
        previous="0" * 64,
    )


async def assert_refused_once(there: Town, reference: str) -> None:
    """After the case went on to its end."""
    here = there.here
    for agency, phase, kind in ((REFUSING, "closed", "report"), (SENDER, "closed", "signal")):
        await here.staff.sees(agency, reference, phase, kind)
        await here.taken(agency)
    dead = [(agency.slug, letter.event_id) for agency in read_directory().agencies for letter in await here.dead(agency.slug)]
    assert dead == [(REFUSING, FALSE)]
    entered = await events_that_entered(here, reference)
    assert irregular([event for event in entered if event.name != DeliveryRefused.__name__]) == []
    assert await doubled_effects(here, reference, entered) == []
    of_case = [event.name for event in entered if event.file.split("/")[1] not in OUTLIVING]
    assert sorted(of_case) == sorted([*NO_CONSENT, DeliveryRefused.__name__])
    [signal] = [file for file in await here.at(SENDER, reference) if file.view.kind == "signal"]
    assert heard(signal).count(TOLD) == 1
    said = {line["words"] for line in there.keten.logged("alarm_raised")}
    assert said == {REFUSED}
