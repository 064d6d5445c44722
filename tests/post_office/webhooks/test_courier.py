"""In order per case, cases side by side, until it is taken or set aside; each guard fails without what it guards."""

import json
from collections import defaultdict
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import update

from contracts.alarms import AlarmCode
from post_office.webhooks import courier
from post_office.webhooks.endpoint import MOST_ATTEMPTS, Form, Wanted
from post_office.webhooks.outcomes import Outcome
from post_office.webhooks.sending import AT_A_TIME
from runtime.post_office.webhook_tables import WEBHOOK
from tests.post_office.webhooks.conftest import delivering
from tests.post_office.webhooks.heard_book import OTHER, PERSONAL, TYPE
from tests.post_office.webhooks.office import START, Clock, Office
from tests.post_office.webhooks.receiver import Told, always, in_turn, receiver, reply

ONE, TWO = "k0123456789abcdefghjkmnpq", "k1123456789abcdefghjkmnpq"


async def test_an_event_arrives_whole_signed_and_with_its_position(url: str) -> None:
    office = Office(url)
    async with receiver() as there, delivering(office):
        _, secret = await office.make(there.url())
        heard = office.book.hear(ONE, subject="2026-17")
        await there.until(1)
    told = there.taken[0]
    assert told.verify(secret) == {**(heard.event or {}), "subject": "2026-17"}
    assert (told.id, told.position) == (heard.id, heard.position)
    assert told.headers["webhook-request-origin"] == "almere"
    assert told.headers["content-type"].startswith("application/cloudevents+json")


async def test_a_thin_one_says_that_there_is_an_event_and_nothing_of_it(url: str) -> None:
    office = Office(url)
    async with receiver() as there, delivering(office):
        _, secret = await office.make(there.url(), Form.THIN)
        heard = office.book.hear(ONE)
        await there.until(1)
    event = there.taken[0].verify(secret)
    assert event["id"] == heard.id
    assert not {"data", "datacontenttype", "ground"} & event.keys()
    assert PERSONAL.encode() not in there.taken[0].body


