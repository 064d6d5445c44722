"""Following a page as it is written."""

import os
import signal
import subprocess
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from tests.docs.blocks import Block, Command, blocks, commands
from tests.docs.checkout import Checkout, StepFailed, read_until

NOT_RUN = {
    "make demo": "tests/e2e runs the demo; here it would take half a minute once more",
    "make demo KEEP=1": "the same, and it runs until it is interrupted; tests of the console lead people through browsers",
    "make up": "runs until it is interrupted; where Keten must run, these tests start it",
    "make test": "these tests are part of it",
    "make check": "its parts are run by themselves on the files that a page changes",
}
"""Lines that a reader types and these tests do not, each with the reason."""

UP = Command(Block(Path("installation"), 0, "console", ""), "keten up &", ["Keten runs: ...", "Ctrl-C stops it; ..."])
STOP = "kill %1"


class Running:
    """A line that goes on in the background, until it is ended as a reader would."""

    def __init__(self, checkout: Checkout, command: Command) -> None:
        self._command = command
        self._process = checkout.start(command.words.removesuffix("&"))
        try:
            read_until(self._process, command)
        except StepFailed:
            self.end()
            raise

    def stop(self) -> None:
        """End it; it must end well.

        Raises:
            StepFailed: It does not.
        """
        self._process.terminate()
        output, _ = self._process.communicate(timeout=60)
        if self._process.returncode:
            raise StepFailed(f"{self._command}\nended with {self._process.returncode} and said:\n{output}")

    def end(self) -> None:
        """End it, whatever happened."""
        if self._process.poll() is None:
            self._process.terminate()
        try:
            self._process.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)


class Reader:
    """Does what a page says, in a copy of the checkout, and in another one where Keten runs."""

    def __init__(self, checkout: Checkout, installation: Callable[[], Checkout]) -> None:
        self.checkout = checkout
        self._installation = installation
        self._names: dict[str, str] = {}
        self._background: list[Running] = []

    def follow(self, page: Path) -> None:
        """Every block of a page, in order; what it leaves in the background ends with it.

        Raises:
            StepFailed: A step does not do what the page says.
        """
        with ExitStack() as stack:
            stack.callback(lambda: [running.end() for running in self._background])
            for block in blocks(page):
                if block.fault:
                    raise StepFailed(block.fault)
                self._do(block)

    def _do(self, block: Block) -> None:
        if block.kind == "console":
            where = self._installation() if block.option == "installation" else self.checkout
            for command in commands(block):
                self._type(command, where)
        elif block.kind == "diff":
            self.checkout.apply(block)
        elif block.option == "title":
            self.checkout.create(block)
        elif block.option == "excerpt":
            self._quote(block)

    def _type(self, command: Command, where: Checkout) -> None:
        if command.words.endswith("&"):
            self._background.append(Running(where, command))
        elif command.words == STOP:
            self._background.pop().stop()
        elif command.is_interrupted or command.words not in NOT_RUN:
            where.run(command, self._names)

    def _quote(self, block: Block) -> None:
        source = self.checkout.path / block.path
        if not source.is_file() or block.text.strip("\n") not in source.read_text(encoding="utf-8"):
            raise StepFailed(f"{block}: these lines do not stand in {block.path}")
