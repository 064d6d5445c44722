"""What a person types for a field, read as the field is meant: the same on the command line and at a prompt."""

from collections.abc import Sequence
from typing import Any

from pydantic.fields import FieldInfo

from contracts.refusals import Refused
from contracts.shape import codes_of, core, inner, model_of
from contracts.strict_json import parse
from contracts.text import Model

YES = frozenset({"yes", "y", "ja", "j", "true"})
NO = frozenset({"no", "n", "nee", "false"})


def meaning(annotation: Any, without: frozenset[str] = frozenset()) -> str:
    """What may be typed, in words; some values no person says."""
    entries = inner(annotation)
    if entries is not None:
        return f"several of: {meaning(entries)}"
    codes = codes_of(annotation)
    if codes:
        return " | ".join(code for code in codes if code not in without)
    return {bool: "yes | no", int: "a whole number", str: "a text"}.get(core(annotation), "")


def read(text: str, annotation: Any) -> Any:
    """A typed text as a value of a type; what does not fit stays text, and the check of the whole says why.

    Raises:
        ValueError: It begins like JSON and is none, or has something twice.
    """
    kind = core(annotation)
    if text[:1] == '"' or (text[:1] in {"[", "{"} and kind is not str):
        return _json(text)
    if kind is str or codes_of(annotation):
        return text
    entries = inner(annotation)
    if entries is not None:
        return [read(part.strip(), entries) for part in text.split(",") if part.strip()]
    return _plain_value(text, kind)


def _plain_value(text: str, kind: Any) -> Any:
    lowered = text.strip().lower()
    if kind is bool and lowered in YES | NO:
        return lowered in YES
    if kind is int and lowered.lstrip("-").isdecimal() and len(lowered) < 20:
        return int(lowered)
    return None if lowered == "null" else text


def _json(text: str) -> Any:
    try:
        return parse(b'{"value": ' + text.encode() + b"}")["value"]
    except Refused as refused:
        raise ValueError(
            f"{refused.reason}: a value that begins with a quote, [ or {{ is read as JSON, like "
            '\'["one", "two"]\' or \'{"field": "value"}\''
        ) from None


def field_at(model: type[Model] | None, path: Sequence[str]) -> FieldInfo | None:
    """The field that ``person.birth_year`` means; None where there is none."""
    field = model.model_fields.get(path[0]) if model and path else None
    return field if field is None or len(path) == 1 else field_at(model_of(field.annotation), path[1:])
