"""The people of the demo, who write a mark wherever something personal may be written."""

from typing import Any, cast

from console.demo.staff import SimulatedStaff
from contracts.event import Event
from contracts.events.signals import Person, SignalReported
from tests.e2e.canaries.marks import MARKED, mark

PERSON = {"name": mark("name"), "birth_year": 1987, "language": mark("language"), "safe_contact": mark("safe_contact")}
REGISTRANT = {"birth_year": 1987, "nationality": mark("nationality"), "gender": mark("gender")}

ADDED: dict[str, dict[str, Any]] = {
    "record_intake": {"person": PERSON, "registrant": REGISTRANT},
    "offer_help": {"need": {"safety": mark("safety")}},
    "ask_privacy_check": {"observation": {"suspect": mark("suspect")}},
}
"""What the stories leave out and may be said with a decision."""


class MarkedStaff(SimulatedStaff):
    """Plays the demo's stories as they are, with other words."""

    async def report(self, slug: str, event: Event, to: str) -> str:
        if isinstance(event, SignalReported):
            words = {"account": mark("account"), "person": Person.model_validate(PERSON)}
            event = event.model_copy(update={"signal": event.signal.model_copy(update=words)})
        return await super().report(slug, event, to)

    async def decide(self, slug: str, reference: str, command: str, **content: Any) -> None:
        await super().decide(slug, reference, command, **_marked({**content, **_added(command, content)}))

    async def send_raw(self, slug: str, subject: str, raw: bytes) -> str:
        """What is not even JSON is personal, too."""
        return await super().send_raw(slug, subject, raw.replace(b"this is not JSON", mark("account").encode()))


def _added(command: str, content: dict[str, Any]) -> dict[str, Any]:
    return {name: {**content.get(name, {}), **more} for name, more in ADDED.get(command, {}).items()}


def _marked(content: dict[str, Any]) -> dict[str, Any]:
    return {name: mark(name) if name in MARKED else _marked_within(value) for name, value in content.items()}


def _marked_within(value: Any) -> Any:
    return _marked(cast("dict[str, Any]", value)) if isinstance(value, dict) else value
