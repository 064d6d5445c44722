"""What an agency could not take, for a person who looks: why, where the fault is, and what can be done about it."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError

from console.dead_codes import ADVICE, AT_FAULT, BY_NAME, Advice, Dismissal
from console.installation import Installation
from console.plain import as_json
from console.witness import Witness
from contracts.agencies import Agency
from contracts.catalogue import BY_SHORT_NAME
from contracts.envelope import CloudEvent, SealedEvent, parse
from contracts.refusals import Refused
from runtime.audit.entry import Action
from runtime.bus import DeadLetter

MOST_FAULTS = 20
"""Places in a message that are shown; whoever mends these sees the others."""
DEEPEST = 32


class Fault(NamedTuple):
    """What is wrong at a place.

    Attributes:
        path: Where, with dots: ``data.signal.municipality``.
        kind: What is wrong, as the checking library names it; empty: what the reason of the refusal says.
        facts: What that says besides.
        said: The same as a sentence in English, where the library does not name it.
    """

    path: str
    kind: str = ""
    facts: Mapping[str, Any] = {}
    said: str = ""


class Looked(NamedTuple):
    """A dead letter that a person looks at.

    Attributes:
        letter: As it is kept.
        text: The event, where it could be opened; else what arrived. What would hide or command something is escaped.
        is_opened: Whether its seal and signature are good.
        faults: Where the fault is, as far as that can be told now.
        advice: What is likely to help.
        may_correct: Whether its content can be corrected here.
    """

    letter: DeadLetter
    text: str
    is_opened: bool
    faults: tuple[Fault, ...]
    advice: Advice
    may_correct: bool = False


class RefusedEvents:
    """What one agency could not take. What a person reads or does there is written into its audit log first.

    Args:
        installation: What reaches the bus.
        agency: Whose they are.
        witness: Who writes it down.
    """

    def __init__(self, installation: Installation, agency: Agency, witness: Witness) -> None:
        self._installation = installation
        self._agency = agency
        self._witness = witness

    async def newest(self, before: int | None = None, most: int = 50) -> tuple[DeadLetter, ...]:
        """A part of them, the newest first.

        Args:
            before: Only those with a lower number.
            most: How many.
        """
        await self._witness.read(self._agency, "dead_letters")
        async with await self._installation.dead_letters(self._agency) as letters:
            return await letters.newest(before, most)

    async def one(self, number: int) -> Looked:
        """One of them, opened.

        Raises:
            LookupError: There is none with this number.
        """
        await self._witness.read(self._agency, f"dead_letter:{number}")
        async with await self._installation.dead_letters(self._agency) as letters:
            letter = await letters.show(number)
            text = letters.text(letter, self._installation.directory.by_slug.get(letter.sender))
        return looked(letter, text)

    async def replay(self, number: int, once: str) -> None:
        """Put one into the inbox again as it is.

        Args:
            number: Which.
            once: A ticket: what is sent again with it arrives once.

        Raises:
            LookupError: There is none with this number.
            ValueError: Only its hash was kept.
        """
        async with (
            self._witness.act(self._agency, Action.REPLAY, f"dead_letter:{number}"),
            await self._installation.dead_letters(self._agency) as letters,
        ):
            await letters.replay(number, directory=self._installation.directory, once=once)

    async def dismiss(self, number: int, why: Dismissal) -> None:
        """Remove one that nobody needs; the reason stands in the audit log.

        Raises:
            LookupError: There is none with this number.
        """
        async with (
            self._witness.act(self._agency, Action.REMOVE_LETTER, f"dead_letter:{number}:{why}"),
            await self._installation.dead_letters(self._agency) as letters,
        ):
            await letters.remove(number)


def looked(letter: DeadLetter, text: bytes) -> Looked:
    """A dead letter as it is shown.

    Args:
        letter: As it is kept.
        text: What was in it, or what arrived.
    """
    is_opened = text != letter.body
    advice = Advice.BARE if letter.hash else ADVICE.get(letter.code, Advice.SENDER)
    faults = faults_of(letter, text, is_opened=is_opened)
    return Looked(letter, readable(text), is_opened, faults, advice, is_opened and is_correctable(letter))


def is_correctable(letter: DeadLetter) -> bool:
    """Whether its content can be corrected here: not what proves what its sender did, and not what offices ask each other."""
    event = BY_SHORT_NAME.get(letter.event)
    if event is None or letter.hash or event.rule.evidence or event.rule.file is None:
        return False
    return ADVICE.get(letter.code) is Advice.CONTENT


def readable(text: bytes) -> str:
    """Anything, to be looked at: as JSON with its lines where it is JSON."""
    try:
        return as_json(json.loads(text))
    except (ValueError, RecursionError):
        return "\n".join(as_json(line)[1:-1] for line in text.decode("utf-8", errors="replace").splitlines())


def faults_of(letter: DeadLetter, text: bytes, *, is_opened: bool) -> tuple[Fault, ...]:
    """Where the fault is, by the models as they are now; none where that cannot be told."""
    try:
        fields = parse(text)
    except Refused:
        return ()
    if letter.code in BY_NAME and is_opened:
        return tuple(Fault(path) for path in _named(fields.get("data"), BY_NAME[letter.code], "data"))[:MOST_FAULTS]
    if letter.code not in AT_FAULT:
        return ()
    found = [*wrong(CloudEvent if is_opened else SealedEvent, json.dumps(fields), "", strict=False)]
    if is_opened and not found and (event := BY_SHORT_NAME.get(letter.event)):
        found += wrong(event, json.dumps(fields.get("data")), "data.", strict=True)
    return tuple(found[:MOST_FAULTS])


def wrong(model: type[BaseModel], text: str, before: str, *, strict: bool) -> Iterator[Fault]:
    """What is wrong with a JSON text, by a model, each at its place."""
    try:
        model.model_validate_json(text, strict=strict)
    except ValidationError as error:
        for fault in error.errors(include_url=False, include_input=False):
            path = f"{before}{'.'.join(str(part) for part in fault['loc'])}".rstrip(".")
            yield Fault(path, str(fault["type"]), fault.get("ctx", {}))
    except Refused:  # a rule of the form, which its reason says
        return


def _named(value: Any, name: str, path: str, deeper: int = DEEPEST) -> Iterator[str]:
    """The paths of all fields of a name."""
    if deeper == 0:
        return
    inner: list[tuple[str, Any]] = []
    if isinstance(value, dict):
        inner = [(str(key), one) for key, one in value.items()]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    elif isinstance(value, list):
        inner = [(str(place), one) for place, one in enumerate(value)]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    for key, one in inner:
        if key == name:
            yield f"{path}.{key}"
        yield from _named(one, name, f"{path}.{key}", deeper - 1)
