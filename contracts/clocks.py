"""Every term of the process, with its kind and source. Configuration, never code: an installation may set others."""

import re
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, PlainSerializer, model_validator

from contracts.text import Model

CRISIS = "_crisis"
"""What the name of a clock ends in that runs instead of another one in a crisis."""

UNITS = ("second", "minute", "hour", "day", "working day", "month")
LONGEST = {
    "second": 946_080_000,
    "minute": 15_768_000,
    "hour": 262_800,
    "day": 10_950,
    "working day": 7_500,
    "month": 360,
}
"""Thirty years: whatever begins today ends while the calendar is known and dates are still dates."""

_LAW = re.compile(r"\(LAW[:)]")
"""How the description of a term begins its mark where it stands in a statute."""

_WRITTEN = re.compile(r"^([0-9]+) (second|minute|hour|day|working day|month)s?$")


class Duration(Model):
    """An amount of time: ``4 hours``, ``1 working day``, ``3 months``."""

    amount: int = Field(ge=0)
    unit: str

    def __str__(self) -> str:
        return f"{self.amount} {self.unit}{'' if self.amount == 1 else 's'}"

    @property
    def exact(self) -> timedelta | None:
        """The span where the calendar plays no part; None for working days and months."""
        seconds = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}.get(self.unit)
        return None if seconds is None else timedelta(seconds=seconds * self.amount)


def _read(written: Any) -> Any:
    if not isinstance(written, str):
        return written
    match = _WRITTEN.fullmatch(written)
    if not match:
        raise ValueError(f"{written!r} is not a term: write an amount and one of {', '.join(UNITS)}")
    return {"amount": int(match[1]), "unit": match[2]}


Term = Annotated[Duration, BeforeValidator(_read), PlainSerializer(str, return_type=str)]


def _term(written: str, why: str) -> Any:
    return Field(default_factory=lambda: Duration.model_validate(_read(written)), description=why)


