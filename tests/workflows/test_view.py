"""What a person sees of a file: whether it changed since, what has not left, which consents there were, which alarms are open."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from contracts.clocks import Clocks
from contracts.commands import AcceptCase, AcknowledgeAlarms, OfferHelp, RecordConsent, WithdrawConsent
from contracts.events.deliveries import DeliveriesMissed, DeliveryRefused
from contracts.events.referrals import ReferralDeclined
from contracts.refusals import RefusalCode
from contracts.views import AlarmView, FileView
from contracts.words import Acknowledged, ConsentTo, Decline
from tests.workflows import paged
from tests.workflows.conftest import Staged
from tests.workflows.samples import NEED
from tests.workflows.stage import Stage, party
from tests.workflows.ways import ALMERE, ASKING, CONSENT, COSM, DESK, NAMED, PROCESSES, WAYS, walk
from workflows.case.file import CaseFile
from workflows.case.ledger import consents_of, note_said, note_withdrawn
from workflows.engine.alarms import MOST_ALARMS, OpenAlarm, acknowledged, not_open, numbered, raised
from workflows.engine.process import Process

OFFERED = WAYS["Case", "offered"]


def refused(event_type: str) -> DeliveryRefused:
    """One for each type is an alarm of its own."""
    words = "an example"
    return DeliveryRefused(event_id="5eed5eed", event_type=event_type, system="case", code=RefusalCode.CASE_UNKNOWN, reason=words)


ACCEPTED, PROGRESSED, CONCLUDED = (f"nl.keten.cases.{name}.v1" for name in ("accepted", "progressed", "concluded"))


class TestChanged:
    async def test_it_grows_with_a_decision_an_event_a_clock_and_an_alarm(self, stage: Staged) -> None:
        case = await walk(stage, OFFERED)
        counts = [(await case.view()).changed]

        async def look() -> None:
            counts.append((await case.view()).changed)

        await case.decide(AcceptCase())
        await look()
        await case.hear(refused(ACCEPTED), DESK)
        await look()
        await case.hear(refused(ACCEPTED), DESK)
        await look()
        await case.decide(AcknowledgeAlarms())
        await look()
        until = (await case.view()).track.until
        assert until
        await case.skip_until(until + timedelta(seconds=10))
        await look()
        assert counts == sorted(set(counts)), "each change is seen"

    async def test_it_stays_when_nothing_but_a_letter_left(self, stage: Staged) -> None:
        case = await walk(stage, OFFERED)
        case.letters.silent = {DESK}
        await case.decide(AcceptCase())
        await case.settle()
        before = await case.view()
        case.letters.silent = set()
        await case.skip(timedelta(minutes=2))
        after = await case.view()
        assert (len(before.letters), len(after.letters)) == (1, 0)
        assert before.changed == after.changed

    async def test_it_goes_on_over_the_page(self, stage: Staged) -> None:
        plain, turning = [await walk(stage, replace(ASKING, process=kind)) for kind in (paged.PlainCase, paged.PagedCase)]
        assert (await plain.view()).changed == (await turning.view()).changed

    async def test_it_grows_when_a_track_moves_on_without_a_word(self, stage: Staged) -> None:
        """What was looked up leads to decisions that were not possible before."""
        file = await walk(stage, WAYS["Disclosure", "deciding"])
        view = await file.view()
        assert view.track.phase == "deciding"
        assert view.changed > len(view.story) + 1


async def test_what_has_not_left_says_to_whom_it_goes_and_since_when(stage: Staged) -> None:
    case = await walk(stage, OFFERED)
    case.letters.silent = {DESK}
    await case.decide(AcceptCase())
    view = await case.view()
    [letter] = view.letters
    assert (letter.to, letter.event) == (DESK, "case_accepted")
    assert letter.since == next(line.at for line in view.story if line.what == "case_accepted")


class TestConsents:
    async def test_each_says_when_it_was_given_and_taken_back(self, stage: Staged) -> None:
        case = await walk(stage, CONSENT)
        assert (await case.view()).consents == ()
        await case.decide(RecordConsent(help=True, riec=True, by_guardian=True))
        await case.skip(timedelta(hours=1))
        await case.decide(WithdrawConsent(help=True, riec=False))
        await case.decide(RecordConsent(help=True, riec=False))
        view = await case.view()
        gave, again = [line.at for line in view.story if line.what == "record_consent"]
        [took] = [line.at for line in view.story if line.what == "withdraw_consent"]
        assert [(one.purpose, one.given, one.withdrawn, one.by) for one in view.consents] == [
            ("help", gave, took, "guardian"),
            ("riec", gave, again, "guardian"),
            ("help", again, None, "person"),
        ]

    async def test_those_of_a_file_of_before_are_read_from_its_story(self, stage: Staged) -> None:
        case = await walk(stage, CONSENT)
        await case.decide(RecordConsent(help=True))
        view = await case.view()
        given = next(line.at for line in view.story if line.what == "record_consent")
        order = RecordConsent(help=True, registration=False, riec=False)
        old = CaseFile.begun(case.reference, party(ALMERE), "case", Clocks()).model_copy(
            update={"story": list(view.story), "consent": order}
        )
        assert [(one.purpose, one.given) for one in consents_of(old)] == [("help", given), ("registration", None), ("riec", None)]
        later = given + timedelta(hours=1)
        note_withdrawn(old, ConsentTo.HELP, later)
        assert [(one.given, one.withdrawn) for one in consents_of(old) if one.purpose == "help"] == [(given, later)]
        note_said(old, order, later + timedelta(hours=1))
        assert [one.given for one in consents_of(old) if one.purpose == "help"] == [given, later + timedelta(hours=1)]

    def test_one_whose_moment_fell_out_of_the_story_holds_and_can_be_taken_back(self) -> None:
        old = CaseFile.begun("k" + "1" * 24, party(ALMERE), "case", Clocks())
        old.consent, now = RecordConsent(help=True, registration=False, riec=True), datetime(2026, 3, 2, tzinfo=UTC)

        def shown() -> list[tuple[str, Any, Any, bool]]:
            return [(one.purpose, one.given, one.withdrawn, one.holds) for one in consents_of(old)]

        assert shown() == [("help", None, None, True), ("registration", None, None, False), ("riec", None, None, True)]
        note_withdrawn(old, ConsentTo.HELP, now)
        old.consent = old.consent.model_copy(update={"help": False})
        assert shown() == [("help", None, now, False), ("registration", None, None, False), ("riec", None, None, True)]
        again = RecordConsent(help=True, registration=False, riec=False)
        note_said(old, again, now)
        old.consent = again
        assert shown()[2:] == [("riec", None, now, False), ("help", now, None, True), ("registration", None, None, False)]

    async def test_those_that_hold_say_so(self, stage: Staged) -> None:
        case = await walk(stage, CONSENT)
        await case.decide(RecordConsent(help=True, riec=True))
        await case.decide(WithdrawConsent(riec=True))
        holding = {one.purpose: one.holds for one in (await case.view()).consents}
        assert holding == {"help": True, "riec": False}


class TestAlarms:
    async def alarms(self, file: Stage) -> list[tuple[int, int]]:
        return [(alarm.number, alarm.times) for alarm in (await file.view()).open_alarms]

    async def test_each_time_it_is_raised_it_gets_a_number_that_no_other_gets(self, stage: Staged) -> None:
        case = await walk(stage, OFFERED)
        for kind in (ACCEPTED, PROGRESSED):
            await case.hear(refused(kind), DESK)
        [first, second] = await self.alarms(case)
        await case.decide(AcknowledgeAlarms(numbers=(first[0],)))
        assert await self.alarms(case) == [second]
        for kind in (CONCLUDED, PROGRESSED, ACCEPTED):
            await case.hear(refused(kind), DESK)
        alarms = await self.alarms(case)
        assert [times for _, times in alarms] == [1, 2, 1]
        numbers = [number for number, _ in alarms]
        assert numbers == sorted({*numbers} - {first[0], second[0]}), "by number, and none that was there before"

    async def test_what_was_raised_again_since_somebody_looked_is_not_acknowledged(self, stage: Staged) -> None:
        case = await walk(stage, OFFERED)
        await case.hear(refused(ACCEPTED), DESK)
        [(seen, _)] = await self.alarms(case)
        await case.hear(refused(ACCEPTED), DESK)
        assert f"no alarm of this file with number {seen} is open" in await case.refused(AcknowledgeAlarms(numbers=(seen,)))
        [(number, times)] = await self.alarms(case)
        assert (number > seen, times) == (True, 2)
        await case.decide(AcknowledgeAlarms(numbers=(number,)))
        assert await self.alarms(case) == []

    async def test_one_more_that_does_not_fit_is_not_acknowledged_with_those_before(self, stage: Staged) -> None:
        case = await walk(stage, OFFERED)
        for number in range(MOST_ALARMS + 1):
            await case.hear(DeliveriesMissed(system="case", numbers=(number + 1,)), DESK)
        *_, (seen, _) = await self.alarms(case)
        await case.hear(DeliveriesMissed(system="case", numbers=(MOST_ALARMS + 2,)), DESK)
        assert f"number {seen} is open" in await case.refused(AcknowledgeAlarms(numbers=(seen,)))

    def test_what_an_earlier_version_recorded_of_one_that_was_raised_again_still_means_it(self) -> None:
        """There it kept its first number; a decision in a history is not asked again whether it is possible."""
        alarms: list[OpenAlarm] = []
        for number, words in enumerate(("an example", "another", "an example", "an example"), start=1):
            raised(alarms, words, number)
        assert [(alarm.words, alarm.number) for alarm in acknowledged(alarms, (1,))] == [("an example", 4)]
        held = [OpenAlarm.model_validate({"words": "an example", "times": 2, "number": 7})]
        assert numbered(held, 9) == 9
        raised(held, "an example", 10)
        assert acknowledged(held, (7,)) == held
        assert not_open(held, (7,))

    async def test_what_came_since_somebody_looked_stays_open_and_the_story_says_how_many_and_why(self, stage: Staged) -> None:
        case = await walk(stage, OFFERED)
        for kind in (ACCEPTED, PROGRESSED):
            await case.hear(refused(kind), DESK)
        seen = tuple(number for number, _ in await self.alarms(case))
        await case.hear(refused(CONCLUDED), DESK)
        await case.decide(AcknowledgeAlarms(numbers=seen, reason=Acknowledged.TAKEN_UP))
        view = await case.view()
        assert len(view.open_alarms) == len(view.alarms) == 1
        assert CONCLUDED in view.open_alarms[0].words
        assert (view.story[-1].what, view.story[-1].facts) == ("acknowledge_alarms", {"count": "2", "reason": "taken_up"})
        assert "acknowledge_alarms" in {choice.command for choice in view.choices}

    async def test_where_none_is_named_all_are_meant(self, stage: Staged) -> None:
        case = await walk(stage, OFFERED)
        for kind in (ACCEPTED, PROGRESSED):
            await case.hear(refused(kind), DESK)
        await case.decide(AcknowledgeAlarms())
        view = await case.view()
        assert (view.open_alarms, view.story[-1].facts) == ((), {"count": "2"})

    async def test_a_number_that_is_not_open_is_refused_in_words(self, stage: Staged) -> None:
        case = await walk(stage, OFFERED)
        assert "there is no open alarm" in await case.refused(AcknowledgeAlarms(numbers=(1,)))
        await case.hear(refused(ACCEPTED), DESK)
        [(number, _)] = await self.alarms(case)
        assert f"no alarm of this file with number 77 is open; open: {number}" in await case.refused(
            AcknowledgeAlarms(numbers=(number, 77))
        )
        assert len(await self.alarms(case)) == 1

    async def test_more_than_fit_are_one_whose_number_stays(self, stage: Staged) -> None:
        case = await walk(stage, OFFERED)
        for number in range(MOST_ALARMS + 5):
            await case.hear(DeliveriesMissed(system="case", numbers=(number + 1,)), DESK)
        numbers = [number for number, _ in await self.alarms(case)]
        assert AcknowledgeAlarms(numbers=(100_000,)), "others can make it large"
        assert numbers == sorted(set(numbers))
        assert len(numbers) == MOST_ALARMS + 1

    def test_those_of_a_file_of_before_get_numbers_that_stay(self) -> None:
        old = json.loads(CaseFile.begun("k" + "1" * 24, party(ALMERE), "case", Clocks()).model_dump_json())
        del old["raised"]
        old["alarms"] = ["an example", {"words": "another", "times": 3}]
        file = CaseFile.model_validate(old)
        assert [(alarm.number, alarm.words, alarm.times) for alarm in file.alarms] == [(1, "an example", 1), (2, "another", 3)]
        assert file.raised == 2
        again = CaseFile.model_validate_json(file.model_dump_json())
        assert again == file
        assert AlarmView.model_validate(file.alarms[0].model_dump()).number == 1


@pytest.mark.parametrize("kind", PROCESSES, ids=lambda kind: kind.system)
async def test_a_track_is_named_as_its_table(stage: Staged, kind: type[Process[Any]]) -> None:
    file = await walk(stage, WAYS[kind.table.name, "opening"])
    view = await file.view()
    assert (view.track.name, view.track.phase) == (kind.table.name, "opening")


async def test_so_are_the_tracks_inside(stage: Staged) -> None:
    view = await (await walk(stage, NAMED.then(*ASKING.steps[-1:]))).view()
    assert [(track.name, track.number) for track in (view.track, *view.tracks)] == [
        ("Case", None),
        ("AidReferral", 1),
        ("Registering", None),
    ]


async def test_a_request_keeps_its_number_whatever_the_numbers_of_its_offers(stage: Staged) -> None:
    case = await walk(stage, ASKING)
    await case.hear(ReferralDeclined(referral=1, reason=Decline.FULL), COSM)
    await case.decide(OfferHelp(need=NEED, organisations=(COSM,)))
    view = await case.view()
    offers = [line.facts["referral"] for line in view.story if line.what == "referral_offered"]
    assert offers == ["1", "2", "3"]
    assert [track.number for track in view.tracks if track.name == "AidReferral"] == [1, 2]


def test_what_an_office_of_before_answers_can_still_be_read() -> None:
    old: dict[str, Any] = {
        "reference": "k" + "1" * 24,
        "kind": "case",
        "agency": ALMERE,
        "region": None,
        "responsible": ALMERE,
        "track": {
            "title": "case",
            "phase": "triage",
            "turn": ALMERE,
            "who": "x",
            "since": "2026-03-02T11:00:00Z",
            "until": None,
            "then": None,
        },
        "tracks": [],
        "alarms": [],
        "story": [],
        "choices": [],
    }
    view = FileView.model_validate(old)
    assert (view.changed, view.letters, view.consents, view.open_alarms, view.track.name) == (0, (), (), (), "")
