"""Asking a person for the content of a decision, field by field; what cannot be is said at once, and asked again."""

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from console.faults import explain
from console.values import NO, YES, meaning, read
from contracts.by_hand import FOLLOWS, is_asked, not_by_hand
from contracts.personal import marks_of
from contracts.shape import inner, model_of
from contracts.text import Model

Ask = Callable[[str], str]
Say = Callable[[str], None]


class Questions:
    """Asks for the fields of a model, also of those inside it.

    Args:
        ask: Shows a question, and returns what was typed.
        say: Shows words.
    """

    def __init__(self, ask: Ask, say: Say) -> None:
        self._ask = ask
        self._say = say

    def content(self, model: type[Model], place: str = "") -> dict[str, Any]:
        """Everything that was answered; what was left empty is not in it."""
        asked = {name: field for name, field in model.model_fields.items() if is_asked(field)}
        answers = {name: self._field(f"{place}{name}", field) for name, field in asked.items()}
        return {name: answer for name, answer in answers.items() if answer is not None}

    def _field(self, name: str, field: FieldInfo) -> Any:
        part, entries = model_of(field.annotation), inner(field.annotation)
        if part:
            return self._part(name, part, field)
        if entries is not None:
            return self._several(name, entries, field)
        return self._one(name, field)

    def _part(self, name: str, model: type[Model], field: FieldInfo) -> dict[str, Any] | None:
        if not field.is_required() and not self._yes(f"{name}: fill it in? (yes | no, empty: no)"):
            return None
        return self.content(model, f"{name}.")

    def _yes(self, question: str) -> bool:
        while True:
            answer = self._ask(question).lower()
            if answer in YES | NO | {""}:
                return answer in YES
            self._say("answer yes or no")

    def _one(self, name: str, field: FieldInfo) -> Any:
        question = f"{name} ({meaning(field.annotation, not_by_hand(marks_of(field)))}{_left_out(field)}){_described(field)}"
        while True:
            answer = self._ask(question)
            if not answer and not field.is_required():
                return None
            value = self._valid(name, answer, field) if answer else None
            if value is not None:
                return value
            if not answer:
                self._say(f"{name} is needed")

    def _several(self, name: str, entries: Any, field: FieldInfo) -> list[Any] | None:
        """One after the other; an empty answer ends the list."""
        found: list[Any] = []
        one = FieldInfo.from_annotation(entries)
        while True:
            which = f"{name}, number {len(found) + 1}"
            answer = self._ask(f"{which} ({meaning(entries)}, empty: no more){_described(field)}")
            if answer:
                value = self._valid(which, answer, one)
                found += [] if value is None else [value]
            elif found or not field.is_required():
                return found or None
            else:
                self._say(f"{name} needs one at least")

    def _valid(self, name: str, answer: str, field: FieldInfo) -> Any:
        """The value that was typed; None, and it is said why, where it cannot be one."""
        try:
            value = read(answer, field.annotation)
            _checker(field).validate_python(value)
            _refuse_what_follows(value, field)
        except ValidationError as error:
            self._say(explain(error).replace("the content", name, 1))
        except ValueError as error:
            self._say(f"{name}: {error}")
        else:
            return value
        return None


def _refuse_what_follows(value: Any, field: FieldInfo) -> None:
    if str(value) in not_by_hand(marks_of(field)):
        raise ValueError(FOLLOWS)


def _checker(field: FieldInfo) -> TypeAdapter[Any]:
    annotated: Any = Annotated
    whole: Any = annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation
    return TypeAdapter[Any](whole)


def _left_out(field: FieldInfo) -> str:
    if field.is_required():
        return ""
    default = field.get_default()
    usual = "yes" if default is True else "no" if default is False else default
    return f", empty: {usual}" if usual not in (None, "") else ", may be left empty"


def _described(field: FieldInfo) -> str:
    return f", {field.description}" if field.description else ""
