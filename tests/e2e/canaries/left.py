"""What the five stories leave behind, when a mark stands in every personal field."""

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Any, NamedTuple, cast

from console.demo.stories import STORIES, Told
from console.files import Found
from contracts.catalogue import subject_to
from contracts.events.signals import SignalReported
from runtime.bus import DeadLetter
from tests.e2e.canaries.marks import found_in, mark
from tests.e2e.canaries.staff import MarkedStaff
from tests.histories import history
from tests.installed import Here, Passed, eventually

HELP_AND_RIEC, _, NO_CONSENT, *_ = (story.__name__ for _, story in STORIES)

DESK = "signal-desk"
CLEAR = 2
"""How many events in clear there are: one of the demo that is no JSON, and one that is right but for its seal."""


class Marked(NamedTuple):
    """What was left behind."""

    told: dict[str, Told]
    files: list[Found]
    passed: list[Passed]
    outside: dict[str, str]
    """What is readable of each workflow without its payloads, by where it stands."""
    histories: str
    """Every history, decrypted."""
    letters: list[DeadLetter]
    """What the desk kept of what faulty systems sent in clear."""

    @property
    def references(self) -> list[str]:
        return [reference for end in self.told.values() for reference in end.references]

    @property
    def reference(self) -> str:
        """The case of the story with help and RIEC, in which every mark was written."""
        return self.told[HELP_AND_RIEC].references[0]

    @property
    def in_clear(self) -> list[Passed]:
        """What faulty systems sent."""
        return in_clear(self.passed)

    def file(self, slug: str, kind: str) -> Found:
        """A file about that case."""
        return next(f for f in self.files if (f.agency.slug, f.view.kind, f.view.reference) == (slug, kind, self.reference))


async def play(here: Here) -> Marked:
    """The five stories of the demo, side by side, until every file has ended."""
    staff = MarkedStaff(here.installation)
    async with here.overheard() as passed:
        ends = await asyncio.gather(*(story(staff) for _, story in STORIES))
        await _faulty(here, staff)
        told = {story.__name__: end for (_, story), end in zip(STORIES, ends, strict=True)}
        files: list[Found] = []
        letters: list[DeadLetter] = []

        async def ended() -> bool:
            files[:] = [file for end in ends for reference in end.references for file in await here.files.about(reference)]
            letters[:] = [letter for letter in await here.dead(DESK) if letter.body in {one.body for one in in_clear(passed)}]
            still_open = [file for file in files if file.view.track.until and file.view.kind != "retention"]
            return len(letters) == CLEAR and not still_open

        await eventually(ended)
    outside = {f"{file.view.reference} {where}": text for file in files async for where, text in _outside(here, file)}
    histories = "\n".join([str(event) for file in files async for event in history(here, file)])
    return Marked(told, files, passed, outside, histories, letters)


def in_clear(passed: list[Passed]) -> list[Passed]:
    """What nobody can open, and yet everybody can read."""
    return [one for one in passed if one.opened is None and found_in(one.body)]


async def _faulty(here: Here, staff: MarkedStaff) -> None:
    """A system publishes a signal that is right in everything but that it is not sealed."""
    event = here.event("urk", SignalReported, {"signal": {"municipality": "GM0184", "account": mark("account")}})
    await staff.send_raw("urk", subject_to(DESK, SignalReported), json.dumps(event).encode())


async def _outside(here: Here, file: Found) -> AsyncGenerator[tuple[str, str]]:
    """Names, attributes, summaries, details, update ids, failures."""
    slug, description = file.agency.slug, cast(Any, await file.handle.describe())
    yield f"{slug} id", f"{description.id} {description.workflow_type} {description.task_queue}"
    yield f"{slug} {description.id} attributes", str(description.typed_search_attributes)
    yield f"{slug} {description.id} summary", f"{await description.static_summary()} {await description.static_details()}"
    async for event in history(here, file):
        yield f"{slug} {description.id} event {event.event_id}", readable(event)


def readable(event: Any) -> str:
    """A history event with every payload taken out, except those that people see in the Temporal UI."""
    shown = [event.user_metadata.summary.data.decode(), event.user_metadata.details.data.decode()]
    copy = type(event)()
    copy.CopyFrom(event)
    _without_payloads(copy)
    attributes = event.upsert_workflow_search_attributes_event_attributes.search_attributes.indexed_fields
    return " ".join([str(copy), *shown, *(payload.data.decode() for payload in attributes.values())])


def _without_payloads(message: Any) -> None:
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        if field.message_type.name == "Payloads":
            message.ClearField(field.name)
        elif field.message_type.GetOptions().map_entry:
            if any(hasattr(inner, "data") for inner in value.values()):
                message.ClearField(field.name)
        elif hasattr(value, "ListFields"):
            _without_payloads(value)
        else:
            for inner in value:
                _without_payloads(inner)
