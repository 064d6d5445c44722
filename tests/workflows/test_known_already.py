"""Who is known already gets no second file: a person at the desk joins the two, and nothing says where the first one lies."""

from contracts.commands import AssignOwner, JoinSignal
from contracts.events.coverage import CoverageGapObserved
from contracts.events.signals import CaseAccepted, CaseDeclined, CaseWithdrawn, SignalRouted, SignalStatusChanged
from contracts.words import NotOurs, SignalStatus
from tests.workflows.conftest import Staged
from tests.workflows.test_standing_still import rings
from tests.workflows.ways import ALMERE, COMENSHA, KNOWN, POLICE, WAYS, ZWOLLE, walk
from workflows.signal.table import KNOWN as WORDS
from workflows.signal.table import KNOWN_TOO


async def test_who_is_known_already_is_not_sent_on_but_joined_by_hand(stage: Staged) -> None:
    desk = await walk(stage, WAYS["SignalRouting", "with_coordinator"])
    await desk.hear(KNOWN, ALMERE)
    assert await desk.phase() == "joining"
    assert [to for to, _ in await desk.sent(SignalRouted)] == [ALMERE]
    assert [alarm.words for alarm in desk.pages.alarms] == [WORDS]
    await desk.decide(JoinSignal())
    await desk.handle.result()
    assert [to for to, _ in await desk.sent(SignalRouted)] == [ALMERE]
    assert await desk.sent(CoverageGapObserved) == []
    told = [changed.status for to, changed in await desk.sent(SignalStatusChanged) if to == POLICE]
    assert told == [SignalStatus.WITH_COORDINATOR, SignalStatus.WITH_DESK, SignalStatus.CLOSED]


async def test_the_control_who_declines_for_another_reason_leads_to_comensha(stage: Staged) -> None:
    desk = await walk(stage, WAYS["SignalRouting", "with_coordinator"])
    await desk.hear(CaseDeclined(reason=NotOurs.OTHER_REGION), ALMERE)
    assert [to for to, _ in await desk.sent(SignalRouted)] == [ALMERE, COMENSHA]


async def test_nobody_joined_them_a_person_is_alarmed_again_and_can_still_find_an_owner(stage: Staged) -> None:
    desk = await walk(stage, WAYS["SignalRouting", "joining"])
    await rings(desk, 2)
    assert [alarm.words for alarm in desk.pages.alarms] == [WORDS] * 3
    await desk.decide(AssignOwner(to=ZWOLLE))
    assert await desk.phase() == "with_coordinator"


async def test_whoever_else_was_asked_hears_that_it_is_over(stage: Staged) -> None:
    desk = await walk(stage, WAYS["SignalRouting", "with_coordinator"])
    await rings(desk)
    assert await desk.phase() == "with_registry"
    await desk.hear(KNOWN, ALMERE)
    assert await desk.phase() == "joining"
    await desk.decide(JoinSignal())
    await desk.handle.result()
    assert await desk.sent(CaseWithdrawn) == [(COMENSHA, CaseWithdrawn())]


async def test_a_case_that_has_an_owner_keeps_it_and_a_person_sees_to_the_other_file(stage: Staged) -> None:
    desk = await walk(stage, WAYS["SignalRouting", "with_coordinator"])
    await rings(desk)
    await desk.hear(CaseAccepted(), COMENSHA)
    await desk.hear(KNOWN, ALMERE)
    assert await desk.phase() == "owned"
    assert [alarm.words for alarm in desk.pages.alarms] == [KNOWN_TOO]


def test_a_decline_names_nobody_and_who_knows_the_person_names_no_place_either() -> None:
    assert set(CaseDeclined.model_fields) == {"reason", "municipality"}
    assert CaseDeclined(reason=NotOurs.KNOWN_ALREADY, municipality="GM0995").elsewhere is None
