"""A letter whose ground has lapsed does not leave any more, although it was written while the ground held."""

from datetime import timedelta

from contracts.commands import OfferHelp, WithdrawConsent
from contracts.events.deliveries import DeliveriesMissed
from tests.workflows.careless import CarelessCase
from tests.workflows.conftest import Staged
from tests.workflows.stage import Stage
from tests.workflows.ways import ALMERE, COSM, INTAKE, NEED, PLANNING, take
from workflows.case.case import Case

OFFER = OfferHelp(need=NEED, organisations=(COSM,))
A_WHILE = timedelta(minutes=3)


async def offered_to_somebody_silent(stage: Staged, kind: type[Case]) -> Stage:
    """An offer of help is written, and cannot be delivered."""
    file: Stage = await stage(ALMERE, kind)
    assert INTAKE.opening
    await file.open(*INTAKE.opening)
    for step in PLANNING.steps:
        await take(file, step)
    file.letters.silent.add(COSM)
    await file.decide(OFFER)
    await file.settle()
    return file


async def when_it_answers_again(file: Stage) -> list[str]:
    """What an aid organisation hears when it can be reached again."""
    file.letters.silent.clear()
    await file.skip(A_WHILE)
    return [type(message.event()).__name__ for to, message in file.letters.all if to == COSM]


def withheld(story: list[str]) -> int:
    return story.count("withheld")


async def story_of(file: Stage) -> list[str]:
    return [line.what for line in (await file.view()).story]


async def test_an_offer_does_not_leave_after_consent_was_withdrawn(stage: Staged) -> None:
    file = await offered_to_somebody_silent(stage, Case)
    await take(file, WithdrawConsent(help=True))
    assert "ReferralOffered" not in await when_it_answers_again(file)
    assert withheld(await story_of(file)) == 1
    [line] = [line for line in (await file.view()).story if line.what == "withheld"]
    assert line.facts == {"to": COSM, "what": "referral_offered"}
    assert file.awaiting.given_up == [("ReferralOffered", None)], "nobody looks for it among what hangs"
    await file.hear(DeliveriesMissed(system="case", numbers=(1,)), COSM)
    assert not [alarm for alarm in (await file.view()).alarms if "misses" in alarm], "we kept it back ourselves"


async def test_while_consent_holds_it_leaves_when_it_can(stage: Staged) -> None:
    file = await offered_to_somebody_silent(stage, Case)
    assert "ReferralOffered" in await when_it_answers_again(file)
    assert withheld(await story_of(file)) == 0
    assert file.awaiting.given_up == []


async def test_who_does_not_ask_again_is_found(stage: Staged) -> None:
    file = await offered_to_somebody_silent(stage, CarelessCase)
    await take(file, WithdrawConsent(help=True))
    assert "ReferralOffered" in await when_it_answers_again(file)
