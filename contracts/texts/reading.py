"""Words as they stand in TOML: one folder per language, one file per room, read once and strictly."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

Language = Literal["nl", "en"]
LANGUAGES: tuple[Language, ...] = ("nl", "en")

BY_TWO_NAMES = frozenset({"states", "fields", "values"})
"""Sections of which a row is named by a table, model or enum, and by what stands in it."""

ANY = "any"
"""Where words stand that hold for every table, or for every model."""


class Words(BaseModel):
    """A row of words; a misspelt key is refused, or nobody would read what it says."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class StateWords(Words):
    """A state of a table. An end has a phrase only."""

    phase: str
    waits: str = ""
    then: str = ""


class CommandWords(Words):
    """A decision: as a button, in one sentence, and as a line of the story."""

    command: str
    explain: str
    story: str


class EventWords(Words):
    """An event: as a name, and as a line of the story."""

    event: str
    story: str


class FieldWords(Words):
    """A field of a form."""

    label: str
    hint: str = ""


class RefusedWords(Words):
    """A refusal: what it means, and what its sender can do."""

    means: str
    do: str


class Texts(Words):
    """All words of one language, by code word in small letters."""

    titles: dict[str, str] = Field(default_factory=dict[str, str])
    states: dict[str, dict[str, StateWords]] = Field(default_factory=dict[str, dict[str, StateWords]])
    commands: dict[str, CommandWords] = Field(default_factory=dict[str, CommandWords])
    events: dict[str, EventWords] = Field(default_factory=dict[str, EventWords])
    models: dict[str, str] = Field(default_factory=dict[str, str])
    fields: dict[str, dict[str, FieldWords]] = Field(default_factory=dict[str, dict[str, FieldWords]])
    values: dict[str, dict[str, str]] = Field(default_factory=dict[str, dict[str, str]])
    story: dict[str, str] = Field(default_factory=dict[str, str])
    validation: dict[str, str] = Field(default_factory=dict[str, str])
    said: dict[str, str] = Field(default_factory=dict[str, str])
    catalogue: dict[str, str] = Field(default_factory=dict[str, str])
    refused: dict[str, RefusedWords] = Field(default_factory=dict[str, RefusedWords])
    post_office: dict[str, RefusedWords] = Field(default_factory=dict[str, RefusedWords])
    retention: dict[str, str] = Field(default_factory=dict[str, str])
    attributes: dict[str, str] = Field(default_factory=dict[str, str])

    @field_validator("fields", mode="before")
    @classmethod
    def _label_alone(cls, models: Any) -> Any:
        """A field without a hint is written as its label."""
        return {
            model: {name: {"label": words} if isinstance(words, str) else words for name, words in fields.items()}
            for model, fields in models.items()
        }


@lru_cache(maxsize=4_000)
def code_name(name: str) -> str:
    """The name of a class or of a table as a code word: ``PrivacyCheck`` as ``privacy_check``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


@cache
def texts(language: Language) -> Texts:
    """The words of a language.

    Raises:
        ValueError: A file is not as it must be, or two say the same thing; the message names it.
    """
    return read(files("contracts.texts") / language)


def read(folder: Traversable) -> Texts:
    """The words that lie in a folder.

    Raises:
        ValueError: A file is not as it must be, or two say the same thing; the message names it.
    """
    whole: dict[str, Any] = {}
    for file in sorted((one for one in folder.iterdir() if one.name.endswith(".toml")), key=lambda one: one.name):
        try:
            part = tomllib.loads(file.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise ValueError(f"{file.name}: not TOML: {error}") from error
        for path, words in _rows(part):
            *above, last = path
            place = whole
            for key in above:
                place = place.setdefault(key, {})
            if last in place:
                raise ValueError(f"{file.name}: {'.'.join(path)} has words already")
            place[last] = words
    return Texts.model_validate(whole)


def _rows(part: Mapping[str, Any]) -> Iterator[tuple[list[str], Any]]:
    """Each row by its section and its names; names of classes become code words, sentences stay as they are."""
    for section, rows in part.items():
        written_out = section in {"catalogue", "said", "story", "validation"}
        for name, words in rows.items():
            first = name if written_out else code_name(name)
            if section not in BY_TWO_NAMES:
                yield [section, first], words
                continue
            for inner, one in words.items():
                yield [section, first, inner], one
