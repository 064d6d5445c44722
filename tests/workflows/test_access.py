"""A person asks what is held about them: everybody who holds something answers for itself, where a person decides."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from activities.disclosing import Kept
from console.access_text import of_others
from contracts.access import Answers
from contracts.agencies import Directory
from contracts.catalogue import CATALOGUE
from contracts.commands import CloseWithoutAnswers, Disclose, RefuseDisclosure
from contracts.envelope import MAX_BYTES, CloudEvent, source
from contracts.event import File
from contracts.events.disclosures import (
    AccessAsked,
    DisclosureMade,
    DisclosureRefused,
    DisclosureRequested,
    Exchanged,
    HeldFile,
)
from contracts.reference import new_reference
from contracts.refusals import Refused
from contracts.words import Ground, NotDisclosed
from runtime.bus import Seal
from runtime.keys.event_keys import EventKeys
from tests.workflows.conftest import Staged
from tests.workflows.doubles import ERASED_AT
from tests.workflows.stage import Stage
from tests.workflows.ways import ACCESS_ASKED, ALMERE, COSM, DESK, DISCLOSURE_ASKED, LELYSTAD, PROVINCE, RIEC, take, walk
from workflows.access.access import MOST_HELD
from workflows.access.disclosure import pages

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


def many(count: int) -> tuple[Exchanged, ...]:
    """As long as exchanges are: the longest names that there are."""
    at = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)
    said = {"type": max(CATALOGUE, key=len), "way": "taken", "other": "o" * 40, "ground": Ground.VITAL_INTEREST}
    return tuple(Exchanged.model_validate({"on": at + timedelta(seconds=number), **said}) for number in range(count))


def files(count: int) -> tuple[HeldFile, ...]:
    longest = {"kind": File.REGISTRATION, "phase": "p" * 40, "kept_until": date(2030, 12, 31)}
    return tuple(HeldFile.model_validate(longest) for _ in range(count))


def test_a_page_is_never_larger_than_the_bus_takes(directory: Directory, tmp_path: Path) -> None:
    keys = EventKeys(tmp_path / "keys", tmp_path / "public")
    keys.create(directory)
    sender = directory.get(LELYSTAD)
    seal = Seal(sender, keys)
    told = pages(Kept(files=files(60), exchanged=many(1000), partners=()), "access")
    assert len(told) == 10
    assert [exchange for page in told for exchange in page.exchanged] == list(many(1000))
    assert sum(len(page.files) for page in told) == 60

    def closed(event: DisclosureMade) -> bytes:
        message = CloudEvent(
            id="0" * 64,
            source=source(sender.oin, "disclosure"),
            type=event.rule.type,
            time=datetime.now(UTC),
            caseref=new_reference(),
            sequence="1000",
            traceparent=f"00-{'1' * 32}-{'2' * 16}-01",
            causationid="0" * 64,
            ground=Ground.LEGAL_TASK,
            previous="0" * 64,
            data=event.model_dump(mode="json"),
        )
        return seal.closed(message, ALMERE)

    assert max(len(closed(page)) for page in told) < MAX_BYTES * 0.9
    with pytest.raises(Refused, match="too_large"):
        closed(DisclosureMade(system="access", exchanged=many(500)))


async def test_a_thousand_exchanges_all_arrive_on_pages(stage: Staged) -> None:
    file = await stage(LELYSTAD, DISCLOSURE_ASKED.process)
    file.papers.count = 1003
    await file.open(DisclosureRequested(), ALMERE)
    await take(file, Disclose())
    await file.handle.result()
    made = [message.event() for _, message in file.letters.all]
    assert all(isinstance(page, DisclosureMade) for page in made)
    told = [page for page in made if isinstance(page, DisclosureMade)]
    assert sum(len(page.exchanged) for page in told) == 1000
    assert [(page.page, page.pages) for page in told] == [(number, 10) for number in range(1, 11)]
    assert [page.left_out for page in told] == [3] + [0] * 9


async def test_who_asked_waits_for_every_page(stage: Staged) -> None:
    file = await walk(stage, ACCESS_ASKED)
    for page in pages(Kept(files=(), exchanged=many(250), partners=()), "access"):
        assert (await answers(file)).waiting == (LELYSTAD,)
        await file.hear(page, LELYSTAD, proof=f"signed.page.{page.page}")
    await file.handle.result()
    told = await answers(file)
    assert [answer.made.page for answer in told.answers if answer.made] == [1, 2, 3]
    assert told.waiting == ()


async def test_what_is_more_than_one_file_can_gather_is_counted(stage: Staged, directory: Directory) -> None:
    file = await walk(stage, ACCESS_ASKED)
    for page in pages(Kept(files=(), exchanged=many(MOST_HELD + 100), partners=()), "access"):
        await file.hear(page, LELYSTAD)
    *kept, beyond = (await answers(file)).answers
    assert sum(len(answer.made.exchanged) for answer in kept if answer.made) == MOST_HELD
    assert beyond.made
    assert (beyond.made.exchanged, beyond.made.left_out) == ((), 100)
    text = "\n".join(of_others(directory, await answers(file)))
    assert "100 more exchanges are not listed here; ask this agency for them." in text
    assert text.count("\n## ") + text.startswith("## ") == 1, "one part for all its pages"


async def test_who_asks_twice_is_answered_once(stage: Staged) -> None:
    file = await walk(stage, DISCLOSURE_ASKED)
    await file.hear(DisclosureRequested(), ALMERE)
    await take(file, Disclose())
    await file.handle.result()
    assert told(file) == [(ALMERE, "DisclosureMade")]
