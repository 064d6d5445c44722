"""Deciding: what is possible now, in a table or as JSON; at a terminal it is asked for, field by field."""

import sys
from typing import Annotated, Any, NamedTuple

import typer

from console.asking import Questions
from console.commands.case import is_fresh, seen, something
from console.deciding import checked
from console.files import Files, Found, Looked
from console.installation import Installation
from console.listing import Listing
from console.options import JSON, REFERENCE
from console.plain import plain
from console.screen import good, run, screen, stop, styled
from console.typed import content_of
from contracts.commands import COMMANDS
from contracts.texts import words
from contracts.views import Choice

AGENCY = Annotated[str | None, typer.Option("--as", help="for which agency; needed where several can decide")]
DATA = Annotated[str | None, typer.Option("--data", help="the content as JSON, instead of field=value")]
SIGNED = frozenset({"ask_erasure", "confirm_erasure"})
"""What needs a signature that another command makes."""


class Possible(NamedTuple):
    """A decision that is possible now, and the file in which."""

    file: Found
    choice: Choice


def decide(
    reference: REFERENCE,
    command: Annotated[str | None, typer.Argument(help="what to do; without it: what is possible now")] = None,
    fields: Annotated[list[str] | None, typer.Argument(help="the content, as field=value")] = None,
    *,
    agency: AGENCY = None,
    data: DATA = None,
    as_json: JSON = False,
) -> None:
    """What can be decided now; then decide it. At a terminal what is needed is asked for."""
    content = content_of(command, fields or [], data)
    run(_decide(reference, command, agency, content, as_json=as_json))


async def _decide(reference: str, command: str | None, slug: str | None, content: dict[str, Any], *, as_json: bool) -> None:
    installation = Installation.reach()
    agency = installation.directory.get(slug).slug if slug else None
    files = Files(installation)

    def possible_in(looked: Looked) -> list[Possible]:
        files = (file for file in looked.found if agency in {None, file.agency.slug})
        return [Possible(file, choice) for file in files for choice in file.view.choices]

    def barred_in(looked: Looked) -> dict[str, str]:
        files = (file for file in looked.found if agency in {None, file.agency.slug})
        return {barred.command: barred.words for file in files for barred in file.view.barred}

    def enough(looked: Looked) -> bool:
        able = command not in COMMANDS or command in {one.choice.command for one in possible_in(looked)}
        return something(looked) and (able or not is_fresh(looked))

    looked = await seen(files, reference, enough)
    possible, barred = possible_in(looked), barred_in(looked)
    if command is None and as_json:
        screen.print_as_json([_as_json(one) for one in possible])
        return
    if command is None:
        nothing = "nothing can be decided now; `keten case` shows what is waited for"
        screen.print(table_of_choices(reference, possible) if possible else nothing)
        chosen = _chosen(possible) if possible and sys.stdin.isatty() else None
        if chosen is None:
            return
        content = _asked_for(chosen)
    else:
        chosen = _named(command, possible, barred)
    phase = await files.decide(chosen.file, chosen.choice.command, content)
    kind, where = chosen.file.view.kind, chosen.file.agency.slug
    if as_json:
        screen.print_as_json({"case": reference, "agency": where, "kind": kind, "phase": phase})
    else:
        screen.print(good("done", f": {plain(kind)} at {plain(where)} is now {plain(phase)}"))


def _named(command: str, possible: list[Possible], barred: dict[str, str]) -> Possible:
    able = [one for one in possible if one.choice.command == command]
    if not able and command in barred:
        raise LookupError(f"{command} is not possible now: {barred[command]}")
    if not able:
        where = ", ".join(f"{one.choice.command} ({one.file.agency.slug})" for one in possible) or "nothing"
        raise LookupError(f"{command} is not possible now; possible: {where}")
    if len(able) > 1:
        raise LookupError(f"several agencies can: name one with --as: {', '.join(one.file.agency.slug for one in able)}")
    return able[0]


def table_of_choices(reference: str, possible: list[Possible]) -> Listing:
    """What can be decided now, numbered."""
    table = Listing("no.", "agency", "decision", "what it does", "fields", title=plain(f"Possible now in {reference}"))
    for number, (file, choice) in enumerate(possible, 1):
        table.add(str(number), file.agency.slug, choice.command, choice.words, _of(choice))
    return table


def _explained(choice: Choice) -> str:
    """What it does, and who hears of it; in the engine's own words where a decision is newer than this console."""
    return words("en").explain(choice.command) or plain(choice.words)


def _of(choice: Choice) -> str:
    return _fields(choice.fields, choice.fields.get("$defs", {}))


def _fields(schema: dict[str, Any], defs: dict[str, Any], place: str = "") -> str:
    """Every field, also of the parts inside; one that may be left out bears a question mark."""
    required = schema.get("required", [])
    said = [
        _field(f"{place}{name}", "" if name in required else "?", field, defs)
        for name, field in schema.get("properties", {}).items()
    ]
    return ", ".join(said) or "-"


def _field(name: str, mark: str, field: dict[str, Any], defs: dict[str, Any]) -> str:
    part = _resolved(field, defs)
    if "properties" in part:
        return _fields(part, defs, f"{name}{mark}.")
    codes = part.get("enum", [])
    return f"{name}{mark}" + (f" ({' | '.join(codes)})" if codes else "")


def _resolved(field: dict[str, Any], defs: dict[str, Any]) -> dict[str, Any]:
    """What a field refers to, also where it may be nothing."""
    for one in (field, *field.get("anyOf", []), *field.get("allOf", [])):
        if "$ref" in one:
            return defs.get(str(one["$ref"]).rsplit("/", 1)[-1], {})
    return field


def _as_json(one: Possible) -> dict[str, Any]:
    file, choice = one
    return {"agency": file.agency.slug, "kind": file.view.kind, **choice.model_dump(mode="json")}


def _chosen(possible: list[Possible]) -> Possible | None:
    """Which of the table; None where nothing was typed."""
    while True:
        answer = _typed("decision (number or name; empty: nothing)")
        if not answer:
            screen.print("nothing was decided")
            return None
        if answer.isdecimal() and 0 < int(answer) <= len(possible):
            return possible[int(answer) - 1]
        try:
            return _named(answer, possible, {})
        except LookupError:
            screen.print("type a number or a name of the table; where a name stands there twice, its number")


def _asked_for(chosen: Possible) -> dict[str, Any]:
    """The content, asked again from the first field while the whole cannot be."""
    command, reference = chosen.choice.command, chosen.file.view.reference
    if command in SIGNED:
        stop(f"this needs a signature of two persons: `keten erase {reference} --as {chosen.file.agency.slug}`")
    screen.print(styled((plain(command), "bold"), f" at {plain(chosen.file.agency.slug)}: {_explained(chosen.choice)}"))
    while True:
        content = Questions(_typed, lambda words: screen.print(styled((plain(words), "red")))).content(COMMANDS[command])
        try:
            checked(command, content)
        except ValueError as error:
            screen.print(styled((plain(error), "red"), "; once more:"))
        else:
            return content


def _typed(question: str) -> str:
    screen.print(f"  {plain(question)}: ", end="")
    try:
        return input().strip()
    except EOFError:
        screen.print()
        stop("nothing was decided: the input ended")
