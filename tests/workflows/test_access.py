"""A person asks what is held about them: everybody who holds something answers for itself, where a person decides."""

from datetime import timedelta

from contracts.access import Answers
from contracts.commands import CloseWithoutAnswers, Disclose, RefuseDisclosure
from contracts.event import File
from contracts.events.disclosures import AccessAsked, DisclosureMade, DisclosureRefused, DisclosureRequested, HeldFile
from contracts.words import NotDisclosed
from tests.workflows.conftest import Staged
from tests.workflows.doubles import ERASED_AT
from tests.workflows.stage import Stage
from tests.workflows.ways import ACCESS_ASKED, ALMERE, COSM, DESK, DISCLOSURE_ASKED, LELYSTAD, PROVINCE, RIEC, take, walk

MADE = DisclosureMade(system="access", files=(HeldFile(kind=File.PRIVACY, phase="closed"),))


def told(file: Stage) -> list[tuple[str, str]]:
    return [(to, type(message.event()).__name__) for to, message in file.letters.all]


async def answers(file: Stage) -> Answers:
    return await file.handle.query("answers", result_type=Answers)


async def test_whoever_holds_something_is_asked_and_a_riec_and_the_province_are_not(stage: Staged) -> None:
    file = await stage(ALMERE, ACCESS_ASKED.process)
    file.papers.told = (LELYSTAD, COSM, RIEC, PROVINCE)
    await file.open(AccessAsked(), ALMERE)
    assert told(file) == [(COSM, "DisclosureRequested"), (LELYSTAD, "DisclosureRequested")]
    await file.hear(MADE, LELYSTAD, proof="signed.by.lelystad")
    assert (await answers(file)).waiting == (COSM,)
    await file.hear(DisclosureRefused(system="access", reason=NotDisclosed.RIGHTS_OF_OTHERS), COSM)
    await file.handle.result()
    [made, refused] = (await answers(file)).answers
    assert (made.agency, made.made, made.proof) == (LELYSTAD, MADE, "signed.by.lelystad")
    assert refused.refused
    assert refused.refused.reason is NotDisclosed.RIGHTS_OF_OTHERS


async def test_who_told_nobody_has_its_answer_at_once(stage: Staged) -> None:
    file = await stage(ALMERE, ACCESS_ASKED.process)
    file.papers.told = ()
    await file.open(AccessAsked(), ALMERE)
    await file.handle.result()
    assert await answers(file) == Answers(answers=(), waiting=())


async def test_who_does_not_answer_in_time_is_named_and_a_person_may_close_without_it(stage: Staged) -> None:
    file = await walk(stage, ACCESS_ASKED)
    until = (await file.view()).track.until
    assert until is not None
    await file.skip_until(until + timedelta(hours=1))
    assert any("an agency has not said what it holds" in alarm for alarm in (await file.view()).alarms)
    await take(file, CloseWithoutAnswers())
    await file.handle.result()
    assert (await answers(file)).waiting == (LELYSTAD,)


async def test_nothing_is_disclosed_before_a_person_says_so(stage: Staged) -> None:
    file = await walk(stage, DISCLOSURE_ASKED)
    assert told(file) == []
    await file.hear(DisclosureRequested(), DESK)
    await take(file, Disclose())
    await file.handle.result()
    assert told(file) == [(ALMERE, "DisclosureMade"), (DESK, "DisclosureMade")]
    made = file.letters.all[0][1].event()
    assert isinstance(made, DisclosureMade)
    assert [(held.kind, held.phase) for held in made.files] == [(File.CASE, "closed")]
    assert [exchange.other for exchange in made.exchanged] == [LELYSTAD]


async def test_a_refusal_says_why(stage: Staged) -> None:
    file = await walk(stage, DISCLOSURE_ASKED.then(RefuseDisclosure(reason=NotDisclosed.IDENTITY_UNPROVEN)))
    [(to, message)] = file.letters.all
    assert (to, message.event()) == (ALMERE, DisclosureRefused(system="hand", reason=NotDisclosed.IDENTITY_UNPROVEN))


async def test_who_holds_nothing_says_so_without_a_person(stage: Staged) -> None:
    file = await stage(LELYSTAD, DISCLOSURE_ASKED.process)
    file.papers.told, file.papers.files = (), ()
    await file.open(DisclosureRequested(), ALMERE)
    await file.handle.result()
    assert [(to, message.event()) for to, message in file.letters.all] == [(ALMERE, DisclosureMade(system="hand"))]


async def test_of_an_erased_case_only_the_day_and_the_exchanges_are_told(stage: Staged) -> None:
    file = await stage(LELYSTAD, DISCLOSURE_ASKED.process)
    await file.vault.forget(file.reference)
    await file.open(DisclosureRequested(), ALMERE)
    await take(file, Disclose())
    made = file.letters.all[0][1].event()
    assert isinstance(made, DisclosureMade)
    assert (made.files, made.erased_on, len(made.exchanged)) == ((), ERASED_AT.date(), 1)
