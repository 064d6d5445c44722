"""What a person sees at a real terminal: what can be decided, then question by question."""

import asyncio
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Generator
from contextlib import suppress
from fcntl import ioctl
from typing import Any

import pytest

from tests.installed import KETEN, PATIENCE, ROOT, Keten

OWNER = "coordinator-almere"


class Terminal:
    """``keten`` in a terminal of its own, as wide as one wishes."""

    def __init__(self, keten: Keten, *arguments: str, width: int = 100) -> None:
        self.said = ""
        self._terminal, inside = pty.openpty()
        ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
        environment = {name: value for name, value in keten.environment.items() if name not in {"COLUMNS", "LINES"}}
        environment["TERM"] = "xterm"
        self._process = subprocess.Popen(
            [KETEN, *arguments],
            env=environment,
            cwd=ROOT,
            start_new_session=True,
            stdin=inside,
            stdout=inside,
            stderr=inside,
        )
        os.close(inside)
        self._waiting = select.poll()  # select() knows no number above 1,023
        self._waiting.register(self._terminal, select.POLLIN)

    def see(self, words: str) -> None:
        """Wait until something is seen that was not seen before."""
        ends = time.monotonic() + PATIENCE
        while words not in self._plain():
            assert time.monotonic() < ends, f"{words!r} was not seen:\n{self._plain()}"
            assert self._read(), f"it ended before {words!r} was seen:\n{self._plain()}"
        self.said = self._plain().split(words, 1)[1]

    def type(self, words: str) -> None:
        os.write(self._terminal, f"{words}\n".encode())

    def answer(self, question: str, words: str) -> None:
        self.see(question)
        self.type(words)

    def ended(self) -> int:
        """Its exit code, when it has ended."""
        while self._read():
            pass
        return self._process.wait(PATIENCE)

    def close(self) -> None:
        self._process.kill()
        self._process.wait(PATIENCE)
        os.close(self._terminal)

    def all(self) -> str:
        """Everything until it ended."""
        while self._read():
            pass
        return self.said

    def _plain(self) -> str:
        return re.sub(r"\s+", " ", re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", self.said))

    def _read(self) -> bool:
        with suppress(OSError):  # so a terminal says that nobody is there any more
            if self._waiting.poll(PATIENCE * 1000):
                read = os.read(self._terminal, 65_536)
                self.said += read.decode(errors="replace")
                return bool(read)
        return False


Opened = Callable[..., Terminal]


@pytest.fixture
def terminal(keten: Keten) -> Generator[Opened]:
    opened: list[Terminal] = []

    def start(*arguments: str, **how: Any) -> Terminal:
        opened.append(Terminal(keten, *arguments, **how))
        return opened[-1]

    yield start
    for one in opened:
        one.close()


@pytest.fixture
def accepted(keten: Keten, reported: Callable[[], str]) -> str:
    """A case that its coordinator has accepted."""
    reference = reported()
    asyncio.run(keten.here.staff.decide(OWNER, reference, "accept_case"))
    return reference


def test_the_table_stands_before_the_question_and_says_what_each_decision_does(terminal: Opened, accepted: str) -> None:
    at = terminal("decide", accepted, width=200)
    at.see(f"Possible now in {accepted}")
    at.see("agency decision what it does fields")
    at.see(OWNER)
    at.see("record_triage")
    for word in ("finding", "presumed_victim", "unclear", "no_victim"):  # in a column as narrow as other decisions make it
        at.see(word)
    at.answer("decision (number or name; empty: nothing):", "")
    at.see("nothing was decided")
    assert at.ended() == 0


def test_a_decision_is_asked_for_field_by_field(keten: Keten, terminal: Opened, accepted: str) -> None:
    at = terminal("decide", accepted)
    at.answer("decision (number or name; empty: nothing):", "record_triaage")
    at.see("type a number or a name of the table")
    at.answer("decision", "record_triage")
    at.answer("finding (presumed_victim | unclear | other_harm | no_victim):", "maybe")
    at.see("finding must be one of: presumed_victim, unclear, other_harm, no_victim")
    at.answer("finding (", "presumed_victim")
    at.see(f"done: case at {OWNER} is now intake")
    assert at.ended() == 0

    at = terminal("decide", accepted)
    at.answer("decision", "record_intake")
    at.answer("needs (a text):", "")
    at.see("needs is needed")
    at.answer("needs (a text):", "[a place] to stay")
    at.answer("person: fill it in? (yes | no, empty: no):", "perhaps")
    at.see("answer yes or no")
    at.answer("person: fill it in?", "yes")
    at.answer("person.name", "")
    at.answer("person.birth_year (a whole number, may be left empty):", "long ago")
    at.see("person.birth_year must be a whole number, like 3")
    at.answer("person.birth_year", "1990")
    at.answer("person.language", "Dutch")
    at.answer("person.safe_contact", "")
    at.answer("registrant: fill it in?", "")
    at.answer("age (under_12 |", "young")
    at.see("age must be one of")
    at.answer("age", "from_23")
    at.see("is now consent")
    assert at.ended() == 0


def test_lists_and_what_the_whole_must_be(terminal: Opened, keten: Keten, accepted: str) -> None:
    staff = keten.here.staff

    async def until_planning() -> None:
        await staff.decide(OWNER, accepted, "record_triage", finding="presumed_victim")
        await staff.decide(OWNER, accepted, "record_intake", needs="an example")

    asyncio.run(until_planning())
    at = terminal("decide", accepted)
    at.answer("decision", "record_consent")
    at.answer("help (yes | no", "yes")
    at.answer("registration (yes | no", "yes")
    for field in ("riec (yes | no", "by (person |", "because (serious_harm |", "written (yes | no"):
        at.answer(field, "")
    at.see("registration with personal data needs written consent")
    at.answer("help (yes | no", "yes")
    for field in ("registration (yes | no", "riec (yes | no", "by (person |", "because (serious_harm |", "written (yes | no"):
        at.answer(field, "")
    at.see("is now planning")
    assert at.ended() == 0

    at = terminal("decide", accepted)
    at.answer("decision", "offer_help")
    at.answer("need.service", "cosm")
    at.answer("need.urgency", "")
    at.answer("need.adults (a whole number, empty: 1)", "99")
    at.see("need.adults must be at most 20")
    at.answer("need.adults", "1")
    at.answer("need.children", "")
    at.answer("need.safety", "")
    at.answer("profile: fill it in?", "")
    at.answer("organisations, number 1", "Cosm Shelter")
    at.see("organisations, number 1 must look like coordinator-almere")
    at.answer("organisations, number 1", "cosm-shelter")
    at.answer("organisations, number 2", "")
    at.answer("at_once (yes | no", "")
    at.see("is now in_care")
    assert at.ended() == 0


def test_where_input_ends_nothing_is_decided(terminal: Opened, accepted: str) -> None:
    at = terminal("decide", accepted)
    at.see("decision (number or name; empty: nothing):")
    at.type("\x04")
    at.see("nothing was decided")
    at.ended()


@pytest.mark.parametrize("width", [60, 80])
def test_references_and_slugs_are_whole_in_a_narrow_terminal(terminal: Opened, accepted: str, width: int) -> None:
    for arguments in (["cases"], ["case", accepted], ["decide", accepted]):
        at = terminal(*arguments, width=width)
        if arguments[0] == "decide":
            at.answer("decision (number or name", "")
        assert "…" not in at.all()
        assert at.ended() == 0
