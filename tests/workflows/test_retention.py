"""What is kept of a case: for its term, erased by two persons, asked back wherever it was told."""

from datetime import timedelta
from typing import Any

import pytest

from contracts.commands import AskErasure, CloseWithoutReceipts, ConfirmErasure, KeepLonger, RefuseErasure
from contracts.event import Event, File
from contracts.events.erasures import ConsentWithdrawn, ErasureCompleted, ErasureDeclined, ErasureRequested, FileEnded
from contracts.words import AgencyKind, ConsentTo, ErasureReason, NotErased
from tests.workflows.conftest import Staged
from tests.workflows.doubles import ERASED_AT
from tests.workflows.stage import Stage
from tests.workflows.ways import ALMERE, ASKED, COSM, ERASURE_ASKED, FIRST, KEPT, LELYSTAD, RIEC, SECOND, WITHDRAWN, take, walk

RECEIPT = ErasureCompleted(system="retention", held=True, destroyed_on=ERASED_AT.date())


def told(file: Stage) -> list[tuple[str, str]]:
    return [(to, type(message.event()).__name__) for to, message in file.letters.all]


async def test_two_persons_erase_it_and_whoever_was_told_proves_that_it_did_too(stage: Staged) -> None:
    file = await walk(stage, ASKED)
    assert file.vault.forgotten == []
    await take(file, SECOND)
    assert set(file.vault.forgotten) == {file.reference}
    assert told(file) == [(LELYSTAD, "ErasureRequested")]
    assert await file.phase() == "collecting"
    await file.hear(RECEIPT, LELYSTAD, proof="signed.by.lelystad")
    await file.handle.result()
    assert (await file.view()).track.phase == "erased"


@pytest.mark.parametrize(
    ("second", "words"),
    [
        pytest.param("a.one.z", "an erasure needs 2 persons of this agency", id="the same person twice"),
        pytest.param("a.nobody.z", "nobody at this agency signed this", id="nobody who works there"),
    ],
)
async def test_one_person_alone_erases_nothing(stage: Staged, second: str, words: str) -> None:
    file = await walk(stage, ASKED.then(ConfirmErasure(order=second)))
    assert file.vault.forgotten == []
    assert await file.phase() == "asked"
    assert any(words in alarm for alarm in (await file.view()).alarms)
    await take(file, SECOND)
    assert set(file.vault.forgotten) == {file.reference}, "what the first person signed still counts"


async def test_one_person_with_two_names_is_one_person(stage: Staged) -> None:
    file = await walk(stage, ASKED)
    file.vault.keys_of = {"two": "one"}
    await take(file, SECOND)
    assert file.vault.forgotten == []
    assert any("each with a key of their own" in alarm for alarm in (await file.view()).alarms)
    await take(file, ConfirmErasure(order="a.three.z"))
    assert set(file.vault.forgotten) == {file.reference}


async def test_who_came_onto_the_list_after_it_was_asked_does_not_confirm(stage: Staged) -> None:
    file = await walk(stage, ASKED)
    asked = (await file.view()).story[-1].at
    file.vault.since = {"two": asked + timedelta(minutes=1), "three": asked - timedelta(days=1)}
    await take(file, SECOND)
    assert file.vault.forgotten == []
    assert any("two came onto the list of people after it was asked" in alarm for alarm in (await file.view()).alarms)
    await take(file, ConfirmErasure(order="a.three.z"))
    assert set(file.vault.forgotten) == {file.reference}


async def test_the_one_who_confirms_for_another_agency_was_there_before_it_asked_too(stage: Staged) -> None:
    file = await walk(stage, ERASURE_ASKED)
    file.vault.told = (ALMERE,)
    file.vault.since = {"two": (await file.view()).story[-1].at + timedelta(minutes=1)}
    await take(file, SECOND)
    assert file.vault.forgotten == []
    await take(file, ConfirmErasure(order="a.three.z"))
    assert set(file.vault.forgotten) == {file.reference}


async def test_an_agency_that_has_no_part_gets_nothing_erased_by_one_person(stage: Staged) -> None:
    """It does not come so far, because its request is refused; one that lay there before is not believed either."""
    file = await walk(stage, ERASURE_ASKED)
    file.vault.told = (RIEC,)
    await take(file, SECOND)
    assert file.vault.forgotten == []
    assert any("an erasure needs 2 persons" in alarm for alarm in (await file.view()).alarms)


async def test_an_open_file_is_not_erased_and_a_person_is_told_which(stage: Staged) -> None:
    file = await walk(stage, ASKED)
    file.vault.open_files = ("placement-2",)
    await take(file, SECOND)
    assert file.vault.forgotten == []
    assert (await file.view()).alarms == ("not erased: open: placement-2",)
    await file.hear(FileEnded(kind=File.PLACEMENT, system="placement-2"), ALMERE)
    file.vault.open_files = ()
    assert await file.phase() == "kept"
    await take(file, FIRST)
    await take(file, SECOND)
    assert file.vault.forgotten


async def test_a_case_that_is_not_open_any_more_can_be_asked_for_again_at_once(stage: Staged) -> None:
    """A file tells that it ended a moment before it has: whoever looks just then finds it open, and hears of no other end."""
    file = await walk(stage, ASKED)
    file.vault.open_files = ("case",)
    await take(file, SECOND)
    assert await file.phase() == "in_use"
    file.vault.open_files = ()
    await take(file, FIRST)
    await take(file, SECOND)
    assert set(file.vault.forgotten) == {file.reference}


async def test_what_stays_open_for_long_is_looked_at_again(stage: Staged) -> None:
    file = await walk(stage, ASKED)
    file.vault.open_files = ("case",)
    await take(file, SECOND)
    for open_files, phase in ((("case",), "in_use"), ((), "kept")):
        file.vault.open_files = open_files
        until = (await file.view()).track.until
        assert until is not None
        await file.skip_until(until + timedelta(hours=1))
        assert await file.phase() == phase


