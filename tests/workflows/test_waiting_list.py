"""Who has no place yet keeps the person on its waiting list: others are asked beside it, and the first place counts."""

from datetime import timedelta

import pytest

from contracts.commands import (
    AcceptOffer,
    DeclineOffer,
    GiveUp,
    OfferAgain,
    OfferHelp,
    StandDown,
    WaitlistOffer,
    WithdrawConsent,
)
from contracts.event import Event
from contracts.events.referrals import (
    PersonRevealed,
    ReferralAccepted,
    ReferralDeclined,
    ReferralOffered,
    ReferralRecalled,
    ReferralSeen,
    ReferralWaitlisted,
)
from contracts.events.registrations import RegistrationAmended
from contracts.words import Decline, Recall, Urgency
from tests.workflows.conftest import Staged
from tests.workflows.stage import Stage
from tests.workflows.ways import (
    ALMERE,
    ASKING,
    COSM,
    DECLARED,
    INTAKE,
    NEED,
    PLACE,
    PLANNING,
    TAKEN_BACK,
    WAYS,
    WOMEN,
    Step,
    walk,
)

BOTH = (COSM, WOMEN)
AT_ONCE = PLANNING.then(OfferHelp(need=NEED, organisations=BOTH, at_once=True))


def says(kind: type[ReferralSeen | ReferralAccepted | ReferralWaitlisted], number: int) -> tuple[Event, str]:
    """What the organisation answers that was asked by this offer."""
    return kind(referral=number), BOTH[number - 1]


def full(number: int) -> tuple[Event, str]:
    return ReferralDeclined(referral=number, reason=Decline.FULL), BOTH[number - 1]


def waits(number: int) -> tuple[Event, str]:
    return says(ReferralWaitlisted, number)


async def phase(case: Stage) -> str:
    """Of the request for help."""
    return next((track.phase for track in (await case.view()).tracks if track.name == "AidReferral"), "")


async def told(case: Stage, event: type[Event]) -> list[str]:
    return [to for to, _ in await case.sent(event)]


async def test_at_the_organisation_who_waits_is_accepted_when_there_is_a_place(stage: Staged) -> None:
    place = await walk(stage, PLACE)
    await place.decide(WaitlistOffer())
    assert await place.sent(ReferralWaitlisted) == [(ALMERE, ReferralWaitlisted(referral=1))]
    await place.skip(timedelta(days=10))
    assert await place.phase() == "waitlisted", "an offer on a waiting list does not expire"
    assert len(await place.sent(ReferralWaitlisted)) == 1, "a clock says it to nobody again"
    await place.decide(AcceptOffer())
    assert await place.sent(ReferralAccepted) == [(ALMERE, ReferralAccepted(referral=1))]


@pytest.mark.parametrize("end", [DeclineOffer(reason=Decline.FULL), TAKEN_BACK], ids=["declined", "recalled"])
async def test_who_waits_may_be_declined_or_recalled_and_is_forgotten(stage: Staged, end: Step) -> None:
    place = await walk(stage, WAYS["Placement", "waitlisted"].then(end))
    await place.handle.result()
    assert "an example" not in (await place.view()).model_dump_json()


async def test_while_one_keeps_a_waiting_list_the_next_is_asked(stage: Staged) -> None:
    case = await walk(stage, ASKING.then(waits(1)))
    assert await phase(case) == "offered"
    assert await told(case, ReferralOffered) == [COSM, WOMEN]
    await case.hear(*says(ReferralAccepted, 2))
    assert await phase(case) == "accepted"
    assert await told(case, PersonRevealed) == [WOMEN]
    [(to, recalled)] = await case.sent(ReferralRecalled)
    assert (to, recalled.referral, recalled.reason) == (COSM, 1, Recall.PLACED_ELSEWHERE)


async def test_a_place_on_the_waiting_list_counts_before_an_answer_of_the_other(stage: Staged) -> None:
    case = await walk(stage, ASKING.then(waits(1), says(ReferralAccepted, 1)))
    assert await phase(case) == "accepted"
    assert await told(case, PersonRevealed) == [COSM]
    assert [(to, event.referral) for to, event in await case.sent(ReferralRecalled)] == [(WOMEN, 2)]
    assert await case.code(ReferralAccepted(referral=2), WOMEN) is None, "it crossed the recall, and is noted"
    assert await phase(case) == "accepted"


