"""What the people of the other agencies do: a TOML file, read strictly."""

import tomllib
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, Field, ValidationError

from console.deciding import checked
from console.event_names import event_class
from console.faults import explain, guess
from console.sandbox.cast import Cast
from contracts.agencies import Agency, Directory
from contracts.clocks import Duration, Term
from contracts.commands import COMMANDS, ORDERS
from contracts.text import Model
from contracts.words import AgencyKind

USUAL = Path(__file__).with_name("script.toml")
LARGEST = 256 * 1024
LONGEST = 3600.0
"""Seconds that a step may wait at most: within an hour a sandbox has something to show."""


class Step(Model):
    """One decision."""

    model_config = ConfigDict(extra="forbid")

    decide: str = Field(max_length=60)
    after: Term = Duration(amount=1, unit="second")
    content: dict[str, Any] = Field(default_factory=dict[str, Any], alias="with")

    @property
    def seconds(self) -> float:
        """How long a person takes for it."""
        span = self.after.exact
        return span.total_seconds() if span is not None else LONGEST + 1


class When(Model):
    """What people at an agency do about an event.

    Attributes:
        event: By its name.
        at: Slug or kind of the agency that hears it.
        own: For which kinds of own agency this is played; none: for all.
        steps: One after the other.
    """

    model_config = ConfigDict(extra="forbid")

    event: str = Field(max_length=100)
    at: str = Field(max_length=40)
    own: tuple[AgencyKind, ...] = ()
    steps: tuple[Step, ...] = Field(min_length=1, max_length=20)


class Script(Model):
    """All of it.

    Attributes:
        begin: Which events are brought about when the sandbox is up, for each kind of own agency.
        when: What is done; of several that fit the first counts.
    """

    model_config = ConfigDict(extra="forbid")

    begin: dict[AgencyKind, tuple[str, ...]] = Field(default_factory=dict[AgencyKind, tuple[str, ...]])
    when: tuple[When, ...] = Field(default=(), max_length=200)

    def fitting(self, event: str, at: Agency, own: Agency) -> int | None:
        """Which rule says what an agency does about an event, by its place in the file."""
        for number, rule in enumerate(self.when):
            played = rule.at in {at.slug, at.kind.value} and (not rule.own or own.kind in rule.own)
            if played and event_class(rule.event).rule.type == event:
                return number
        return None


def read_script(path: Path, directory: Directory, who: Cast) -> Script:
    """A script out of its file, with everything in it checked: a mistake in it is known before anything is started.

    Args:
        path: The file.
        directory: Whom it can name.
        who: What it writes ``$helper`` and the like for.

    Raises:
        ValueError: Says where and what is wrong.
    """
    try:
        raw = path.read_bytes()
        if len(raw) > LARGEST:
            raise ValueError(f"{path}: a script may have {LARGEST // 1024} KB")
        script = Script.model_validate(tomllib.loads(raw.decode()))
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror}: name a file with --script") from None
    except ValidationError as error:
        raise ValueError(f"{path}: {explain(error)}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: not TOML in UTF-8: {error}") from None
    for number, rule in enumerate(script.when, start=1):
        try:
            _check(rule, directory, who)
        except (ValueError, LookupError) as error:
            raise ValueError(f"{path}: rule {number}: {error}") from None
    for kind, events in script.begin.items():
        for event in events:
            _check_begin(path, kind, event)
    return script


def filled(content: Any, words: dict[str, str]) -> Any:
    """The content of a step, with the names of those who play.

    Raises:
        ValueError: It names somebody whom a sandbox does not have.
    """
    if isinstance(content, dict):
        return {name: filled(value, words) for name, value in content.items()}  # pyright: ignore[reportUnknownVariableType]
    if isinstance(content, list):
        return [filled(value, words) for value in content]  # pyright: ignore[reportUnknownVariableType]
    if isinstance(content, str) and content.startswith("$"):
        if content not in words:
            raise ValueError(f"{content[:40]} is no word of a script{guess(content, words)}")
        return words[content]
    return content


def _check(rule: When, directory: Directory, who: Cast) -> None:
    event = event_class(rule.event)
    named = {agency.kind for agency in directory.agencies if agency.slug == rule.at}
    kinds = named or {kind for kind in AgencyKind if kind == rule.at}
    if not kinds:
        names = [*directory.by_slug, *AgencyKind]
        raise ValueError(f"`at` is neither an agency of the directory nor a kind of agency{guess(rule.at, names)}")
    if not kinds & event.rule.recipients:
        hearing = ", ".join(sorted(event.rule.recipients))
        raise ValueError(f"{rule.event} is never heard at {rule.at}: it is for {hearing}")
    for step in rule.steps:
        if step.decide not in COMMANDS:
            raise ValueError(f"{step.decide!r} is no decision{guess(step.decide, COMMANDS)}")
        if step.decide in ORDERS:
            raise ValueError(f"{step.decide} needs the signatures of two persons: a script cannot give them")
        if step.seconds > LONGEST:
            raise ValueError(f"{step.decide}: `after` is seconds or minutes, at most one hour")
        checked(step.decide, filled(step.content, who.words))


def _check_begin(path: Path, kind: AgencyKind, name: str) -> None:
    try:
        event = event_class(name)
    except LookupError as error:
        raise ValueError(f"{path}: begin: {error}") from None
    if kind not in event.rule.recipients:
        raise ValueError(f"{path}: begin: {name} is never heard by a {kind}")