async def test_another_agency_asks_one_person_here_decides_and_it_gets_a_receipt(stage: Staged) -> None:
    file = await walk(stage, ERASURE_ASKED)
    file.vault.told = (RIEC, ALMERE)
    assert await file.phase() == "asked"
    await take(file, SECOND)
    [(to, receipt), *others] = file.letters.all
    assert (to, receipt.event()) == (
        ALMERE,
        ErasureCompleted(
            system="hand", held=True, destroyed_on=ERASED_AT.date(), unreadable_from=receipt.data["unreadable_from"]
        ),
    )
    assert receipt.causationid == file.last.id
    assert [to for to, _ in others] == [RIEC], "whoever asked is not asked back"


async def test_who_holds_nothing_says_so_at_once(stage: Staged) -> None:
    file = await stage(LELYSTAD, ERASURE_ASKED.process)
    file.vault.held_key, file.vault.told = False, ()
    await file.open(*ERASURE_ASKED.opening)  # type: ignore[misc]
    await file.handle.result()
    assert [(to, message.event()) for to, message in file.letters.all] == [(ALMERE, ErasureCompleted(system="hand", held=False))]


async def test_a_refusal_names_its_exception_and_it_stays(stage: Staged) -> None:
    file = await walk(stage, ERASURE_ASKED.then(RefuseErasure(reason=NotErased.LEGAL_DUTY)))
    assert [(to, message.event()) for to, message in file.letters.all] == [
        (ALMERE, ErasureDeclined(system="hand", reason=NotErased.LEGAL_DUTY))
    ]
    assert await file.phase() == "kept"
    assert file.vault.forgotten == []


async def test_a_request_while_a_file_is_open_waits_until_it_ends(stage: Staged) -> None:
    file = await stage(LELYSTAD, ERASURE_ASKED.process)
    file.vault.open_files = ("privacy",)
    await file.open(*ERASURE_ASKED.opening)  # type: ignore[misc]
    assert await file.phase() == "in_use"
    await file.hear(FileEnded(kind=File.PRIVACY, system="privacy"), LELYSTAD)
    assert await file.phase() == "asked"


async def test_the_longest_term_counts(stage: Staged) -> None:
    file = await walk(stage, KEPT)
    first = (await file.view()).track.until
    await file.hear(FileEnded(kind=File.PRIVACY, system="privacy"), ALMERE)
    second = (await file.view()).track.until
    assert first is not None
    assert second is not None
    assert second >= first


async def test_a_term_that_ended_may_begin_again(stage: Staged) -> None:
    file = await walk(stage, KEPT)
    until = (await file.view()).track.until
    assert until is not None
    await file.skip_until(until + timedelta(hours=1))
    assert await file.phase() == "due"
    await take(file, KeepLonger())
    assert await file.phase() == "kept"


async def test_a_receipt_that_does_not_come_can_be_done_without(stage: Staged) -> None:
    file = await walk(stage, ASKED.then(SECOND, CloseWithoutReceipts()))
    await file.handle.result()
    assert await file.phase() == "erased"
    assert set(file.vault.forgotten) == {file.reference}


async def test_what_was_shared_on_a_withdrawn_consent_is_asked_back(stage: Staged) -> None:
    file = await walk(stage, WITHDRAWN)
    [(to, letter)] = file.letters.all
    assert (to, letter.event()) == (LELYSTAD, ErasureRequested(reason=ErasureReason.CONSENT_WITHDRAWN, consent=ConsentTo.RIEC))
    [recall] = (await file.view()).tracks
    assert (recall.phase, recall.turn) == ("asked", LELYSTAD)
    await file.hear(RECEIPT, LELYSTAD)
    assert (await file.view()).tracks == ()
    assert await file.phase() == "in_use"


async def test_a_second_withdrawal_is_asked_back_too(stage: Staged) -> None:
    file = await walk(stage, WITHDRAWN)
    file.vault.told = (LELYSTAD, COSM)
    await file.hear(ConsentWithdrawn(consent=ConsentTo.HELP, told=(COSM,)), ALMERE)
    await file.settle()
    assert told(file) == [(LELYSTAD, "ErasureRequested"), (COSM, "ErasureRequested")]


async def recalled(stage: Staged) -> dict[str, dict[str, Any]]:
    """What a shelter and a RIEC are written when what both were told is asked back."""
    file = await walk(stage, WITHDRAWN)
    file.vault.told = (LELYSTAD, COSM, RIEC)
    await file.hear(ConsentWithdrawn(consent=ConsentTo.HELP, told=(COSM, RIEC)), ALMERE)
    await file.settle()
    return {to: message.data for to, message in file.letters.all}


async def test_of_which_consent_only_those_hear_who_can_be_told_something_on_one(stage: Staged) -> None:
    said = await recalled(stage)
    assert said[COSM] == {"reason": "consent_withdrawn", "consent": "help"}
    assert said[RIEC] == {"reason": "consent_withdrawn"}


async def test_if_nothing_were_left_out_the_riec_would_hear_of_it(stage: Staged, monkeypatch: pytest.MonkeyPatch) -> None:
    def everything(event: Event, _: AgencyKind) -> dict[str, Any]:
        return event.model_dump(mode="json")

    monkeypatch.setattr(Event, "told_to", everything)
    assert (await recalled(stage))[RIEC]["consent"] == "help"


def test_an_order_is_a_signature() -> None:
    with pytest.raises(ValueError, match="order"):
        AskErasure(reason=ErasureReason.TERM, order="no signature")