async def test_content_leaves_when_it_is_written_down_who_is_given_it(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thin one gives none, so it needs no line."""
    monkeypatch.setattr(courier, "FAULT_PAUSE", 0.0)
    office = Office(url, Clock())
    async with receiver() as there:
        whole, _ = await office.make(there.url(path="/whole"))
        thin, _ = await office.make(there.url(path="/thin"), Form.THIN, name="thin")
        heard = office.book.hear(ONE)
        office.book.unlogged = True
        await office.turn(thin)
        await office.delivering.courier(whole).look()
        await office.delivering.courier(whole).settle()
        assert ["data" in json.loads(told.body) for told in there.taken] == [False]
        assert office.book.handed_ == []
        office.book.unlogged = False
        await office.turn(whole)
        assert ["data" in json.loads(told.body) for told in there.taken] == [False, True]
        assert office.book.handed_ == [("webhook case-system", heard.id)]


async def test_only_what_was_asked_for_is_sent_and_in_order(url: str) -> None:
    office = Office(url, Clock())
    async with receiver() as there:
        endpoint, _ = await office.make(there.url(), types=frozenset({OTHER}))
        for kind in (TYPE, OTHER, TYPE, OTHER, OTHER):
            office.book.hear(ONE, kind)
        await office.turn(endpoint)
        assert there.positions == [2, 4, 5]
        assert (await office.desk.one(endpoint)).endpoint.read_to == 5


async def test_the_next_event_of_a_case_waits_and_other_cases_do_not(url: str) -> None:
    clock = Clock()
    office = Office(url, clock)

    def answers(told: Told) -> bytes:
        return reply(500 if told.event["caseref"] == ONE and clock.now < START + timedelta(minutes=1) else 200)

    async with receiver(answers) as there:
        endpoint, _ = await office.make(there.url())
        for case in (ONE, TWO, ONE, TWO):
            office.book.hear(case)
        await office.turn(endpoint)
        assert there.positions == [2, 4], "the other case went on"
        assert [told.position for told in there.told].count(3) == 0, "the next of the same case waits"
        await office.live(endpoint, 200)
        assert there.positions == [2, 4, 1, 3]
        assert {told.id for told in there.told if told.position == 1} == {"00000001-5eed"}, "one id over all tries"


async def test_tries_come_later_and_later_and_each_is_written_down(url: str) -> None:
    office = Office(url, Clock())
    async with receiver(always(500)) as there:
        endpoint, _ = await office.make(there.url())
        office.book.hear(ONE)
        await office.live(endpoint, 3 * 3600 + 2600)
        tried = [attempt.at for attempt in reversed(await office.desk.attempts(endpoint))]
        gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(tried)]
        assert gaps == [5, 30, 120, 600, 1800, 3600, 3600, 3600]
        assert {(attempt.outcome, attempt.status) for attempt in await office.desk.attempts(endpoint)} == {(Outcome.STATUS, 500)}
        assert len({told.headers["webhook-timestamp"] for told in there.told}) == len(there.told), "a fresh time at each try"


async def test_a_person_sets_one_aside_and_the_case_goes_on(url: str) -> None:
    office = Office(url, Clock())
    async with receiver(lambda told: reply(422 if told.position == 1 else 200)) as there:
        endpoint, _ = await office.make(there.url())
        office.book.hear(ONE)
        office.book.hear(ONE)
        await office.turn(endpoint)
        assert [place.position for place in await office.desk.waiting(endpoint)] == [1]
        await office.desk.set_aside(endpoint, 1)
        await office.turn(endpoint)
        assert there.positions == [2]
        assert Outcome.SET_ASIDE in {attempt.outcome for attempt in await office.desk.attempts(endpoint)}


async def test_what_hangs_leaves_room_for_what_is_new(url: str) -> None:
    """As many cases fail as there are connections, and then twice as many; a new one is tried at once all the same."""
    clock = Clock()
    office = Office(url, clock, seconds=0.3)
    hanging = {f"k{number:024d}" for number in range(3 * AT_A_TIME)}
    async with receiver(lambda told: None if told.event["caseref"] in hanging else reply(200)) as there:
        endpoint, _ = await office.make(there.url())
        for case in sorted(hanging):
            office.book.hear(case)
        await office.turn(endpoint)
        clock.move(5)
        courier = office.delivering.courier(endpoint)
        await courier.look()  # what failed is tried again
        office.book.hear(TWO)
        await courier.look()
        await there.until(1)
        assert there.taken[0].event["caseref"] == TWO
        await courier.settle()


async def test_an_endpoint_that_hangs_holds_up_no_other(url: str) -> None:
    office = Office(url)
    async with receiver(lambda _: None) as silent, receiver() as there, delivering(office):
        await office.make(silent.url(), name="silent")
        await office.make(there.url(), name="well")
        for _ in range(20):
            office.book.hear(ONE)
        await there.until(20)
    assert there.positions == list(range(1, 21))
    assert len(silent.told) == 1


async def test_429_pauses_the_endpoint_as_long_as_it_asks(url: str) -> None:
    clock = Clock()
    office = Office(url, clock)
    async with receiver(
        lambda _: reply(429, "retry-after: 900") if clock.now < START + timedelta(minutes=5) else reply(200)
    ) as there:
        endpoint, _ = await office.make(there.url())
        office.book.hear(ONE)
        await office.turn(endpoint)
        office.book.hear(TWO)
        await office.live(endpoint, 899)
        assert len(there.told) == 1, "it is left alone, for every case"
        await office.live(endpoint, 2)
        assert sorted(there.positions) == [1, 2]


async def test_410_rests_the_endpoint_and_a_person_wakes_it(url: str) -> None:
    office = Office(url, Clock())
    async with receiver(in_turn(410, 200)) as there:
        endpoint, _ = await office.make(there.url())
        office.book.hear(ONE)
        await office.live(endpoint, 3 * 86400 - 60)
        office.book.hear(ONE)
        assert len(there.told) == 1
        assert [(at - START, code) for at, code, _ in office.alarms] == [
            (timedelta(days=day), AlarmCode.WEBHOOK_RESTS) for day in range(3)
        ]
        seen = await office.desk.one(endpoint)
        assert seen.endpoint.rested_at == START
        await office.desk.change(endpoint, Wanted("case-system", there.url(), Form.FULL))
        await office.turn(endpoint)
        assert there.positions == [1, 2], "nothing was lost"


async def test_replay_sends_again_from_an_event_or_a_moment_with_the_same_ids(url: str) -> None:
    clock = Clock()
    office = Office(url, clock)
    async with receiver() as there:
        endpoint, _ = await office.make(there.url())
        for case in (ONE, TWO, ONE):
            office.book.hear(case)
            clock.move(60)
        await office.turn(endpoint)
        assert sorted(told.id for told in there.taken) == ["00000001-5eed", "00000002-5eed", "00000003-5eed"]
        assert await office.desk.replay(endpoint, after="00000001-5eed") == 1
        await office.turn(endpoint)
        again = sorted(told.id for told in there.taken[3:])
        assert again == ["00000002-5eed", "00000003-5eed"], "cases go side by side, so only their set is certain"
        assert await office.desk.replay(endpoint, since=START + timedelta(seconds=100)) == 2
        await office.turn(endpoint)
        assert there.positions[5:] == [3]


async def test_what_was_erased_is_not_sent_and_holds_nothing_up(url: str) -> None:
    office = Office(url, Clock())
    async with receiver() as there:
        endpoint, _ = await office.make(there.url())
        office.book.hear(ONE)
        office.book.erase(ONE)
        office.book.hear(ONE)
        await office.turn(endpoint)
        assert there.positions == [2]
        assert {attempt.outcome for attempt in await office.desk.attempts(endpoint)} == {Outcome.ERASED, Outcome.TAKEN}


async def test_what_was_altered_waits_with_its_case_others_go_on_and_a_person_hears(url: str) -> None:
    clock = Clock()
    office = Office(url, clock)
    async with receiver() as there:
        endpoint, _ = await office.make(there.url())
        for case in (ONE, TWO, ONE):
            office.book.hear(case)
        office.book.alter(1)
        await office.turn(endpoint)
        assert there.positions == [2]
        await office.live(endpoint, 1000)
        assert [code for _, code, _ in office.alarms] == [AlarmCode.WEBHOOK_FAILING]
        office.book.alter(1, altered=False)
        await office.live(endpoint, 3700)
        assert there.positions == [2, 1, 3]
        assert {attempt.outcome for attempt in await office.desk.attempts(endpoint)} == {Outcome.UNREADABLE, Outcome.TAKEN}


async def test_an_endpoint_that_was_altered_on_the_disk_fails_as_one_that_is_away(url: str) -> None:
    office = Office(url, Clock())
    async with receiver() as there:
        endpoint, _ = await office.make(there.url())
        other, _ = await office.make(there.url(), name="other")
        with office.store.engine.begin() as connection:
            connection.execute(update(WEBHOOK).where(WEBHOOK.c.id == endpoint).values(url=b"altered"))
        office.book.hear(ONE)
        await office.turn(other)
        await office.live(endpoint, 1000)
        assert [code for _, code, _ in office.alarms] == [AlarmCode.WEBHOOK_FAILING]
        assert there.positions == [1], "the other endpoint has it"
        assert (await office.desk.test(endpoint)).outcome is Outcome.UNREADABLE


async def test_signs_of_life_come_and_fail_as_events_do(url: str) -> None:
    office = Office(url, Clock())
    async with receiver() as there:
        endpoint, _ = await office.make(there.url(), heartbeat=60)
        await office.live(endpoint, 190)
        assert len({told.id for told in there.taken}) == 3
        assert {told.event["type"] for told in there.taken} == {"nl.keten.post-office.heartbeat.v1"}
        there.answers = always(500)
        await office.live(endpoint, 60 + 16 * 60)
        assert [code for _, code, _ in office.alarms] == [AlarmCode.WEBHOOK_FAILING], "also when no event comes"


async def test_history_is_bounded(url: str) -> None:
    office = Office(url, Clock())
    async with receiver() as there:
        endpoint, _ = await office.make(there.url())
        for number in range(30):
            office.book.hear(f"k{number:024d}")
        await office.turn(endpoint)
        newest = (await office.desk.attempts(endpoint))[0]
        with office.store.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE webhook_attempt SET number = number + ? WHERE number > 20", (MOST_ATTEMPTS - 10,))
        await office.places.note(endpoint, newest)
        with office.store.engine.begin() as connection:
            numbers = connection.exec_driver_sql("SELECT min(number), max(number) FROM webhook_attempt").one()
        assert tuple(numbers) == (MOST_ATTEMPTS + 11, MOST_ATTEMPTS + 21)


@pytest.mark.long
async def test_a_dead_endpoint_for_a_week(url: str) -> None:
    """Nothing is given up; one alarm and then one a day; everything arrives in order afterwards."""
    clock = Clock()
    office = Office(url, clock)
    async with receiver(always(503)) as there:
        endpoint, _ = await office.make(there.url())
        for day in range(7):
            office.book.hear((ONE, TWO)[day % 2])
            await office.live(endpoint, 86400)
        assert not there.taken
        assert [at - START for at, _, _ in office.alarms] == [timedelta(days=day, minutes=15) for day in range(7)]
        assert {code for _, code, _ in office.alarms} == {AlarmCode.WEBHOOK_FAILING}
        assert "case-system" in office.alarms[0][2]
        assert there.url() not in office.alarms[0][2]
        there.answers = always(200)
        await office.live(endpoint, 3600)
        by_case: defaultdict[str, list[int]] = defaultdict(list)
        for told in there.taken:
            by_case[told.event["caseref"]].append(told.position)
        assert by_case == {ONE: [1, 3, 5, 7], TWO: [2, 4, 6]}
        assert (await office.desk.one(endpoint)).failing_since is None
        await office.live(endpoint, 120)
        assert (await office.desk.one(endpoint)).endpoint.alarmed_at is None, "it begins anew when it fails again"


@pytest.mark.parametrize("removed", [True, False])
async def test_a_removed_endpoint_hears_nothing_more(url: str, removed: bool) -> None:
    office = Office(url)
    async with receiver() as there, receiver() as other, delivering(office):
        endpoint, _ = await office.make(there.url(), name="first")
        await office.make(other.url(), name="second")
        if removed:
            await office.desk.remove(endpoint)
        office.book.hear(ONE)
        await other.until(1)
        if not removed:
            await there.until(1)
    assert bool(there.told) is not removed
