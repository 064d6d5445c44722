"""Every case of a book, a page at a time, and whose word each waits for: out of what was sent and heard, and nothing else."""

import random
from pathlib import Path

import pytest
from sqlalchemy import text, update

from contracts.events.disclosures import DisclosureRequested
from contracts.events.erasures import ErasureRequested
from contracts.events.referrals import ReferralAccepted, ReferralDeclined, ReferralOffered
from contracts.reference import new_reference
from contracts.words import Decline, ErasureReason
from post_office.book import SqlBook
from post_office.listing import LOOKS
from post_office.ports import CaseListed, Draft
from runtime.post_office.tables import INCOMING, OUTGOING
from tests.examples import example
from tests.post_office.at_work import signal
from tests.post_office.books import POLICE, Shelf, Writing

SHELTER, COORDINATOR = "cosm-shelter", "coordinator-zwolle"


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path, SHELTER)


async def offered(book: SqlBook, *numbers: int) -> str:
    """A coordinator makes offers, in one case."""
    caseref = new_reference()
    writing = Writing(COORDINATOR, caseref, "case")
    for number in numbers:
        await book.hearing.hear(writing.next(example(ReferralOffered).model_copy(update={"referral": number})))
    return caseref


def draft(caseref: str, event: ReferralAccepted | ReferralDeclined) -> Draft:
    own = f"{caseref}-{event.referral}-{event.short_name()}"
    return Draft(own, event.rule.type, event.model_dump(mode="json"), recipient=COORDINATOR, caseref=caseref)


def declined(caseref: str, number: int = 1) -> Draft:
    return draft(caseref, ReferralDeclined(referral=number, reason=Decline.FULL))


async def listed(book: SqlBook, *, awaiting: bool = False, most: int = 100) -> list[CaseListed]:
    """Every page, one after the other."""
    found, after = list[CaseListed](), None
    while page := await book.listed(after, most, awaiting=awaiting):
        assert len(page.cases) <= most
        found += page.cases
        after = page.next
        if after is None:
            break
    return found


async def waiting(book: SqlBook) -> list[tuple[str, int]]:
    """The cases that wait for us, and for how many words."""
    found = await listed(book, awaiting=True)
    assert all(one.by == SHELTER for case in found for one in case.awaits)
    return [(one.caseref, len(one.awaits)) for one in found]


async def test_a_case_waits_for_us_until_we_have_answered(shelf: Shelf) -> None:
    async with shelf.opened() as book:
        caseref = await offered(book, 1, 2)
        [case] = await listed(book)
        assert (case.caseref, case.sent, case.heard, case.erased) == (caseref, 0, 2, False)
        heard = await book.feed(0, 2)
        assert [one.after.id for one in case.awaits] == [one.id for one in heard]
        assert {(one.by, one.to) for one in case.awaits} == {(SHELTER, COORDINATOR)}
        await book.keep([declined(caseref, 2)])
        [case] = await listed(book)
        assert [one.after.id for one in case.awaits] == [heard[0].id]
        seen = await book.case(caseref)
        assert seen
        assert seen.awaits == case.awaits
        await book.keep([draft(caseref, ReferralAccepted(referral=1))])
        [case] = await listed(book)
        [promised] = case.awaits
        assert promised.after.id == f"{caseref}-1-referrals.accepted.v1", "by the id that our own system gave it"
        assert promised.answers == ("nl.keten.referrals.first-contact-made.v1", "nl.keten.referrals.declined.v1")


async def test_an_answer_that_was_refused_or_never_arrived_is_none(shelf: Shelf) -> None:
    async with shelf.opened() as book:
        caseref = await offered(book, 1)
        await book.keep([declined(caseref)])
        assert await waiting(book) == []
        [ready] = await book.outbox.ready(COORDINATOR, frozenset(), 10)
        await book.ladder.missed(COORDINATOR, [ready.message.id])
        assert await waiting(book) == [(caseref, 1)]
        await book.ladder.taken(COORDINATOR, [ready.message.id])
        assert await waiting(book) == []
        await book.ladder.refused(COORDINATOR, ready.message.id, "not_possible_now", "not now")
        assert await waiting(book) == [(caseref, 1)]


