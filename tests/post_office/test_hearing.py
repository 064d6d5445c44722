"""What others send stands in the feed once, in its order, whatever order it comes in; what cannot be of its line is refused."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.events.deliveries import DeliveriesMissed
from contracts.events.erasures import ErasureCompleted, ErasureRequested
from contracts.events.signals import Signal, SignalReceived, SignalReported, SignalStatusChanged
from contracts.reference import new_reference
from contracts.words import ErasureReason, SignalStatus
from post_office.book import SqlBook
from post_office.hearing import Came, Objected, UnknownHere
from post_office.outbox import Ready
from post_office.ports import Draft, Heard, Refusal, Stage
from runtime.keys.case_keys import CaseErased
from tests.post_office.at_work import receipt, signal, stages
from tests.post_office.books import DESK, POLICE, Shelf, Writing

CHANGED = SignalStatusChanged(status=SignalStatus.CLOSED)
REPORTED = SignalReported(signal=Signal(municipality="GM0995", account="an example"))


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


async def _heard(book: SqlBook, came: Came) -> str:
    """``taken``, ``early``, or the code with which it was refused."""
    try:
        await book.hearing.hear(came)
    except Objected as objected:
        return str(objected.code or "early")
    return "taken"


async def _sequences(book: SqlBook, caseref: str) -> list[str]:
    return [event.event["sequence"] for event in await book.feed(0, 1_000) if event.event and event.caseref == caseref]


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(5)), again=st.lists(st.integers(0, 4), max_size=5))
def test_every_order_with_events_twice_ends_in_the_order_in_which_they_were_sent(
    tmp_path_factory: pytest.TempPathFactory, order: Sequence[int], again: Sequence[int]
) -> None:
    async def whole() -> None:
        async with Shelf(tmp_path_factory.mktemp("shelf")).opened() as book:
            [kept] = await book.keep([signal(1)])
            desk = Writing(DESK, kept.caseref)
            sent = [desk.next(CHANGED) for _ in range(5)]
            waiting = [*order, *again]
            for _ in range(12):
                waiting = [number for number in waiting if await _heard(book, sent[number]) == "early"]
            assert waiting == []
            assert await _sequences(book, kept.caseref) == ["1", "2", "3", "4", "5"]
            assert [event.position for event in await book.feed(0, 100)] == [1, 2, 3, 4, 5]

    asyncio.run(whole())


async def test_what_cannot_be_of_its_line_gets_the_code_that_an_office_gives(shelf: Shelf) -> None:
    async with shelf.opened() as book:
        [kept] = await book.keep([signal(1)])
        desk, forged = Writing(DESK, kept.caseref), Writing(DESK, kept.caseref)
        assert await _heard(book, desk.next(CHANGED)) == "taken"
        forged.next(SignalStatusChanged(status=SignalStatus.ACCEPTED))
        assert await _heard(book, forged.next(CHANGED)) == "chain_broken"
        other = Writing(DESK, kept.caseref).next(CHANGED, id="ab" * 16)
        assert await _heard(book, other) == "sequence_reused"
        another = Writing(DESK, kept.caseref).next(SignalStatusChanged(status=SignalStatus.ACCEPTED))
        assert await _heard(book, another) == "id_reused"
        far = Writing(DESK, kept.caseref).next(CHANGED, id="cd" * 16, sequence="5000")
        assert await _heard(book, far) == "sequence_ahead"
        assert await book.newest() == 1


async def test_a_gap_that_stays_is_passed_its_sender_hears_and_what_comes_late_is_taken(shelf: Shelf) -> None:
    async with shelf.opened() as book:
        [kept] = await book.keep([signal(1)])
        await book.outbox.left([1])
        desk = Writing(DESK, kept.caseref)
        one, two, three = (desk.next(CHANGED) for _ in range(3))
        assert await book.hearing.hear(one) is None
        assert await _heard(book, three) == "early"
        assert await book.hearing.hear(three._replace(past_gap=True)) == (2, 2)
        [told] = await book.outbox.ready(DESK, (), 10)
        assert (told.message.type, told.message.data["numbers"]) == ("nl.keten.deliveries.missed.v1", [2])
        assert await _heard(book, two) == "taken"
        assert await _sequences(book, kept.caseref) == ["1", "3", "2"]
        seen = await book.case(kept.caseref)
        assert seen
        assert [event.id for event in seen.sent] == ["signal-1"], "what the post office says itself is not shown as handed in"


async def test_an_event_of_an_agency_without_part_in_a_case_is_of_a_case_that_never_was(shelf: Shelf) -> None:
    async with shelf.opened() as book:
        with pytest.raises(UnknownHere):
            await book.hearing.hear(Writing(DESK, new_reference()).next(CHANGED))
        opening = Writing(DESK, new_reference()).next(SignalReceived(status=SignalStatus.WITH_DESK))
        assert await book.hearing.hear(opening) is None, "what opens a file begins the case here, too"


async def test_an_event_that_answers_is_a_rung_of_what_it_answers(shelf: Shelf) -> None:
    async with shelf.opened() as book:
        [kept] = await book.keep([signal(1)])
        [ready] = await book.outbox.ready(DESK, (), 1)
        waits = asyncio.create_task(book.settled("signal-1", 30))
        await book.hearing.hear(Writing(DESK, kept.caseref).next(CHANGED, causationid=ready.message.id))
        assert Stage.ANSWERED in stages(await waits)


async def test_an_answer_names_what_it_answers_by_the_id_with_which_that_travelled(tmp_path: Path) -> None:
    async with Shelf(tmp_path, DESK).opened() as book:
        cases = [new_reference(), new_reference()]
        for caseref in cases:  # the second has another id in the feed: the first has this one
            await book.hearing.hear(Writing(POLICE, caseref, "report").next(REPORTED, id="ab" * 16))
        first, second = await book.feed(0, 10)
        assert first.id == "ab" * 16 != second.id
        for number, heard in enumerate((first, second)):
            answer = receipt(number, heard.caseref, causationid=heard.id)
            [kept] = await book.keep([answer])
            assert (await book.keep([answer]))[0].again
            with pytest.raises(Refusal) as reused:
                await book.keep([answer._replace(causationid=None)])
            assert (reused.value.code, kept.caseref) == ("id_reused", heard.caseref)
        await book.keep([receipt(2, first.caseref)])
        said = [one.message.causationid for _ in range(2) for one in await _ready(book)]
        assert said == ["ab" * 16, "ab" * 16, None]


async def _ready(book: SqlBook) -> Sequence[Ready]:
    ready = await book.outbox.ready(POLICE, (), 10)
    await book.outbox.left([one.number for one in ready])
    return ready


async def test_an_answer_to_what_nobody_asked_is_refused(tmp_path: Path) -> None:
    async with Shelf(tmp_path, DESK).opened() as book:
        heard = await _reported(book, POLICE), await _reported(book, POLICE), await _reported(book, "almere")
        [unknown, other_case, other_agency] = ["cd" * 16, heard[1].id, heard[2].id]
        for answers in (unknown, other_case, other_agency):
            with pytest.raises(Refusal) as refused:
                await book.keep([receipt(1, heard[0].caseref, causationid=answers)])
            assert (refused.value.code, refused.value.pointers) == ("attribute_invalid", ("/causationid",))
        [kept] = await book.keep([receipt(1, heard[0].caseref, causationid=heard[0].id)])
        assert not kept.again


async def _reported(book: SqlBook, sender: str) -> Heard:
    await book.hearing.hear(Writing(sender, new_reference(), "report").next(REPORTED))
    return (await book.feed(await book.newest() - 1, 1))[0]


async def test_two_events_with_one_id_have_two_ids_in_the_feed(shelf: Shelf) -> None:
    async with shelf.opened() as book:
        kept = await book.keep([signal(1), signal(2)])
        for one in kept:
            await book.hearing.hear(Writing(DESK, one.caseref).next(CHANGED, id="ab" * 16))
        first, second = await book.feed(0, 10)
        assert first.id == "ab" * 16 != second.id
        assert second.event
        assert second.event["id"] == second.id
        assert [await book.position_of(event.id) for event in (first, second)] == [1, 2]


async def test_an_erasure_that_was_asked_for_erases_with_its_receipt_and_both_stay_readable(shelf: Shelf) -> None:
    receipt = {"system": "retention", "held": True, "destroyed_on": "2026-01-01", "unreadable_from": "2026-01-15"}
    completed = Draft("done", ErasureCompleted.rule.type, receipt, recipient=DESK)
    async with shelf.opened() as book:
        [kept] = await book.keep([signal(1)])
        with pytest.raises(Refusal) as refused:
            await book.keep([completed._replace(caseref=kept.caseref)])
        assert refused.value.code == "not_possible_now"
        assert (await book.store.keys.held(kept.caseref)) == (True, None), "nobody here erases what nobody asked for"
        asks = Writing(DESK, kept.caseref, "retention")
        await book.hearing.hear(asks.next(ErasureRequested(reason=ErasureReason.TERM)))
        await book.hearing.hear(Writing(DESK, kept.caseref).next(CHANGED))
        [done] = await book.keep([completed._replace(caseref=kept.caseref)])
        held, destroyed = await book.store.keys.held(kept.caseref)
        assert not held
        assert destroyed
        assert [event.event is not None for event in await book.feed(0, 10)] == [True, False]
        [ready] = await book.outbox.ready(DESK, (), 10)
        assert ready.message.type == ErasureCompleted.rule.type
        assert (await book.keep([completed._replace(caseref=kept.caseref)]))[0].again
        assert done.caseref == kept.caseref
        with pytest.raises(CaseErased):
            await book.hearing.hear(Writing(DESK, kept.caseref, "other").next(CHANGED))
        again = asks.next(ErasureRequested(reason=ErasureReason.TERM))
        assert await book.hearing.hear(again) is None, "who asks once more can be answered once more"


async def test_an_erasure_that_was_broken_off_ends_at_the_next_start(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    receipt = {"system": "retention", "held": True, "destroyed_on": "2026-01-01"}
    async with shelf.opened() as book:
        [kept] = await book.keep([signal(1)])
        await book.hearing.hear(Writing(DESK, kept.caseref, "retention").next(ErasureRequested(reason=ErasureReason.TERM)))

        async def killed(_: str) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(book.cases, "destroy", killed)
        with pytest.raises(KeyboardInterrupt):
            await book.keep([Draft("done", ErasureCompleted.rule.type, receipt, recipient=DESK, caseref=kept.caseref)])
        assert (await book.store.keys.held(kept.caseref))[0]
    async with shelf.opened() as book:
        assert not (await book.store.keys.held(kept.caseref))[0]


async def test_numbers_that_another_agency_misses_are_a_rung_however_many_it_names(shelf: Shelf) -> None:
    async with shelf.opened() as book:
        [kept] = await book.keep([signal(1)])
        await book.keep([signal(2, caseref=kept.caseref)])
        desk = Writing(DESK, kept.caseref, "inbox")
        odd = DeliveriesMissed(system="post", numbers=(0,))
        assert await book.hearing.hear(desk.next(odd, counted=False)) is None
        assert Stage.MISSED not in stages(await book.sent("signal-2"))
        many = DeliveriesMissed(system="post", numbers=tuple(range(2, 1_000)))
        assert await book.hearing.hear(desk.next(many, counted=False)) is None
        assert Stage.MISSED in stages(await book.sent("signal-2"))
        assert Stage.MISSED not in stages(await book.sent("signal-1"))