class Clocks(Model):
    """The terms. Marks: LAW, AGREEMENT (between agencies), DEFAULT (ours, no source), OPEN (its controller decides)."""

    opening: Term = _term("10 minutes", "the event that opens a file is handled (DEFAULT)")
    acceptance: Term = _term("1 working day", "coordinator accepts a routed case (DEFAULT)")
    remote_acceptance: Term = _term("1 working day", "CoMensha accepts a case it must coordinate remotely (DEFAULT)")
    alarm: Term = _term("4 hours", "a person answers an alarm; then it is raised again (DEFAULT)")
    progress: Term = _term("3 months", "the desk asks after a case that stays silent (DEFAULT)")
    triage: Term = _term("5 working days", "triage; as Veilig Thuis (LAW there, DEFAULT here)")
    talk: Term = _term("72 hours", "unclear whether victim: a talk (AGREEMENT, Amsterdam 72-hour places)")
    intake: Term = _term("10 working days", "intake after triage (DEFAULT)")
    consent: Term = _term("14 days", "consent reminder (DEFAULT)")
    contact: Term = _term("30 days", "somebody who wants no help now is asked how it goes (DEFAULT)")
    planning: Term = _term("2 working days", "help is asked for after consent (DEFAULT)")
    offer: Term = _term("2 working days", "an aid organisation answers an offer otherwise (DEFAULT)")
    waitlist: Term = _term("1 working day", "somebody looks at a waiting list, and whether others can help (DEFAULT)")
    first_contact: Term = _term("1 day", "first contact after acceptance; shelter the same day (AGREEMENT, 2014)")
    not_placed: Term = _term("1 working day", "a coordinator looks again where nobody could place (DEFAULT)")
    care_review: Term = _term("3 months", "review while help runs (DEFAULT)")
    aftercare: Term = _term("3 months", "aftercare review (DEFAULT; 3, 6 and 12 months)")
    closing: Term = _term("1 working day", "registration confirms before a case closes (DEFAULT)")
    privacy_check: Term = _term("5 working days", "the municipality's privacy officer decides (DEFAULT)")
    enrichment: Term = _term("5 working days", "RIEC enriches a signal (DEFAULT)")
    weighing: Term = _term("5 working days", "RIEC weighs a signal (DEFAULT)")
    feedback: Term = _term("10 working days", "RIEC reports back to whoever brought the signal (DEFAULT)")
    plan: Term = _term("20 working days", "RIEC agrees a plan (DEFAULT)")
    interventions: Term = _term("3 months", "RIEC reviews interventions (DEFAULT)")
    registration: Term = _term("1 working day", "CoMensha records a report (DEFAULT)")
    registration_review: Term = _term("12 months", "CoMensha looks at a registration whose case stays open (DEFAULT)")
    lost: Term = _term("5 working days", "a person who is out of sight is looked for (DEFAULT)")
    lost_minor: Term = _term("4 hours", "a child that is out of sight is looked for, around the clock (DEFAULT)")
    out_of_sight: Term = _term("30 days", "before that no case ends because a person is out of sight (DEFAULT)")
    bed_kept: Term = _term("72 hours", "a shelter keeps the bed of a person who is missing (DEFAULT)")
    leaving: Term = _term("1 working day", "a shelter says where the person goes when help was taken back (DEFAULT)")
    coverage: Term = _term("10 working days", "the province answers a gap in coverage (DEFAULT)")
    danger: Term = _term("1 hour", "of a danger that was declared the police is told, or it is over (DEFAULT)")
    danger_answer: Term = _term("1 hour", "an investigation service takes up a danger (DEFAULT)")
    danger_review: Term = _term("72 hours", "an investigation service looks whether a danger is still there (DEFAULT)")
    minor: Term = _term("1 working day", "of somebody who may be under 18 child protection is told (DEFAULT)")
    child_safety: Term = _term("5 working days", "child protection assesses whether a child is safe (LAW: Wmo decree art. 4.1.7)")
    child_inquiry: Term = _term("70 days", "child protection ends an inquiry, within ten weeks (LAW: Wmo decree art. 4.1.7)")
    child_review: Term = _term("3 months", "a guardian reviews how a child is doing (DEFAULT)")
    report: Term = _term("6 months", "a reporter who hears nothing is reminded to ask (DEFAULT)")

    acceptance_crisis: Term = _term("1 hour", "in a crisis: the coordinator accepts (DEFAULT)")
    remote_acceptance_crisis: Term = _term("1 hour", "in a crisis: CoMensha accepts (DEFAULT)")
    alarm_crisis: Term = _term("15 minutes", "in a crisis: the desk answers an alarm (DEFAULT)")
    progress_crisis: Term = _term("24 hours", "in a crisis: the desk asks after a silent case, until somebody helps (DEFAULT)")
    triage_crisis: Term = _term("4 hours", "in a crisis: triage (DEFAULT)")
    talk_crisis: Term = _term("24 hours", "in a crisis: a talk where it is unclear (DEFAULT)")
    intake_crisis: Term = _term("8 hours", "in a crisis: intake (DEFAULT)")
    consent_crisis: Term = _term("4 hours", "in a crisis: consent reminder (DEFAULT)")
    planning_crisis: Term = _term("4 hours", "in a crisis: help is asked for (DEFAULT)")
    offer_crisis: Term = _term("1 hour", "in a crisis: an aid organisation answers an offer (DEFAULT)")
    waitlist_crisis: Term = _term("2 hours", "in a crisis: somebody looks at a waiting list (DEFAULT)")
    first_contact_crisis: Term = _term("4 hours", "in a crisis: first contact (DEFAULT)")
    not_placed_crisis: Term = _term("2 hours", "in a crisis: a coordinator looks again where nobody could place (DEFAULT)")
    care_review_crisis: Term = _term("24 hours", "in a crisis: the case is looked at until somebody helps (DEFAULT)")
    lost_crisis: Term = _term("24 hours", "in a crisis: a person who is out of sight is looked for (DEFAULT)")
    leaving_crisis: Term = _term("4 hours", "in a crisis: a shelter says where the person goes (DEFAULT)")
    minor_crisis: Term = _term("1 hour", "in a crisis: of somebody who may be under 18 child protection is told (DEFAULT)")
    child_safety_crisis: Term = _term(
        "1 hour", "in a crisis: a child is looked at; at once (LAW), which is an hour here (DEFAULT)"
    )

    retention_signal: Term = _term("12 months", "a signal at the desk is kept after its end (OPEN: set by its controller)")
    retention_report: Term = _term("12 months", "what a reporter heard back is kept (OPEN: set by its controller)")
    retention_case: Term = _term("60 months", "a case is kept after its end (OPEN: set by its controller)")
    retention_placement: Term = _term("60 months", "help that was given is kept (OPEN: set by its controller)")
    retention_offer: Term = _term("1 month", "an offer without help, or a case not taken, is kept (OPEN: set by its controller)")
    retention_observation: Term = _term("24 months", "an observation is kept (OPEN: set by its controller)")
    retention_privacy: Term = _term("24 months", "a privacy check is kept (OPEN: set by its controller)")
    retention_dossier: Term = _term("60 months", "a dossier of the RIEC is kept (OPEN: set by its controller)")
    retention_registration: Term = _term("60 months", "a registration is kept (OPEN: set by its controller)")
    retention_coverage: Term = _term("24 months", "a gap in coverage is kept (OPEN: set by its controller)")
    retention_danger: Term = _term("60 months", "a danger that was taken up is kept (OPEN: set by its controller, under the Wpg)")
    retention_guarding: Term = _term("240 months", "the file of a child is kept (OPEN: set by its controller)")
    retention_due: Term = _term("10 working days", "somebody asks for erasure when the term ended (DEFAULT)")
    retention_use: Term = _term("12 months", "a case that stays open is looked at again before it may be erased (DEFAULT)")
    erasure_look: Term = _term("10 minutes", "it is looked up what is held of a case (DEFAULT)")
    erasure_confirm: Term = _term("5 working days", "a second person confirms an erasure (DEFAULT)")
    erasure: Term = _term("10 minutes", "the key of a case is destroyed in every store (DEFAULT)")
    erasure_receipts: Term = _term("1 month", "others answer a request to erase (LAW: GDPR art. 12, paragraph 3)")
    access: Term = _term("1 month", "a person who asks for access has an answer (LAW: GDPR art. 12, paragraph 3)")
    disclosure_look: Term = _term("10 minutes", "it is looked up what is held of a case (DEFAULT)")
    disclosure: Term = _term("10 working days", "a person decides what is disclosed to whom asks for access (DEFAULT)")

    @model_validator(mode="after")
    def _a_crisis_knows_no_calendar(self) -> Self:
        for name in type(self).model_fields:
            term: Duration = getattr(self, name)
            if name.endswith(CRISIS) and term.exact is None:
                raise ValueError(f"{name} = {str(term)!r}: a crisis goes on around the clock; write hours or minutes")
        return self

    def in_crisis(self, clock: str) -> Duration | None:
        """The term that a clock has in a crisis, around the clock; None where it has only one."""
        return getattr(self, f"{clock}{CRISIS}", None)