@pytest.mark.parametrize("other", [full(2), timedelta(days=8)], ids=["declined", "expired"])
async def test_where_nobody_else_has_a_place_the_request_waits_and_counts_not_as_not_placed(stage: Staged, other: Step) -> None:
    case = await walk(stage, ASKING.then(waits(1), other))
    assert await phase(case) == "waitlisted"
    assert COSM not in await told(case, ReferralRecalled), "the waiting list stands"
    assert await case.sent(RegistrationAmended) == []
    track = next(track for track in (await case.view()).tracks if track.name == "AidReferral")
    assert track.turn == COSM


async def test_the_coordinator_is_reminded_and_can_ask_others_beside_it(stage: Staged) -> None:
    case = await walk(stage, WAYS["AidReferral", "waitlisted"])
    assert f"on the waiting list of {COSM} already" in await case.refused(OfferAgain(referral=1, organisations=(COSM,)))
    await case.decide(OfferAgain(referral=1, organisations=(WOMEN,)))
    assert await phase(case) == "offered"
    await case.hear(*full(2))
    assert await phase(case) == "waitlisted"
    await case.hear(*full(1))
    assert await phase(case) == "not_placed", "the control: nobody keeps a waiting list any more"


async def test_two_waiting_lists_and_one_of_them_ends(stage: Staged) -> None:
    case = await walk(stage, AT_ONCE.then(waits(2), waits(1)))
    assert await phase(case) == "waitlisted"
    assert await told(case, ReferralOffered) == [COSM, WOMEN]
    before = next(track for track in (await case.view()).tracks if track.name == "AidReferral")
    await case.skip(timedelta(hours=1))
    await case.hear(*full(2))
    after = next(track for track in (await case.view()).tracks if track.name == "AidReferral")
    assert (after.phase, after.turn, after.until) == ("waitlisted", COSM, before.until)
    await case.hear(*says(ReferralAccepted, 1))
    assert await phase(case) == "accepted"
    assert await case.sent(ReferralRecalled) == [], "who declined is not recalled"


async def test_a_waiting_list_that_is_told_twice_asks_nobody_twice(stage: Staged) -> None:
    case = await walk(stage, ASKING.then(waits(1), waits(1), waits(2), waits(1)))
    assert await phase(case) == "waitlisted"
    assert await told(case, ReferralOffered) == [COSM, WOMEN]


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        (GiveUp(referral=1), Recall.SEARCH_STOPPED),
        (WithdrawConsent(help=True), Recall.CONSENT_WITHDRAWN),
    ],
    ids=["given up", "consent withdrawn"],
)
async def test_a_waiting_list_ends_with_the_request(stage: Staged, end: Step, reason: Recall) -> None:
    case = await walk(stage, ASKING.then(waits(1), waits(2), end))
    recalled = [(to, event.referral, event.reason) for to, event in await case.sent(ReferralRecalled)]
    assert sorted(recalled) == [(COSM, 1, reason), (WOMEN, 2, reason)]
    assert await phase(case) == ""
    assert await case.code(ReferralAccepted(referral=1), COSM) is None, "what crossed is noted"
    assert await case.sent(PersonRevealed) == []


async def test_a_waiting_list_ends_with_the_danger_that_was_its_ground(stage: Staged) -> None:
    asked = OfferHelp(need=NEED, organisations=(COSM,))
    case = await walk(stage, INTAKE.then(DECLARED, asked, waits(1), StandDown()))
    assert [event.reason for _, event in await case.sent(ReferralRecalled)] == [Recall.GROUND_ENDED]


async def test_in_a_crisis_a_waiting_list_is_looked_at_within_hours(stage: Staged) -> None:
    need = NEED.model_copy(update={"urgency": Urgency.CRISIS})
    case = await walk(stage, PLANNING.then(OfferHelp(need=need, organisations=(COSM,)), waits(1)))
    track = next(track for track in (await case.view()).tracks if track.name == "AidReferral")
    assert track.until is not None
    assert track.until - track.since == timedelta(hours=2)