async def test_what_waits_for_others_is_shown_and_does_not_wait_for_us(tmp_path: Path) -> None:
    async with Shelf(tmp_path, POLICE).opened() as book:
        await book.keep([signal(1)])
        [case] = await listed(book)
        [one] = case.awaits
        assert (one.by, one.to, one.after.id) == ("signal-desk", POLICE, "signal-1")
        assert await listed(book, awaiting=True) == []


async def test_pages_have_every_case_once_in_the_order_in_which_they_began(shelf: Shelf) -> None:
    async with shelf.opened() as book:
        begun = [await offered(book, 1) for _ in range(23)]
        for most in (1, 5, 23, 100):
            assert [one.caseref for one in await listed(book, most=most)] == begun
        answered = set(random.Random(1).sample(begun, 20))
        await book.keep([declined(caseref) for caseref in answered])
        left = [caseref for caseref in begun if caseref not in answered]
        for most in (1, 2, 3, 100):
            assert [one.caseref for one in await listed(book, awaiting=True, most=most)] == left
        assert await book.listed(new_reference(), 10, awaiting=False) is None


async def test_looking_for_what_waits_ends_and_can_be_gone_on_with(shelf: Shelf) -> None:
    async with shelf.opened() as book:
        begun = [await offered(book, 1) for _ in range(LOOKS + 2)]
        await book.keep([declined(caseref) for caseref in begun[:-1]])
        page = await book.listed(None, 1, awaiting=True)
        assert page == ((), begun[LOOKS - 1])
        page = await book.listed(begun[LOOKS - 1], 1, awaiting=True)
        assert page
        assert [one.caseref for one in page.cases] == [begun[-1]]


async def test_of_an_erased_case_only_what_is_said_about_erasing_waits(shelf: Shelf) -> None:
    async with shelf.opened() as book:
        caseref = await offered(book, 1)
        asking = Writing(COORDINATOR, caseref, "retention")
        await book.hearing.hear(asking.next(ErasureRequested(reason=ErasureReason.REQUEST)))
        assert await waiting(book) == [(caseref, 2)]
        receipt = {"system": "retention", "held": True, "destroyed_on": "2026-03-02"}
        kind = "nl.keten.erasures.completed.v1"
        await book.keep([Draft("receipt", kind, receipt, recipient=COORDINATOR, caseref=caseref)])
        [case] = await listed(book)
        assert (case.erased, case.awaits) == (True, ())
        await book.hearing.hear(Writing(COORDINATOR, caseref, "access").next(DisclosureRequested()))
        [case] = await listed(book, awaiting=True)
        assert [one.after.type for one in case.awaits] == [DisclosureRequested.rule.type]


async def test_what_was_altered_on_the_disk_stops_no_list(shelf: Shelf) -> None:
    async with shelf.opened() as book:
        caseref, other = await offered(book, 1), await offered(book, 1)
        await book.keep([declined(caseref), draft(other, ReferralAccepted(referral=1))])
        with book.store.engine.begin() as connection:
            for table in (INCOMING, OUTGOING):
                connection.execute(update(table).values(content=b"0" * 40))
        assert [one.caseref for one in await listed(book)] == [caseref, other]
        assert [one.after.id for one in (await listed(book))[1].awaits] == [""]
        assert book.store.damage.findings()


async def test_a_page_is_found_by_an_index(shelf: Shelf) -> None:
    async with shelf.opened() as book:
        with book.store.engine.connect() as connection:
            asked = "EXPLAIN QUERY PLAN SELECT * FROM post_case WHERE begun_at > '2026' ORDER BY begun_at, case_reference LIMIT 5"
            plan = " ".join(str(row) for row in connection.execute(text(asked)))
        assert "ix_post_case_begun_at" in plan
        assert "TEMP B-TREE" not in plan
