"""One decision over a selection: the files in which it can be made, with boxes; then it is tried on the first."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, NamedTuple

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from console.batches.commands import NOT_ASKED, REPLAY, WHERE, model_of
from console.forms.fields import Field, fields_of
from console.forms.filling import filled
from console.forms.reading import MOST_PAIRS, Unreadable, faults, read
from console.web.asked import Asked, Form, asked, form_of, given, not_here
from console.web.batch_ports import TooMany
from console.web.dead_ports import OPERATE
from console.web.dead_shown import number_of
from console.web.deciding import NAME
from console.web.decision_pages import TICKET
from console.web.ports import Desk
from console.web.shown import RowShown, capital

BATCHES, COMMAND, ITEM = "batches", "_command", "item"
MOST = 500
"""Items of a batch."""
ID = re.compile("[0-9a-f]{32}")


@dataclass(frozen=True)
class Chosen:
    """A file that can be chosen."""

    name: str
    row: RowShown
    is_chosen: bool


@dataclass(frozen=True)
class Fault:
    """What is wrong, and where it can be mended."""

    words: str
    href: str


@dataclass(frozen=True)
class Shown:
    """What the page shows.

    Attributes:
        command: Of the decision.
        title: The decision.
        explain: What it does.
        files: In which it can be made now.
        total: How many these are in all.
        fields: What else is asked.
        faults: What is wrong with what was sent.
        ticket: What lets it be sent once.
    """

    command: str
    title: str
    explain: str
    files: tuple[Chosen, ...]
    total: int
    fields: tuple[Field, ...]
    faults: tuple[Fault, ...]
    ticket: str


class Wrong(Exception):  # noqa: N818 - named as what is the case
    """What was sent cannot be.

    Attributes:
        found: What is wrong, by field; an empty name: not at one field.
    """

    def __init__(self, found: Sequence[tuple[str, str]]) -> None:
        super().__init__("what was sent cannot be")
        self.found = found


class Selection(NamedTuple):
    """What was sent."""

    command: str
    targets: list[str]
    pairs: list[tuple[str, str]]


def routes(desk: Desk) -> APIRouter:
    """The page where files are chosen, and what is sent from there, or from the list of refused events."""
    router = APIRouter()

    @router.get("/batches/new")
    async def new(request: Request) -> Response:
        who = await asked(desk, request, OPERATE)
        command = given(request, "command") or ""
        if command not in WHERE:
            raise not_here()
        return await _page(desk, request, who, Selection(command, [], []), ())

    @router.post("/batches")
    async def make(request: Request) -> Response:
        who = await asked(desk, request, OPERATE)
        form = await form_of(request, MOST_PAIRS + 2 * MOST)
        sent, ticket = _selection(form), form.control.get(TICKET, "")
        try:
            async with desk.once(who.visit, ticket, BATCHES, sent.command) as spent:
                if spent.answer is not None:
                    return _made(spent.answer)
                content = _checked(who, sent)
                batch = await desk.batches(who.visit).make(ticket, sent.command, content, sent.targets)
                await desk.answered(ticket, batch)
                return _made(batch)
        except Wrong as wrong:
            return await _page(desk, request, who, sent, wrong.found)
        except TooMany as error:
            words = who.words.page("batches.too_many" if error.why == "items" else "batches.too_many_under_way", most=MOST)
            return await _page(desk, request, who, sent, [("", words)])

    return router


def _selection(form: Form) -> Selection:
    command = form.control.get(COMMAND, "")
    if command != REPLAY and command not in WHERE:
        raise not_here()
    targets = list(dict.fromkeys(value for name, value in form.answers if name == ITEM))
    return Selection(command, targets, [pair for pair in form.answers if pair[0] != ITEM])


def _checked(who: Asked, sent: Selection) -> dict[str, Any]:
    """The content of the decision, and that the selection can be one.

    Raises:
        Wrong: It cannot be.
    """
    if any(not (number_of(one) if sent.command == REPLAY else NAME.fullmatch(one)) for one in sent.targets):
        raise not_here()
    words = who.words
    found = [] if sent.targets else [("", words.page("batches.none_chosen"))]
    if len(sent.targets) > MOST:
        found = [("", words.page("batches.too_many", most=MOST))]
    content: dict[str, Any] = {}
    if sent.command != REPLAY:
        model = model_of(sent.command)
        try:
            content = read(sent.pairs, model)
            model.model_validate(content)
        except Unreadable as error:
            found.append((error.path, capital(words.said(str(error)))))
        except ValidationError as error:
            wrong = ((one.path, one.details) for one in faults(error, model))
            found += [(path, capital(words.validation(str(it["type"]), it.get("ctx", {})))) for path, it in wrong]
        content = {name: value for name, value in content.items() if name not in NOT_ASKED.get(sent.command, ())}
    if found:
        raise Wrong(found)
    return content


async def _page(desk: Desk, request: Request, who: Asked, sent: Selection, found: Sequence[tuple[str, str]]) -> Response:
    by_path = dict(reversed(found))
    faults_shown = [Fault(words, f"#f-{path.replace('.', '-')}" if path else "#choose") for path, words in found]
    files: tuple[Chosen, ...] = ()
    fields: list[Field] = []
    total = len(sent.targets)
    if sent.command != REPLAY:
        rows, total = await desk.batches(who.visit).possible(sent.command)
        files = tuple(Chosen(row.name, who.showing.row(row), row.name in sent.targets) for row in rows)
        asked_for = fields_of(model_of(sent.command), who.words, lambda _model, _name: ())
        shown_ones = [field for field in asked_for if field.path not in NOT_ASKED.get(sent.command, ())]
        fields = filled(shown_ones, sent.pairs, by_path)
    shown = Shown(
        command=sent.command,
        title=who.words.command(sent.command) if sent.command != REPLAY else who.words.page("batches.replay"),
        explain=explained(who, sent.command),
        files=files,
        total=total,
        fields=tuple(fields),
        faults=tuple(faults_shown),
        ticket=await desk.ticket(who.visit, BATCHES, sent.command),
    )
    answer = desk.page(request, who.visit, "batch_new.html", shown=shown)
    answer.status_code = HTTPStatus.UNPROCESSABLE_ENTITY if found else HTTPStatus.OK
    return answer


def explained(who: Asked, command: str) -> str:
    """What a decision does over a selection."""
    if command in NOT_ASKED:
        return who.words.page("batches.all_alarms")
    return who.words.explain(command) if command != REPLAY else ""


def _made(batch: str) -> Response:
    if not ID.fullmatch(batch):
        raise not_here()
    return RedirectResponse(f"/batches/{batch}", HTTPStatus.SEE_OTHER)
