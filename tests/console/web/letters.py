"""Refused events of one agency, in memory."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from console.correction_errors import NotCorrected, SamePerson, WrongCorrection
from console.corrections import Correctable, Waiting, difference
from console.dead_codes import Dismissal
from console.dead_letters import Fault, Looked, looked
from console.web.looking import NoAnswer
from runtime.bus import DeadLetter


def a_letter(number: int, code: str = "data_invalid", **more: Any) -> DeadLetter:
    """A refused event."""
    given = {
        "seq": number,
        "sender": "almere",
        "event": "signals.reported.v1",
        "code": code,
        "reason": "data.signal.municipality: Field required",
        "event_id": f"{number:08x}",
        "at": None,
        "body": b"sealed",
    }
    return DeadLetter.model_validate({**given, **more})


@dataclass
class Letters:
    """What could not be taken; a replay is remembered by its ticket, as the bus does."""

    kept: dict[int, DeadLetter] = field(default_factory=dict[int, DeadLetter])
    texts: dict[int, bytes] = field(default_factory=dict[int, bytes])
    asked: Counter[str] = field(default_factory=Counter[str])
    inbox: dict[str, int] = field(default_factory=dict[str, int])
    dismissed: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    away: bool = False
    loses_answer: bool = False

    async def newest(self, before: int | None = None, most: int = 50) -> Sequence[DeadLetter]:
        self._reach("newest")
        numbers = sorted((number for number in self.kept if before is None or number < before), reverse=True)
        return [self.kept[number] for number in numbers[:most]]

    async def one(self, number: int) -> Looked:
        self._reach("one")
        letter = self._letter(number)
        return looked(letter, self.texts.get(number, letter.body))

    async def replay(self, number: int, once: str) -> None:
        self._reach("replay")
        if self._letter(number).hash:
            raise ValueError("only its hash was kept")
        self.inbox[once] = number
        if self.loses_answer:
            raise NoAnswer
        del self.kept[number]

    async def dismiss(self, number: int, why: str) -> None:
        self._reach("dismiss")
        del self.kept[self._letter(number).seq]
        self.dismissed.append((number, Dismissal(why)))

    def _letter(self, number: int) -> DeadLetter:
        if number not in self.kept:
            raise LookupError(f"no dead letter {number}")
        return self.kept[number]

    def _reach(self, what: str) -> None:
        self.asked[what] += 1
        if self.away:
            raise NoAnswer


@dataclass
class Correcting:
    """Corrections of one agency, in memory."""

    texts: dict[int, str] = field(default_factory=dict[int, str])
    waits: dict[int, tuple[Waiting, str]] = field(default_factory=dict[int, tuple[Waiting, str]])
    released: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    asked: Counter[str] = field(default_factory=Counter[str])
    person: str = ""
    wrong: tuple[Fault, ...] = ()
    never: bool = False

    async def look(self, number: int) -> Correctable:
        if self.never:
            raise NotCorrected
        if number not in self.texts:
            raise LookupError(f"no dead letter {number}")
        return Correctable(self.texts[number], self.waits[number][0] if number in self.waits else None)

    async def propose(self, number: int, text: str) -> None:
        if self.wrong:
            raise WrongCorrection(self.wrong)
        await self.look(number)
        self.asked["propose"] += 1
        self.wait(number, self.person, text)

    async def release(self, number: int, seen: str) -> bool:
        if number not in self.waits:
            raise LookupError("none waits")
        waits, text = self.waits[number]
        if waits.person == self.person:
            raise SamePerson
        if waits.seen != seen:
            return False
        self.released.append((number, text))
        del self.waits[number], self.texts[number]
        return True

    async def withdraw(self, number: int) -> None:
        self.asked["withdraw"] += 1
        self.waits.pop(number, None)

    def wait(self, number: int, person: str, text: str) -> None:
        """Have one wait."""
        seen = f"{abs(hash(text)):08x}"[:8]
        self.waits[number] = (Waiting(person, datetime.now(UTC), seen, difference(self.texts[number], text)), text)
