"""The ledger of consents in a case: each for itself, with when it was given and when it was taken back."""

from collections.abc import Sequence
from datetime import datetime

from contracts.commands import RecordConsent
from contracts.views import ConsentView
from contracts.words import ConsentBy, ConsentTo
from workflows.case.file import CaseFile, ConsentFile


def note_said(file: CaseFile, order: RecordConsent, now: datetime) -> None:
    """What the person says now. What was given before and is not given now was taken back; what goes on stays as it stands."""
    file.consents = file.consents or _of_before(file, now)
    for purpose, given in order.said.items():
        holds = _holding(file.consents, file.consent, purpose)
        if holds is None:
            said = ConsentFile(purpose=purpose, given=now if given else None, by=order.given_by)
            file.consents.append(said)
        elif not given:
            holds.withdrawn = now


def note_withdrawn(file: CaseFile, purpose: ConsentTo, now: datetime) -> None:
    """The person takes it back."""
    file.consents = file.consents or _of_before(file, now)
    holds = _holding(file.consents, file.consent, purpose)
    if holds is not None:
        holds.withdrawn = now


def consents_of(file: CaseFile) -> tuple[ConsentView, ...]:
    """As a person sees them."""
    consents = file.consents or _of_before(file, None)
    holding = [_holding(consents, file.consent, purpose) for purpose in ConsentTo]
    return tuple(
        ConsentView(
            purpose=one.purpose,
            given=one.given,
            withdrawn=one.withdrawn,
            by=one.by or (ConsentBy.GUARDIAN if one.by_guardian else ConsentBy.PERSON),
            holds=any(one is held for held in holding),
        )
        for one in consents
    )


def _holding(consents: Sequence[ConsentFile], now: RecordConsent | None, purpose: ConsentTo) -> ConsentFile | None:
    """The line of a consent that holds; where its moment is not known, what was recorded last says that it does."""
    last = next((one for one in reversed(consents) if one.purpose is purpose), None)
    if last is None or last.withdrawn:
        return None
    return last if last.given or (now is not None and getattr(now, purpose)) else None


def _of_before(file: CaseFile, now: datetime | None) -> list[ConsentFile]:
    """What an earlier version recorded: the story knows when. Its newest line may be the decision that is handled now."""
    if file.consent is None:
        return []
    recorded = [line.at for line in file.story if line.what == "record_consent" and line.at != now]
    at = recorded[-1] if recorded else None
    given = {purpose: at if yes else None for purpose, yes in file.consent.said.items()}
    return [ConsentFile(purpose=one, given=when, by=file.consent.given_by) for one, when in given.items()]
