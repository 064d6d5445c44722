"""Who has no part in a case learns nothing of it: what is answered is what is answered about a case that never was."""

import asyncio
from typing import Any

import pytest

from contracts.event import Event
from contracts.events.disclosures import DisclosureMade, DisclosureRequested
from contracts.events.erasures import ErasureCompleted, ErasureRequested
from contracts.events.signals import SignalReported
from contracts.reference import new_reference
from tests.closed_cases import COORDINATOR, DESK, REPORTER, closed
from tests.installed import Here, Keten, eventually

STRANGER, OTHER = "coordinator-zwolle", "police-midden-nederland"
ERASE = (ErasureRequested, {"reason": "request"})
ASKS: dict[str, tuple[type[Event], dict[str, Any]]] = {
    "erase it": ERASE,
    "what is held": (DisclosureRequested, {}),
    "a receipt": (ErasureCompleted, {"system": "retention", "held": True}),
    "an answer": (DisclosureMade, {"system": "access"}),
}


@pytest.fixture(scope="module")
def kept(keten: Keten) -> str:
    return asyncio.run(closed(keten.here))


async def answer(here: Here, case: str, event: type[Event], data: dict[str, Any], sender: str = STRANGER) -> tuple[str, str]:
    """The code and the words that somebody gets."""
    sent = await here.refused(sender, DESK, event, here.event(sender, event, data, caseref=case))
    return sent.answer.code.value, sent.answer.reason


@pytest.mark.parametrize("name", ASKS)
async def test_a_stranger_hears_of_a_case_what_it_hears_of_none(keten: Keten, kept: str, name: str) -> None:
    here, (event, data) = keten.here, ASKS[name]
    before = [file.view.story for file in await here.at(DESK, kept)]
    assert await answer(here, kept, event, data) == await answer(here, new_reference(), event, data)
    assert [file.view.story for file in await here.at(DESK, kept)] == before
    assert not await here.exists(DESK, f"disclosure-{kept}")


async def test_what_was_refused_makes_nobody_a_party(keten: Keten, kept: str) -> None:
    """Whoever knows a reference and sends something about it is no more entitled than before."""
    here = keten.here
    report = here.event(OTHER, SignalReported, {"signal": {"municipality": "GM0995", "account": "an example"}}, caseref=kept)
    await here.refused(OTHER, DESK, SignalReported, report)
    code, _ = await answer(here, kept, *ERASE, sender=OTHER)
    assert code == "case_unknown"
    assert OTHER not in await here.installation.processing_log(DESK).partners(kept)


async def test_who_has_a_part_is_heard(keten: Keten, kept: str) -> None:
    here = keten.here
    assert {REPORTER, COORDINATOR} <= set(await here.installation.processing_log(DESK).partners(kept))
    await here.put(REPORTER, DESK, ErasureRequested, here.event(REPORTER, *ERASE, caseref=kept))

    async def asked() -> bool:
        phases = [file.view.track.phase for file in await here.at(DESK, kept) if file.view.kind == "retention"]
        return phases == ["asked"]

    await eventually(asked)
