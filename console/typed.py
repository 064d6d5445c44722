"""The content of a decision as it stands on a command line: ``field=value``, ``person.field=value``, or one JSON object."""

from collections.abc import Sequence
from typing import Any, cast

import typer

from console.values import field_at, read
from contracts.commands import COMMANDS
from contracts.refusals import Refused
from contracts.strict_json import parse
from contracts.text import Model


def content_of(command: str | None, fields: Sequence[str], data: str | None) -> dict[str, Any]:
    """What was typed.

    Raises:
        BadParameter: It cannot be read, or says something twice.
    """
    if data is not None and fields:
        raise typer.BadParameter("give the content one way: as field=value, or as JSON with --data, not both")
    if data is not None:
        return _whole(data)
    content: dict[str, Any] = {}
    for text in fields:
        _put(content, text, COMMANDS.get(command or ""))
    return content


def _whole(data: str) -> dict[str, Any]:
    if not data.lstrip().startswith("{"):
        kind = "is not JSON" if data.lstrip()[:1] not in {"[", '"'} else "is not a JSON object"
        raise typer.BadParameter(f'--data {kind}: write it like {{"field": "value"}}')
    try:
        return parse(data.encode())
    except Refused as refused:
        raise typer.BadParameter(f"--data is not JSON that can be taken: {refused.reason}") from None


def _put(content: dict[str, Any], text: str, model: type[Model] | None) -> None:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise typer.BadParameter(f"{text!r} is not like field=value, for instance finding=unclear or person.birth_year=1990")
    path = name.split(".")
    field = field_at(model, path)
    try:
        _set(content, path, read(value, field.annotation if field else str))
    except ValueError as error:
        raise typer.BadParameter(f"{name}: {error}") from None


def _set(content: dict[str, Any], path: Sequence[str], value: Any) -> None:
    within: Any = content
    for part in path[:-1]:
        within = cast("dict[str, Any]", within).setdefault(part, {}) if isinstance(within, dict) else None
    if not isinstance(within, dict) or path[-1] in within:
        raise ValueError("it stands there twice, whole or in parts: give it once")
    within[path[-1]] = value
