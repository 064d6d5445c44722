"""The ledger of consents in a case: each for itself, with when it was given and when it was taken back."""

from datetime import datetime

from contracts.commands import RecordConsent
from contracts.views import ConsentView
from contracts.words import ConsentTo
from workflows.case.file import CaseFile, ConsentFile


def note_given(file: CaseFile, order: RecordConsent, now: datetime) -> None:
    """What the person says now. What was given before and is not given now was taken back; what goes on stays as it stands."""
    file.consents = file.consents or _of_before(file, now)
    for purpose in ConsentTo:
        holds, given = _holding(file, purpose), bool(getattr(order, purpose))
        if holds is None:
            said = ConsentFile(purpose=purpose, given=now if given else None, by_guardian=order.by_guardian)
            file.consents.append(said)
        elif not given:
            holds.withdrawn = now


def note_withdrawn(file: CaseFile, purpose: ConsentTo, now: datetime) -> None:
    """The person takes it back."""
    file.consents = file.consents or _of_before(file, now)
    holds = _holding(file, purpose)
    if holds is not None:
        holds.withdrawn = now


def consents_of(file: CaseFile) -> tuple[ConsentView, ...]:
    """As a person sees them."""
    return tuple(
        ConsentView(purpose=one.purpose, given=one.given, withdrawn=one.withdrawn, by="guardian" if one.by_guardian else "person")
        for one in file.consents or _of_before(file, None)
    )


def _holding(file: CaseFile, purpose: ConsentTo) -> ConsentFile | None:
    return next((one for one in file.consents if one.purpose is purpose and one.given and not one.withdrawn), None)


def _of_before(file: CaseFile, now: datetime | None) -> list[ConsentFile]:
    """What an earlier version recorded: the story knows when. Its newest line may be the decision that is handled now."""
    if file.consent is None:
        return []
    recorded = [line.at for line in file.story if line.what == "record_consent" and line.at != now]
    at = recorded[-1] if recorded else None
    given = {purpose: at if getattr(file.consent, purpose) else None for purpose in ConsentTo}
    return [ConsentFile(purpose=one, given=when, by_guardian=file.consent.by_guardian) for one, when in given.items()]
