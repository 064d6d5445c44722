"""Correcting what could not be taken: one person writes it, another one of the same agency releases it.

A correction bears the signature of the agency that reads it so, never that of its sender (docs/decisions/0041).
"""

import difflib
import json
from datetime import UTC, datetime
from typing import Any, NamedTuple

from console.correction_errors import NotCorrected, SamePerson, WrongCorrection
from console.dead_letters import Fault, is_correctable, wrong
from console.installation import Installation
from console.plain import as_json
from console.unknown import unknown_fields
from console.witness import Witness
from console.written import told_too_much
from contracts.agencies import Agency
from contracts.envelope import MAX_BYTES, CloudEvent, parse
from contracts.event import Event
from contracts.places import Atlas
from contracts.refusals import RefusalCode, Refused
from runtime.audit.entry import Action
from runtime.bus import DeadLetter, DeadLetters, Delivery, Seal
from runtime.bus.seal import read_outside
from runtime.office.content import check_content
from runtime.sessions.corrections import Correction, Corrections, Locked, locked, unlocked

AROUND = 2
"""Lines that are shown before and after a difference."""


class Line(NamedTuple):
    """A line of a difference.

    Attributes:
        sign: ``-`` it stood there, ``+`` it stands there now, empty: it stays.
    """

    sign: str
    text: str


class Correctable(NamedTuple):
    """A dead letter whose content can be corrected.

    Attributes:
        data: Its content, to be written in.
        waits: The correction that waits for a second person.
    """

    data: str
    waits: "Waiting | None"


class Waiting(NamedTuple):
    """A correction that waits for a second person.

    Attributes:
        person: Who wrote it.
        seen: Stands for what it says.
        lines: What is different.
    """

    person: str
    made_at: datetime
    seen: str
    lines: tuple[Line, ...]


