"""A decision that a person has before them: the file, what was typed, and what happened since the form was opened."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from fastapi import Request
from pydantic import ValidationError

from console.forms.fields import Choices, Field, fields_of
from console.forms.leaf import Kind
from console.forms.reading import Fault, Unreadable, faults, read
from console.forms.writing import pairs_of
from console.web.asked import Asked, asked, not_here
from console.web.choosing import Choosing
from console.web.looking import within_patience
from console.web.ports import Desk
from console.web.shown import LineShown, capital
from console.web.told import Item, Saying, told
from contracts.commands import COMMANDS, Command
from contracts.hours import AMSTERDAM
from contracts.views import Content, FileView

ASKED = {"bring_to_riec": ("privacy_check_requested_v2", "privacy_check_requested")}
"""Decisions that may be made as was asked, and the pieces of content that say what that is."""

NAME = re.compile(r"[a-z][a-z0-9-]{1,79}")

Pairs = Sequence[tuple[str, str]]


class Wanted(NamedTuple):
    """A decision, before its file was asked.

    Attributes:
        who: Who asks.
        name: Of the file.
        command: Of the decision.
        model: Of its content.
    """

    who: Asked
    name: str
    command: str
    model: type[Command]

    @property
    def path(self) -> str:
        """Where its form is."""
        return f"/files/{self.name}/do/{self.command}"

    @property
    def again(self) -> str:
        """Where it goes on after a fresh login."""
        return f"{self.path}/again"

    @property
    def case(self) -> str:
        """Where its case is."""
        return f"/cases/{self.name.rpartition('-')[2]}"

    @property
    def form(self) -> tuple[str, str]:
        """Of which file and decision it is."""
        return self.name, self.command

    def fields(self, choices: Choices) -> list[Field]:
        """What its form asks."""
        return fields_of(self.model, self.who.words, choices)


class Opened(NamedTuple):
    """A decision, with its file.

    Attributes:
        wanted: The decision.
        file: As it was found.
        choices: What can be chosen in the form.
        asked: What was asked, where it may be decided so.
        beginning: What is known already of that which the form asks, as content.
    """

    wanted: Wanted
    file: Any
    choices: Choices
    asked: tuple[Item, ...] = ()
    beginning: Mapping[str, Any] | None = None

    @property
    def view(self) -> FileView:
        """The file as a person sees it."""
        return self.file.view

    @property
    def is_possible(self) -> bool:
        """Whether it can be decided now."""
        return self.wanted.command in {choice.command for choice in self.view.choices}

    @property
    def is_begun(self) -> bool:
        """Whether the file knows with what the form may begin."""
        return any(choice.begun for choice in self.view.choices if choice.command == self.wanted.command)

    @property
    def why(self) -> str:
        """Why it cannot be decided now, where the file says so; in words."""
        why = next((one.words for one in self.view.barred if one.command == self.wanted.command), "")
        return capital(self.wanted.who.words.said(why)) if why else ""


async def wanted(desk: Desk, request: Request, name: str, command: str) -> Wanted:
    """A decision that somebody may ask for.

    Raises:
        HTTPException: There is none of this name, or no file can have that one.
    """
    who = await asked(desk, request)
    model = COMMANDS.get(command)
    if model is None or not NAME.fullmatch(name):
        raise not_here()
    return Wanted(who, name, command, model)


async def opened(desk: Desk, want: Wanted, choosing: Choosing, *, to_read: bool = False, to_begin: bool = False) -> Opened:
    """With its file.

    Args:
        desk: What reaches it.
        want: The decision.
        choosing: What can be chosen in forms.
        to_read: Whether a person will read what was asked; then it is written down that they did.
        to_begin: Whether the form is about to be filled in: it begins with what is known, which is written down in the same way.

    Raises:
        HTTPException: It is not there, or not theirs.
        NoAnswer: Its office does not answer.
    """
    visit = want.who.visit
    file = await within_patience(desk.files(visit).one(visit.agency, want.name))
    if file is None:
        raise not_here()
    today = want.who.now.astimezone(AMSTERDAM).date()
    it = Opened(want, file, choosing.about(file.view, today, want.who.words.said))
    reads, begins = to_read and want.command in ASKED, to_begin and it.is_begun
    if not it.is_possible or not (reads or begins):
        return it
    content: Content = await within_patience(desk.files(visit).content(file))
    saying = Saying(want.who.words, choosing.named(today), want.who.showing.clock)
    parts = [part for part in content.parts if part.what in ASKED.get(want.command, ())]
    asked = tuple(item for part in parts for item in told(part.what, part.data, saying))
    return it._replace(asked=asked, beginning=content.beginnings.get(want.command) if begins else None)


def seen(view: FileView) -> str:
    """The file as it is now, to go with a form."""
    last = max((line.at for line in view.story), default=view.track.since)
    return f"{view.changed}~{last.isoformat()}"


def meanwhile(it: Opened, since: str) -> tuple[LineShown, ...] | None:
    """What happened since, as far as the story says it; None: nothing did."""
    if since == seen(it.view):
        return None
    try:
        last = datetime.fromisoformat(since.partition("~")[2])
        return it.wanted.who.showing.story([line for line in it.view.story if line.at > last])
    except (ValueError, TypeError):  # somebody wrote it by hand
        return ()


class Wrong(Exception):  # noqa: N818 - named as what is the case
    """What was typed cannot be, or cannot be now.

    Attributes:
        pairs: What was typed.
        found: What is wrong, by field; an empty name: not at one field.
    """

    def __init__(self, pairs: Pairs, found: Sequence[tuple[str, str]]) -> None:
        super().__init__("what was typed cannot be")
        self.pairs = pairs
        self.found = found


def content_of(it: Opened, pairs: Pairs) -> dict[str, Any]:
    """What was typed, checked.

    Raises:
        Wrong: It cannot be; everything that was typed is kept.
    """
    want, words = it.wanted, it.wanted.who.words
    try:
        content = read(pairs, want.model)
    except Unreadable as error:
        raise Wrong(pairs, [(error.path, capital(words.said(str(error))))]) from None
    try:
        order = want.model.model_validate(content)
    except ValidationError as error:
        found = [(fault.path, _said(want, fault)) for fault in faults(error, want.model)]
        raise Wrong(pairs_of(content, want.model), found) from None
    if wrong := order.unchoosable():
        raise Wrong(pairs_of(content, want.model), [(wrong.path, capital(words.said(wrong.words)))])
    untouched = [
        (field.path, words.page("form.none_ticked")) for field in want.fields(it.choices) if _is_unticked(field, content)
    ]
    if untouched:  # to an engine, none means all
        raise Wrong(pairs, untouched)
    return content


def _is_unticked(field: Field, content: Mapping[str, Any]) -> bool:
    return field.kind is Kind.BOXES and not content.get(field.path)


def _said(want: Wanted, fault: Fault) -> str:
    return capital(want.who.words.validation(str(fault.details["type"]), fault.details.get("ctx", {})))
