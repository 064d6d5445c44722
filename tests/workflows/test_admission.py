"""What comes in is taken once and in order; what goes out is numbered, keeps its id, and waits for nobody else."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.testing import ActivityEnvironment

from activities.post import Batch, Post
from contracts.commands import (
    AcceptCase,
    AcknowledgeAlarms,
    AskPrivacyCheck,
    ConcludeCase,
    OfferHelp,
    RecordConsent,
    RecordTriage,
)
from contracts.envelope import CloudEvent
from contracts.events.referrals import ReferralAccepted, ReferralOffered, ReferralSeen
from contracts.events.registrations import RegistrationRecorded
from contracts.events.signals import (
    CaseAccepted,
    CaseConcluded,
    CaseProgressed,
    CaseWithdrawn,
    SignalReceived,
    SignalStatusChanged,
)
from contracts.letter import Letter
from contracts.logged import Exchange
from contracts.reference import new_reference
from contracts.words import CaseOutcome, Finding, SignalStatus, Urgency
from tests.workflows.conftest import Staged
from tests.workflows.doubles import Awaiting, Letters
from tests.workflows.samples import EVENTS
from tests.workflows.stage import DIRECTORY, Stage, event_id
from tests.workflows.ways import (
    ALMERE,
    ASKING,
    COMENSHA,
    COSM,
    DESK,
    NAMED,
    NEED,
    OBSERVATION,
    PLANNING,
    POLICE,
    STRANGER,
    WAYS,
    WOMEN,
    silence,
    walk,
)
from workflows.engine.admission import EARLY
from workflows.engine.record import REMEMBERED_IDS, STORY_LINES

OWNED = WAYS["SignalRouting", "owned"]
PROGRESSED = CaseProgressed(status=SignalStatus.WITH_AID)
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


async def heard(file: Stage) -> list[str]:
    return [line.what for line in (await file.view()).story if line.who != file.slug]


async def test_an_event_that_comes_twice_is_taken_once(stage: Staged) -> None:
    desk = await walk(stage, OWNED)
    await desk.hear(PROGRESSED, ALMERE, id="5eed5eed", sequence=2)
    once = await heard(desk)
    assert await desk.hear(PROGRESSED, ALMERE, id="5eed5eed", sequence=2) == "owned"
    assert await desk.hear_again() == "owned"
    assert await heard(desk) == once


async def test_the_event_that_opened_a_file_may_come_twice(stage: Staged) -> None:
    desk = await walk(stage, WAYS["SignalRouting", "with_coordinator"])
    assert await desk.hear_again() == "with_coordinator"
    assert len(await desk.sent(SignalReceived)) == 1


async def test_an_event_whose_predecessor_is_not_here_comes_again_later(stage: Staged) -> None:
    desk = await walk(stage, OWNED)
    assert await desk.code(PROGRESSED, ALMERE, sequence=3) == "early"
    await desk.hear(PROGRESSED, ALMERE, sequence=2)
    assert await desk.code(PROGRESSED, ALMERE, sequence=3) is None


async def test_what_is_missing_for_long_is_passed_over_and_taken_when_it_comes_after_all(stage: Staged) -> None:
    desk = await walk(stage, OWNED)
    await desk.hear(PROGRESSED, ALMERE, sequence=5, past_gap=True)
    assert await desk.code(PROGRESSED, ALMERE, sequence=4) is None
    assert await desk.code(PROGRESSED, ALMERE, sequence=4) == "sequence_reused"
    assert await desk.code(PROGRESSED, ALMERE, sequence=2) is None
    assert await desk.code(PROGRESSED, ALMERE, sequence=3) is None
    assert await desk.code(PROGRESSED, ALMERE, sequence=3) == "sequence_reused"
    assert await desk.code(PROGRESSED, ALMERE, sequence=6) is None


@pytest.mark.parametrize("number", [1, 2])
async def test_a_number_is_used_once(stage: Staged, number: int) -> None:
    desk = await walk(stage, OWNED)
    await desk.hear(PROGRESSED, ALMERE, sequence=2)
    assert await desk.code(PROGRESSED, ALMERE, sequence=number) == "sequence_reused"


async def test_what_is_not_counted_comes_in_any_order(stage: Staged) -> None:
    desk = await walk(stage, OWNED)
    for _ in range(3):
        assert await desk.code(PROGRESSED, ALMERE, sequence=0) is None


async def test_each_system_of_a_sender_counts_for_itself(stage: Staged) -> None:
    desk = await walk(stage, OWNED)
    assert await desk.code(PROGRESSED, ALMERE, sequence=1, system="another") is None
    assert await desk.code(PROGRESSED, ALMERE, sequence=2) is None


async def test_the_first_event_of_all_begins_the_count(stage: Staged) -> None:
    process = WAYS["SignalRouting", "opening"].process
    desk = await stage(DESK, process)
    await desk.start()
    await desk.hear(EVENTS["SignalReported"], POLICE, sequence=7)
    assert await desk.code(EVENTS["SignalReported"], POLICE, sequence=6) == "sequence_reused"


async def test_a_refused_event_leaves_no_trace(stage: Staged) -> None:
    desk = await walk(stage, OWNED)
    before = await desk.view()
    assert await desk.code(CaseConcluded(outcome=CaseOutcome.HELPED), COMENSHA, sequence=1) == "case_unknown"
    assert await desk.view() == before
    assert await desk.code(PROGRESSED, ALMERE, sequence=2) is None


async def test_the_trace_of_the_first_event_goes_on_in_every_letter(stage: Staged) -> None:
    desk = await stage(DESK, OWNED.process)
    await desk.start()
    await desk.hear(EVENTS["SignalReported"], POLICE, trace=TRACE)
    await desk.settle()
    await desk.hear(CaseAccepted(), ALMERE, trace="00-ffffffffffffffffffffffffffffffff-b7ad6b7169203331-01")
    await desk.settle()
    traces = {message.traceparent.split("-")[1] for _, message in desk.letters.all if message.traceparent}
    assert traces == {"0af7651916cd43dd8448eb211c80319c"}
    receipt = next(message for _, message in desk.letters.all if message.event_class is SignalReceived)
    assert receipt.causationid == event_id(POLICE, desk.reference, 1)


async def test_a_gap_in_coverage_leads_to_no_case(stage: Staged) -> None:
    desk = await walk(stage, WAYS["SignalRouting", "with_coordinator"])
    await desk.skip(timedelta(days=5))
    [gap] = [message for to, message in desk.letters.all if to == "flevoland"]
    case = desk.letters.all[0][1]
    assert gap.caseref != case.caseref
    assert (gap.traceparent or "").split("-")[1] != (case.traceparent or "").split("-")[1]
    assert (gap.sequence, gap.causationid) == ("0", None)


@pytest.mark.parametrize("way", ["SignalRouting", "Case", "Placement", "Registration"])
async def test_a_refused_delivery_is_an_alarm_until_a_person_has_seen_it(stage: Staged, way: str) -> None:
    other = DESK if way == "Case" else ALMERE
    state = next(state for table, state in WAYS if table == way and state not in {"opening", "searching", "recording"})
    file = await walk(stage, WAYS[way, state])
    phase = await file.phase()
    assert "no open alarm" in await file.refused(AcknowledgeAlarms())
    assert await file.code(EVENTS["DeliveryRefused"], STRANGER) == "case_unknown"
    await file.hear(EVENTS["DeliveryRefused"], other)
    view = await file.view()
    assert view.alarms == (f"nl.keten.cases.accepted.v1 was refused by {other}: case_unknown",)
    assert "acknowledge_alarms" in {choice.command for choice in view.choices}
    await file.decide(AcknowledgeAlarms())
    assert (await file.view()).alarms == ()
    assert await file.phase() == phase


async def test_letters_are_numbered_per_recipient_and_file(stage: Staged) -> None:
    case = await walk(stage, NAMED.then(*ASKING.steps[-1:]))
    await case.hear(RegistrationRecorded(anonymous=True), COMENSHA)
    await case.decide(OfferHelp(need=NEED, organisations=(COSM,)))
    await case.decide(AskPrivacyCheck(observation=OBSERVATION))
    await case.hear(CaseWithdrawn(), DESK)
    await case.handle.result()
    lines: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for to, message in case.letters.all:
        lines[to, str(message.event_class.rule.file)].append(int(message.sequence))
    assert dict(lines) == {
        (DESK, "signal"): [1],
        (COMENSHA, "registration"): [1, 2],
        (COSM, "placement"): [1, 2, 3, 4],
    }
    [noted] = case.letters.to_itself
    assert (noted.caseref == case.reference, noted.sequence) == (False, "0"), "it counts on no line of the case"


async def test_a_recipient_who_cannot_be_reached_holds_up_nobody_and_no_clock(stage: Staged) -> None:
    case = await walk(stage, PLANNING)
    case.letters.silent = {COSM}
    await case.decide(OfferHelp(need=NEED.model_copy(update={"urgency": Urgency.CRISIS}), organisations=(COSM, WOMEN)))
    await case.skip(timedelta(hours=4))
    assert [to for to, _ in await case.sent(ReferralOffered)] == [WOMEN]
    await case.hear(ReferralSeen(referral=2), WOMEN)
    await case.hear(ReferralAccepted(referral=2), WOMEN)
    case.letters.silent = set()
    await case.skip(timedelta(minutes=3))
    to_cosm = [(message.event_class.__name__, message.sequence) for to, message in case.letters.all if to == COSM]
    assert to_cosm == [("ReferralOffered", "1"), ("ReferralRecalled", "2")]


async def test_a_file_does_not_end_before_everything_was_said(stage: Staged) -> None:
    desk = await walk(stage, OWNED)
    desk.letters.silent = {POLICE}
    await desk.hear(CaseConcluded(outcome=CaseOutcome.HELPED), ALMERE)
    await desk.skip(timedelta(minutes=5))
    assert (await desk.history())[-1].event_type != EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED
    assert await desk.code(PROGRESSED, ALMERE) == EARLY, "what comes meanwhile is neither lost nor refused: it comes again"
    desk.letters.silent = set()
    await desk.skip(timedelta(minutes=2))
    await desk.handle.result()
    assert (await desk.sent(SignalStatusChanged))[-1][1].status is SignalStatus.CLOSED


async def test_what_people_decide_waits_for_no_map(stage: Staged) -> None:
    """The directory does not answer: decisions are taken, and what follows from them follows when it does."""
    case = await walk(stage, WAYS["Case", "offered"])
    silence(case, "maps")
    await case.decide(AcceptCase())
    await case.decide(RecordTriage(finding=Finding.PRESUMED_VICTIM))
    await case.decide(RecordConsent(help=True))
    assert "has not been read yet" in await case.refused(OfferHelp(need=NEED, organisations=(COSM,)))
    await case.decide(ConcludeCase(outcome=CaseOutcome.OUT_OF_SIGHT))
    silence(case, "")
    await case.skip(timedelta(minutes=2))
    assert await case.phase() == "closing"
    await case.hear(RegistrationRecorded(anonymous=True), COMENSHA)
    await case.handle.result()


async def test_a_story_keeps_its_last_lines_and_the_last_ids_are_known(stage: Staged) -> None:
    desk = await walk(stage, OWNED)
    for number in range(2, STORY_LINES + 20):
        await desk.hear(PROGRESSED, ALMERE, sequence=number)
    view = await desk.view()
    assert len(view.story) == STORY_LINES
    assert view.left_out > 0
    assert REMEMBERED_IDS < STORY_LINES
    assert await desk.hear_again() == "owned"


class Twice(Letters):
    """A bus whose first acknowledgement of each message is lost."""

    def __init__(self) -> None:
        super().__init__()
        self.came: list[CloudEvent] = []

    async def publish(self, message: CloudEvent, recipient: str) -> None:
        self.came.append(message)
        if len(self.came) % 2:
            raise TimeoutError


def letter(step: int, to: str = DESK) -> Letter:
    return Letter(
        step=step,
        to=to,
        type=CaseAccepted.rule.type,
        reference=new_reference(),
        system="case",
        sequence=step,
        logged=datetime.now(UTC),
        trace=None,
        data={},
    )


async def test_a_letter_that_is_posted_again_keeps_its_id() -> None:
    bus = Twice()
    post = Post(DIRECTORY.get(ALMERE), b"key", bus, Awaiting())
    batch = Batch(letters=(letter(1),))
    assert (await ActivityEnvironment().run(post.post, batch)).steps == ()
    assert (await ActivityEnvironment().run(post.post, batch)).steps == (1,)
    first, second = bus.came
    assert first == second


async def test_ids_differ_by_step_and_cannot_be_guessed_without_the_key() -> None:
    bus = Letters()
    batch = Batch(letters=(letter(1), letter(2)))
    for key in (b"key", b"another key"):
        await ActivityEnvironment().run(Post(DIRECTORY.get(ALMERE), key, bus, Awaiting()).post, batch)
    ids = [message.id for _, message in bus.all]
    assert len(set(ids)) == 4


async def test_only_what_a_disk_acknowledged_is_awaited_word_of() -> None:
    bus, awaiting = Letters(), Awaiting()
    bus.silent = {COSM}
    post = Post(DIRECTORY.get(ALMERE), b"key", bus, awaiting)
    batch = Batch(letters=(letter(1, DESK), letter(2, COSM)))
    await ActivityEnvironment().run(post.post, batch)
    assert [(sent.other, sent.message.sequence) for sent in awaiting.sent] == [(DESK, "1")]
    bus.silent = set()
    await ActivityEnvironment().run(post.keep_posting, Batch(letters=batch.letters[1:]))
    assert [(sent.other, sent.message.sequence) for sent in awaiting.sent] == [(DESK, "1"), (COSM, "2")]


class LastOfAll(Letters):
    """A bus that looks, before it takes anything, whether all is awaited that leaves together."""

    def __init__(self, awaiting: Awaiting, count: int) -> None:
        super().__init__()
        self._awaiting = awaiting
        self._count = count

    async def publish(self, message: CloudEvent, recipient: str) -> None:
        assert len(self._awaiting.sent) == len(self._awaiting.records) == self._count
        assert not self._awaiting.known
        await super().publish(message, recipient)


class Late(Awaiting):
    """It awaits word of what has left already."""

    async def begin(self, letters: Sequence[Exchange], at: datetime, *, awaited: bool = True) -> None:
        await super().begin(letters, at, awaited=False)


@pytest.mark.parametrize(("kind", "posted"), [(Awaiting, 2), (Late, 0)])
async def test_what_leaves_is_awaited_before_and_known_to_have_left_after(kind: type[Awaiting], posted: int) -> None:
    awaiting = kind()
    post = Post(DIRECTORY.get(ALMERE), b"key", LastOfAll(awaiting, 2), awaiting)
    assert len((await ActivityEnvironment().run(post.post, Batch(letters=(letter(1), letter(2, COSM))))).steps) == posted
    assert len(awaiting.known) == posted


async def test_a_letter_of_which_nobody_would_miss_word_does_not_leave() -> None:
    bus, awaiting = Letters(), Awaiting()
    awaiting.out_of_reach = True
    post = Post(DIRECTORY.get(ALMERE), b"key", bus, awaiting)
    for work in (post.post, post.keep_posting):
        with pytest.raises(TimeoutError):
            await ActivityEnvironment().run(work, Batch(letters=(letter(1),)))
    assert bus.all == []


async def test_what_left_before_one_that_does_not_is_awaited_and_what_can_never_leave_is_not() -> None:
    bus, awaiting = Letters(), Awaiting()
    post = Post(DIRECTORY.get(ALMERE), b"key", bus, awaiting)
    bus.refused = CaseAccepted
    posted = await ActivityEnvironment().run(post.post, Batch(letters=(letter(1),)))
    assert (posted.steps, [never.step for never in posted.unsendable], awaiting.sent) == ((), [1], [])
    assert awaiting.given_up == [("CaseAccepted", posted.unsendable[0].code)]
    await ActivityEnvironment().run(post.keep_posting, Batch(letters=(letter(1),)))
    assert awaiting.given_up == [("CaseAccepted", posted.unsendable[0].code)] * 2
    bus.refused, bus.silent = None, {COSM}
    with pytest.raises(TimeoutError):
        await ActivityEnvironment().run(post.keep_posting, Batch(letters=(letter(1), letter(2, COSM), letter(3))))
    assert [sent.message.sequence for sent in awaiting.sent] == ["1"]


async def test_letters_to_one_recipient_keep_their_order_and_stop_at_the_first_that_fails() -> None:
    bus = Letters()
    bus.silent = {COSM}
    post = Post(DIRECTORY.get(ALMERE), b"key", bus, Awaiting())
    letters = tuple(letter(step, to) for step, to in enumerate((DESK, COSM, DESK, COSM, WOMEN), start=1))
    posted = await ActivityEnvironment().run(post.post, Batch(letters=letters))
    assert sorted(posted.steps) == [1, 3, 5]
    to_desk = [int(message.sequence) for to, message in bus.all if to == DESK]
    assert all(before < after for before, after in pairwise(to_desk))
    with pytest.raises(TimeoutError):
        await ActivityEnvironment().run(post.keep_posting, Batch(letters=letters[1:2]))
