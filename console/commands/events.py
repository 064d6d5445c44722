"""The catalogue on the screen."""

import json
from typing import Annotated

import typer

from console.event_names import event_class, name_of
from console.listing import Listing
from console.screen import screen, stop, styled
from contracts.catalogue import CATALOGUE
from contracts.words import AgencyKind


def events(
    name: Annotated[str | None, typer.Argument(help="one event, by any of its names: its rule and its fields")] = None,
    kind: Annotated[AgencyKind | None, typer.Option(help="only what this kind of agency sends or takes")] = None,
) -> None:
    """The catalogue: every event, who may send it to whom, on what ground."""
    if name:
        _one(name)
        return
    table = Listing("event", "from", "to", "ground", "purpose", title="Who may send what to whom")
    for event in CATALOGUE.values():
        rule = event.rule
        if kind is None or kind in rule.senders | rule.recipients:
            table.add(name_of(event), _kinds(rule.senders), _kinds(rule.recipients), ", ".join(rule.grounds), rule.purpose)
    screen.print(table)


def _one(name: str) -> None:
    try:
        event = event_class(name)
    except LookupError as error:
        stop(str(error))
    rule = event.rule
    screen.print(styled((rule.type, "bold"), f"  {event.__doc__}"))
    screen.print(f"name: {name_of(event)}")
    screen.print(f"from {_kinds(rule.senders)} to {_kinds(rule.recipients)}; ground: {', '.join(rule.grounds)}")
    screen.print(f"purpose: {rule.purpose}; retention: {rule.retention}")
    screen.print(f"personal: {', '.join(event.personal_fields()) or 'nothing'}")
    screen.print_json(json.dumps(event.model_json_schema()))


def _kinds(kinds: frozenset[AgencyKind]) -> str:
    others = frozenset(AgencyKind) - kinds
    if len(others) <= 2:
        return f"everybody but {', '.join(sorted(others))}" if others else "everybody"
    return ", ".join(sorted(kinds))
