"""What a form asks: a tree of fields, made out of the model of a command."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from pydantic import BaseModel

from console.forms.leaf import DEEPEST, Kind, Leaf, leaves
from console.forms.spoken import Spoken
from console.forms.writing import typed
from contracts.text import Model

YES, NO = "yes", "no"

SHOWN = 5
"""Entries of a list that are asked for where nobody says of how many things one may choose."""


class Option(NamedTuple):
    """One of the answers to choose from."""

    value: str
    label: str


WRITTEN = {Kind.DAY: "form.day", Kind.MOMENT: "form.moment", Kind.ORDER: "form.order"}
"""The words that say how a value is written."""

ENTRIES = {"organisations": "form.organisation"}
"""The words of one entry of a list, by the name of the list; else its label with a number."""

CHOSEN = ("form.fill_in", "form.leave_out")
CHOSEN_BY = {("BringToRiec", "observation"): ("form.less", "form.as_asked")}
"""The words of the choice whether a part is filled in; where leaving it out does not mean that nothing is said of it."""

Choices = Callable[[str, str], Sequence[Option]]
"""What may be chosen for a field of a model, by the name of its class; nothing: any text."""


@dataclass(frozen=True)
class Field:
    """One field as a person sees it.

    Attributes:
        path: Its name in the form: ``person.age``, ``organisations.0``.
        kind: How it is asked for.
        label: Its name in words.
        hint: What helps to fill it in.
        required: It must be answered.
        value: What stands in it.
        options: What may be chosen.
        longest: Characters at most.
        fields: Those within it.
        fault: What is wrong with the answer, in words.
    """

    path: str
    kind: Kind
    label: str
    hint: str = ""
    required: bool = False
    value: str = ""
    options: tuple[Option, ...] = ()
    longest: int | None = None
    fields: tuple["Field", ...] = ()
    fault: str = ""

    @property
    def id(self) -> str:
        """What a link to it names, and a label is for."""
        return f"f-{self.path.replace('.', '-')}"


def fields_of(model: type[BaseModel], words: Spoken, choices: Choices) -> list[Field]:
    """The fields of a form.

    Args:
        model: Of the command.
        words: In the language of the person.
        choices: What may be chosen where the model alone does not say.

    Raises:
        ValueError: Models stand within models deeper than anybody fills in.
    """
    assert issubclass(model, Model)
    return list(_Asking(words, choices).of(model, "", DEEPEST))


class _Asking:
    def __init__(self, words: Spoken, choices: Choices) -> None:
        self._words = words
        self._choices = choices

    def of(self, model: type[Model], before: str, deeper: int) -> tuple[Field, ...]:
        if not deeper:
            raise ValueError(f"{model.__name__} stands too deep within other models for a form: at most {DEEPEST}")
        return tuple(self._field(leaf, f"{before}{leaf.name}", deeper) for leaf in leaves(model))

    def _field(self, leaf: Leaf, path: str, deeper: int) -> Field:
        field = self._plain(leaf, path)
        if leaf.within:
            chosen = self._yes_or_no(*CHOSEN_BY.get((leaf.model, leaf.name), CHOSEN)) if leaf.is_chosen else ()
            value, within = NO if chosen else "", self.of(leaf.within, f"{path}.", deeper - 1)
            return replace(field, options=chosen, value=value, fields=within)
        return self._several(leaf, field) if leaf.kind is Kind.SEVERAL else field

    def _plain(self, leaf: Leaf, path: str) -> Field:
        options = self._options(leaf)
        kind = leaf.kind
        if options and kind in {Kind.LINE, Kind.NUMBER}:
            kind = Kind.SELECT
        return Field(
            path=path,
            kind=kind,
            label=self._words.field(leaf.model, leaf.name),
            hint=self._hint(leaf, kind),
            required=leaf.required,
            value=typed(leaf.default) if kind not in {Kind.GROUP, Kind.SEVERAL} else "",
            options=options,
            longest=leaf.bounds.get("max_length"),
        )

    def _several(self, leaf: Leaf, field: Field) -> Field:
        one = self._plain(leaf.entry, field.path)
        if leaf.entry.kind is Kind.NUMBER and one.options:
            return self._boxes(leaf, field, one.options)
        number = min(leaf.most, len(one.options) or SHOWN)
        return replace(field, options=(), longest=None, fields=tuple(self._entry(leaf, one, field, n) for n in range(number)))

    def _entry(self, leaf: Leaf, one: Field, whole: Field, place: int) -> Field:
        key = ENTRIES.get(leaf.name)
        label = self._words.page(key, place=place + 1) if key else f"{whole.label} {place + 1}"
        return replace(one, path=f"{whole.path}.{place}", label=label, hint="", required=False)

    def _boxes(self, leaf: Leaf, field: Field, options: Sequence[Option]) -> Field:
        """Numbers have no order: each has a box, and all are ticked until a person leaves some out."""
        there = options[: leaf.most]
        boxes = (
            Field(f"{field.path}.{place}", Kind.CHECK, option.label, value=option.value, options=(option,))
            for place, option in enumerate(there)
        )
        more = self._words.page("form.first", most=len(there), number=len(options)) if len(options) > len(there) else ""
        hint = " ".join(filter(None, (field.hint, more)))
        return replace(field, kind=Kind.BOXES, hint=hint, options=(), longest=None, fields=tuple(boxes))

    def _options(self, leaf: Leaf) -> tuple[Option, ...]:
        codes = leaf.codes
        if codes:
            enum = str(leaf.of.__name__)
            found = [Option(code, _capital(self._words.value(enum, code))) for code in codes]
        elif leaf.of is bool:
            found = [*self._yes_or_no("form.yes", "form.no")] if leaf.kind is Kind.RADIOS else []
        else:
            return tuple(self._choices(leaf.model, leaf.name))
        return (*found, Option("", self._words.page("form.unknown"))) if leaf.may_be_none else tuple(found)

    def _yes_or_no(self, yes: str, no: str) -> tuple[Option, ...]:
        return Option(YES, self._words.page(yes)), Option(NO, self._words.page(no))

    def _hint(self, leaf: Leaf, kind: Kind) -> str:
        """What the model's words say, then how it is written, then whether it may stay empty."""
        said = [self._words.hint(leaf.model, leaf.name)]
        if kind is Kind.NUMBER and {"ge", "le"} <= leaf.bounds.keys():
            said.append(self._words.page("form.number", least=leaf.bounds["ge"], most=leaf.bounds["le"]))
        elif kind in WRITTEN:
            said.append(self._words.page(WRITTEN[kind]))
        if leaf.may_be_none and kind not in {Kind.RADIOS, Kind.GROUP}:
            said.append(self._words.page("form.may_be_unknown"))
        return " ".join(filter(None, said))


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