def read_clocks(path: Path | None) -> Clocks:
    """The clocks of an installation.

    Args:
        path: A TOML file whose keys are clocks and whose values are terms; None for the defaults.

    Raises:
        ValueError: A term or a name in the file is wrong; the message says which.
    """
    if path is None:
        return Clocks()
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: not TOML in UTF-8: {error}") from error
    unknown = sorted(set(given) - set(Clocks.model_fields))
    if unknown:
        raise ValueError(f"{path}: no such clock: {', '.join(unknown)}; known are {', '.join(Clocks.model_fields)}")
    clocks = Clocks.model_validate(given)
    for name in given:
        term = getattr(clocks, name)
        _refuse_unreal(path, name, term)
        _refuse_unlawful(path, name, term)
    return clocks


def _refuse_unreal(path: Path, name: str, term: Duration) -> None:
    """A term of nothing rings without end, and one of centuries never."""
    longest = LONGEST[term.unit]
    if not 1 <= term.amount <= longest:
        raise ValueError(f"{path}: {name} = {str(term)!r}: write 1 to {longest} {term.unit}s, at most about 30 years")


def _refuse_unlawful(path: Path, name: str, term: Duration) -> None:
    """What stands in a statute is shortened by an installation, and never loosened."""
    law: Duration = getattr(Clocks(), name)
    if _LAW.search(Clocks.model_fields[name].description or "") and _may_be_longer(term, law):
        raise ValueError(
            f"{path}: {name} = {str(term)!r}: the law allows {law} at most; write that or less, in {law.unit}s or days"
        )


def _may_be_longer(term: Duration, other: Duration) -> bool:
    """Whether one term can end after another that begins with it; a working day may lie behind any number of holidays."""
    if term.unit == other.unit:
        return term.amount > other.amount
    if term.unit == "working day":
        return True
    longest = term.exact or timedelta(days=31) * term.amount
    shortest = other.exact or timedelta(days=28 if other.unit == "month" else 1) * other.amount
    return longest > shortest