class Corrector:
    """Corrects the dead letters of one agency, in one person's name.

    Args:
        installation: What reaches the bus.
        agency: Whose they are.
        witness: Who writes it down.
        rows: Where corrections wait.
    """

    def __init__(self, installation: Installation, agency: Agency, witness: Witness, rows: Corrections) -> None:
        self._installation = installation
        self._agency = agency
        self._witness = witness
        self._rows = rows

    async def look(self, number: int) -> Correctable:
        """What can be corrected, and what waits.

        Raises:
            LookupError: There is none with this number.
            NotCorrected: Only its sender can.
        """
        await self._witness.read(self._agency, f"dead_letter:{number}")
        async with await self._installation.dead_letters(self._agency) as letters:
            letter, before = await self._open(letters, number)
        row = await self._rows.find(self._agency.slug, number)
        text = as_json(before.data)
        after = self._read(letter, row) if row else None
        if row is None or after is None:
            return Correctable(text, None)
        return Correctable(text, Waiting(row.person, row.made_at, row.ticket[:8], difference(text, as_json(after.data))))

    async def propose(self, number: int, text: str) -> None:
        """Keep a correction until somebody else releases it, instead of any that waits.

        Raises:
            LookupError: There is none with this number.
            NotCorrected: Only its sender can.
            WrongCorrection: It would be refused, too.
        """
        async with (
            self._witness.act(self._agency, Action.CORRECT_LETTER, f"dead_letter:{number}"),
            await self._installation.dead_letters(self._agency) as letters,
        ):
            letter, before = await self._open(letters, number)
            after = self._checked(letter, before, text)
            sealed = self._seal.closed(after, self._agency.slug)
            await self._rows.put(
                self._agency.slug, number, self._witness.person, locked(sealed, letter.body, self._about(number))
            )

    async def release(self, number: int, seen: str) -> bool:
        """Put a correction into the inbox instead of the dead letter. Whatever is done at the same moment: it arrives once.

        Args:
            number: Of the dead letter.
            seen: What stands for the correction that was looked at.

        Returns:
            Whether it is the one that waits.

        Raises:
            LookupError: There is none with this number, or no correction of it.
            SamePerson: Who wrote it does not release it.
        """
        async with (
            self._witness.act(self._agency, Action.REPLAY, f"dead_letter:{number}:corrected"),
            await self._installation.dead_letters(self._agency) as letters,
        ):
            letter, before = await self._open(letters, number)
            row = await self._rows.find(self._agency.slug, number)
            after = self._read(letter, row) if row else None
            if row is None or after is None:
                raise LookupError(f"no correction of dead letter {number} waits")
            if row.person == self._witness.person:
                raise SamePerson("who wrote a correction does not release it: somebody else of the agency does")
            if row.ticket[:8] != seen:
                return False
            again = self._checked(letter, before, as_json(after.data))
            await letters.replay(number, again.to_json(), self._installation.directory, once=row.ticket)
        await self._rows.remove(self._agency.slug, number)
        return True

    async def withdraw(self, number: int) -> None:
        """Throw a correction away; the dead letter stays as it is."""
        async with self._witness.act(self._agency, Action.CORRECT_LETTER, f"dead_letter:{number}:withdrawn"):
            await self._rows.remove(self._agency.slug, number)

    @property
    def _seal(self) -> Seal:
        return self._installation.seal(self._agency)

    async def _open(self, letters: DeadLetters, number: int) -> tuple[DeadLetter, CloudEvent]:
        letter = await letters.show(number)
        text = letters.text(letter, self._installation.directory.by_slug.get(letter.sender))
        if text == letter.body or not is_correctable(letter):
            raise NotCorrected("only its sender can correct this: it must send it anew")
        return letter, CloudEvent.from_json(text, datetime.now(UTC))

    def _read(self, letter: DeadLetter, row: Correction) -> CloudEvent | None:
        """The correction; None: it was of what stood there before."""
        try:
            sealed = read_outside(unlocked(row.sealed, letter.body, self._about(letter.seq)), datetime.now(UTC))
            return self._seal.opened(sealed, self._agency, datetime.now(UTC)).message
        except (Locked, Refused):
            return None

    def _checked(self, letter: DeadLetter, before: CloudEvent, text: str) -> CloudEvent:
        """The same event with other content: all that says who sent it, about which case, and where in its line, stays."""
        sender = self._installation.directory.get(letter.sender)
        try:
            data = _content(before.event_class, text)
            after = CloudEvent.from_json(before.model_copy(update={"data": data}).to_json(), datetime.now(UTC))
            told_too_much(after.event(), self._agency)
            now = datetime.now(UTC)
            delivery = Delivery(sender, after, "", after.event(), first_seen=now, attempt=1, by_hand=True)
            check_content(delivery, Atlas(self._installation.directory))
        except Refused as refused:
            raise WrongCorrection([Fault("", said=refused.reason)]) from None
        return after

    def _about(self, number: int) -> str:
        return f"{self._agency.slug}/{number}"


def _content(event: type[Event], text: str) -> dict[str, Any]:
    """What was typed as the content of an event, with nothing in it that nobody would read.

    Raises:
        Refused: It is no content at all.
        WrongCorrection: It is none of this event.
    """
    if (size := len(text.encode())) > MAX_BYTES:
        raise Refused(RefusalCode.TOO_LARGE, f"a message may have {MAX_BYTES} bytes, this one has {size}")
    data = parse(text.encode())
    faults = [*wrong(event, json.dumps(data), "", strict=True)]
    if found := [*faults, *(Fault("", said=words) for words in unknown_fields(event, data, ""))]:
        raise WrongCorrection(found)
    return data


def difference(before: str, after: str) -> tuple[Line, ...]:
    """What is different, line by line, with some lines around it."""
    lines: list[Any] = [*difflib.unified_diff(before.splitlines(), after.splitlines(), n=AROUND, lineterm="")][2:]
    return tuple(Line("", "…") if line.startswith("@@") else Line(line[:1].strip(), line[1:]) for line in lines)
