"""Pages that several steps of a decision may answer with: the form again, that it cannot be now, that nothing answers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse

from console.forms.fields import Field
from console.forms.filling import filled
from console.web.asked import Form
from console.web.deciding import Opened, Pairs, Wanted, Wrong
from console.web.drafting import Beside, DraftShown, shown_draft
from console.web.drafts_ports import Written
from console.web.ports import Desk
from console.web.shown import TrackShown, capital
from console.web.told import Item, answers

TICKET, SEEN, CHECKED, CHANGE, LATER, LANGUAGE = "_ticket", "_seen", "_checked", "_change", "_later", "_language"
"""What a form holds besides answers."""


@dataclass(frozen=True)
class DecisionShown:
    """What every page of a decision shows.

    Attributes:
        title: The decision.
        explain: What it does.
        about: Of which file, and in which state that is; empty where it does not answer.
        back: The case.
        action: Where the form goes.
        ticket: What lets it be sent once.
        seen: The file as it was when the form was opened.
        checked: The file as it was when the answers were checked; what happens after that is said before it is decided.
        pairs: What was answered, to go with the page.
        asked: What was asked, where it may be decided so.
        beside: Half-done forms, one's own and others'.
    """

    title: str
    explain: str
    about: str
    back: str
    action: str
    ticket: str = ""
    seen: str = ""
    checked: str = ""
    pairs: Pairs = ()
    asked: tuple[Item, ...] = ()
    beside: Beside = Beside()  # noqa: RUF009 - never changed


@dataclass(frozen=True)
class FaultShown:
    """Something that is wrong, and where it can be mended."""

    words: str
    href: str


@dataclass(frozen=True)
class FormShown:
    """A form.

    Attributes:
        decision: What every page of a decision shows.
        fields: What is asked.
        faults: What is wrong with what was answered.
        begun: It begins with what is known already.
    """

    decision: DecisionShown
    fields: tuple[Field, ...]
    faults: tuple[FaultShown, ...] = ()
    begun: bool = False


@dataclass(frozen=True)
class ImpossibleShown:
    """Something that cannot be decided now, and where the file is instead.

    Attributes:
        decision: What every page of a decision shows.
        track: Whose turn it is in the file, and until when.
        why: Why, where the file says so.
        draft: One's own half-done form for it.
        typed: What stands in that.
    """

    decision: DecisionShown
    track: TrackShown
    why: str = ""
    draft: DraftShown | None = None
    typed: tuple[Item, ...] = ()


@dataclass(frozen=True)
class KeptShown:
    """Answers that went nowhere yet.

    Attributes:
        decision: What every page of a decision shows; its action is where they were sent.
        answers: In words.
        sending: Whether they were to be decided, and not only checked.
        drafted: Whether they were kept as a draft just now.
    """

    decision: DecisionShown
    answers: tuple[Item, ...]
    sending: bool
    drafted: bool


def decision(it: Opened, ticket: str = "", seen: str = "", pairs: Pairs = (), around: Beside = Beside()) -> DecisionShown:
    """What every page of a decision shows."""
    words, view = it.wanted.who.words, it.view
    about = f"{capital(words.kind(view.kind))}: {words.phase(view.track.name or view.kind, view.track.phase)}"
    shown = _shown(it.wanted, about, Form(list(pairs), {TICKET: ticket, SEEN: seen}))
    return replace(shown, asked=it.asked, beside=around)


def form_again(desk: Desk, request: Request, it: Opened, shown: DecisionShown, wrong: Wrong) -> HTMLResponse:
    """The same form with everything that was typed, and what is wrong."""
    by_path: dict[str, str] = {}
    for path, said in wrong.found:
        by_path.setdefault(path, said)
    fields = tuple(filled(it.wanted.fields(it.choices), wrong.pairs, by_path))
    faults = tuple(_fault(fields, path, said) for path, said in wrong.found)
    return desk.page(request, it.wanted.who.visit, "form.html", shown=FormShown(shown, fields, faults))


def impossible(desk: Desk, request: Request, it: Opened, written: Written | None = None) -> HTMLResponse:
    """The page where something cannot be decided now; what was written for it is shown, and can be copied."""
    who = it.wanted.who
    shown = ImpossibleShown(decision(it), who.showing.track(it.view.track, it.view), it.why)
    if written:
        typed = answers(filled(it.wanted.fields(it.choices), written.pairs), who.words, who.showing.clock)
        shown = replace(shown, draft=shown_draft(who, written.draft), typed=typed)
    answer = desk.page(request, who.visit, "impossible.html", shown=shown)
    answer.status_code = HTTPStatus.CONFLICT
    return answer


def no_answer(desk: Desk, request: Request, want: Wanted) -> HTMLResponse:
    """The page where a file does not answer, before anything was typed."""
    return silent(desk, request, want.who.visit)


def silent(desk: Desk, request: Request, visit: Any) -> HTMLResponse:
    """The page where a file does not answer; it says nothing of what was decided."""
    answer = desk.page(request, visit, "no_answer.html")
    answer.status_code = HTTPStatus.SERVICE_UNAVAILABLE
    return answer


def kept(desk: Desk, request: Request, want: Wanted, posted: Form, *, sending: bool, drafted: bool = False) -> HTMLResponse:
    """The page where nothing answers, with all that was typed and the same ticket: it may be sent again."""
    fields = filled(want.fields(lambda _model, _name: ()), posted.answers)
    said = answers(fields, want.who.words, want.who.showing.clock)
    shown = KeptShown(_shown(want, "", posted), said, sending, drafted)
    answer = desk.page(request, want.who.visit, "kept.html", shown=shown)
    answer.status_code = HTTPStatus.SERVICE_UNAVAILABLE
    return answer


def _shown(want: Wanted, about: str, posted: Form) -> DecisionShown:
    return DecisionShown(
        title=want.who.words.command(want.command),
        explain=want.who.words.explain(want.command),
        about=about,
        back=want.case,
        action=want.path,
        ticket=posted.control.get(TICKET, ""),
        seen=posted.control.get(SEEN, ""),
        checked=posted.control.get(CHECKED, ""),
        pairs=posted.answers,
    )


def _fault(fields: Sequence[Field], path: str, said: str) -> FaultShown:
    """What is wrong, with the field and what it stands in: a field may have a namesake."""
    way = _way(fields, path)
    if not way:
        return FaultShown(said, "")
    return FaultShown(f"{', '.join(field.label for field in way)}: {said[:1].lower()}{said[1:]}", f"#{way[-1].id}")


def _way(fields: Sequence[Field], path: str) -> list[Field]:
    """From the field at the top down to that of a path."""
    within = next((field for field in fields if path == field.path or path.startswith(f"{field.path}.")), None)
    if within is None:
        return []
    further = _way(within.fields, path)
    return [within, *further] if further or path == within.path else []
