"""A file that has ended still says of an event whether it took it, and whether it can be of the line that it heard."""

from typing import Any

from contracts.event import Event
from contracts.events.signals import CaseConcluded, CaseProgressed
from contracts.words import CaseOutcome, SignalStatus
from tests.workflows.conftest import Staged
from tests.workflows.samples import EVENTS
from tests.workflows.stage import Stage, party
from tests.workflows.ways import ALMERE, WAYS, walk
from workflows.engine.record import Latecomer, Received

PROGRESSED = CaseProgressed(status=SignalStatus.WITH_AID)
REFUSED = EVENTS["DeliveryRefused"]


async def ended(stage: Staged) -> Stage:
    """A line of 1, 2 and 4; 4 says of 3 what it was."""
    desk: Stage = await walk(stage, WAYS["SignalRouting", "owned"])
    await desk.hear(REFUSED, ALMERE, id="4ef05ed0")
    await desk.hear(PROGRESSED, ALMERE, id="22222222", sequence=2, fingerprint="b" * 64)
    end = CaseConcluded(outcome=CaseOutcome.HELPED)
    await desk.hear(end, ALMERE, id="44444444", sequence=4, previous="c" * 64, fingerprint="d" * 64, past_gap=True)
    await desk.handle.result()
    return desk


async def said(desk: Stage, event: Event, **fields: Any) -> bool | str | None:
    """Whether it is known, or the code with which it is refused."""
    letter = desk.letter(event, ALMERE)
    received = Received[type(event)].model_validate(letter.model_dump() | fields)  # type: ignore[misc]
    answer: Latecomer = await desk.handle.query("after_the_end", received.letterhead, result_type=Latecomer)
    return str(answer.code) if answer.code else answer.known


async def test_what_was_taken_is_known_and_another_of_the_same_id_is_not(stage: Staged) -> None:
    desk = await ended(stage)
    assert await said(desk, REFUSED, id="4ef05ed0") is True
    assert await said(desk, REFUSED, id="5eed5eed") is False
    assert await said(desk, PROGRESSED, id="22222222", sequence=2, fingerprint="b" * 64) is True
    assert await said(desk, PROGRESSED, id="22222222", sequence=2, fingerprint="e" * 64) == "id_reused"
    assert await said(desk, PROGRESSED, id="22222222", sequence=2, sender=party("comensha")) is False


async def test_what_cannot_be_of_its_line_is_told_apart(stage: Staged) -> None:
    desk = await ended(stage)
    follows = {"sequence": 5, "previous": "d" * 64, "fingerprint": "e" * 64}
    assert await said(desk, PROGRESSED, **follows) is False
    assert await said(desk, PROGRESSED, **follows | {"previous": "0" * 64}) == "chain_broken"
    assert await said(desk, PROGRESSED, **follows | {"previous": "0" * 64}, by_hand=True) is False
    assert await said(desk, PROGRESSED, sequence=2, fingerprint="e" * 64) == "sequence_reused"
    assert await said(desk, PROGRESSED, sequence=3, fingerprint="c" * 64) is False, "it was missing"
    assert await said(desk, PROGRESSED, sequence=3, fingerprint="0" * 64) == "chain_broken"
    assert await said(desk, PROGRESSED, sequence=7, previous="0" * 64) is False, "of what came late nothing is known"
    assert await said(desk, REFUSED, sequence=2, previous="0" * 64) is False, "answers are not counted"
