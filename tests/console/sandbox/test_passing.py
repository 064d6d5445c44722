"""What passes: heard as it is, opened only where it is ours, and each event with how far it came."""

from pathlib import Path
from typing import Any

import pytest

from console.sandbox.passing import Passing
from console.sandbox.voice import first_of
from contracts.agencies import Agency, Directory
from contracts.envelope import CloudEvent
from contracts.events.deliveries import DeliveriesConfirmed, DeliveryRefused
from contracts.events.signals import CaseAccepted, SignalReceived, SignalStatusChanged
from contracts.reference import new_reference
from contracts.refusals import RefusalCode
from contracts.words import SignalStatus
from post_office.ports import Stage
from runtime.bus.seal import Seal
from runtime.keys.event_keys import EventKeys


class Here:
    """An installation with nothing but keys."""

    def __init__(self, home: Path, directory: Directory) -> None:
        self.directory = directory
        self.keys = EventKeys(home / "keys", home / "public")
        self.keys.create(directory)

    def seal(self, agency: Agency) -> Seal:
        return Seal(agency, self.keys)


@pytest.fixture
def here(tmp_path: Path, directory: Directory) -> Here:
    return Here(tmp_path, directory)


@pytest.fixture
def passing(here: Here, directory: Directory) -> Passing:
    installation: Any = here
    return Passing(installation, directory.get("urk"))


def pass_on(passing: Passing, here: Here, message: CloudEvent, sender: str, to: str) -> None:
    raw = here.seal(here.directory.get(sender)).closed(message, to)
    passing.hear(here.directory.get(to), f"from.{sender}.{message.event_class.short_name()}", raw)


def received(directory: Directory, because: str | None = None) -> CloudEvent:
    event = SignalReceived(status=SignalStatus.WITH_COORDINATOR)
    return first_of(directory.desk, event, new_reference(), "signal", because)


async def test_content_of_ours_is_opened_and_of_others_not(passing: Passing, here: Here, directory: Directory) -> None:
    pass_on(passing, here, received(directory), "signal-desk", "urk")
    pass_on(passing, here, received(directory), "signal-desk", "almere")
    almere, urk = passing.shown(10)
    assert urk.message
    assert urk.message.data == {"status": "with_coordinator"}
    assert almere.message is None
    assert almere.name == "signals.received"


async def test_what_is_no_event_is_none_here(passing: Passing, directory: Directory) -> None:
    for subject in ("from.signal-desk.signals.received.v1", "from.nobody.signals.received.v1", "from.signal-desk.nothing.v1"):
        passing.hear(directory.get("urk"), subject, b"no JSON")
    assert not passing.events


async def test_how_far_an_event_came(passing: Passing, here: Here, directory: Directory) -> None:
    owner = directory.get("coordinator-almere")
    accepted = [first_of(owner, CaseAccepted(), new_reference(), "case") for _ in range(5)]
    for message in accepted:
        pass_on(passing, here, message, owner.slug, "signal-desk")
    taken, lost, answered, refused, _ = [message.id for message in accepted]
    confirmed = DeliveriesConfirmed(arrived=(taken, answered), missing=(lost,))
    status = SignalStatusChanged(status=SignalStatus.ACCEPTED)
    told = DeliveryRefused(
        event_id=refused, event_type="x", system="case", code=RefusalCode.NOT_POSSIBLE_NOW, reason="not possible"
    )
    answer = first_of(directory.desk, told, new_reference(), "inbox", because=refused)
    pass_on(passing, here, first_of(directory.desk, status, new_reference(), "s", because=answered), "signal-desk", owner.slug)
    pass_on(passing, here, answer, "signal-desk", owner.slug)
    pass_on(passing, here, first_of(directory.desk, confirmed, new_reference(), "office"), "signal-desk", owner.slug)
    stages = [event.stage for event in list(passing.events)[:5]]
    assert stages == [Stage.TAKEN, Stage.MISSED, Stage.ANSWERED, Stage.REFUSED, Stage.SENT]
    assert list(passing.events)[3].code == "not_possible_now"
    assert not any(event.name == "deliveries.confirmed" for event in passing.shown(100))


async def test_nobody_says_of_anothers_event_how_far_it_came(passing: Passing, here: Here, directory: Directory) -> None:
    message = received(directory)
    pass_on(passing, here, message, "signal-desk", "urk")
    other = first_of(directory.desk, SignalStatusChanged(status=SignalStatus.CLOSED), new_reference(), "s", because=message.id)
    pass_on(passing, here, other, "signal-desk", "almere")
    assert passing.events[0].stage is Stage.SENT


async def test_waiting_for_what_is_there_and_for_what_does_not_come(passing: Passing, here: Here, directory: Directory) -> None:
    pass_on(passing, here, received(directory), "signal-desk", "urk")
    assert (await passing.seen(lambda event: event.to == "urk", seconds=1)).number == 1
    with pytest.raises(TimeoutError):
        await passing.seen(lambda event: event.to == "urk", after=1, seconds=0.05)
