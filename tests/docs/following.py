"""Following a page as it is written."""

import os
import re
import signal
import socket
import subprocess
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from tests.docs.blocks import Block, Command, blocks, commands
from tests.docs.checkout import Checkout, StepFailed, read_until
from tests.docs.shell import Shell

NOT_RUN = {
    "make demo": "tests/e2e runs the demo; here it would take half a minute once more",
    "make demo KEEP=1": "the same, and it runs until it is interrupted; tests of the console lead people through browsers",
    "make up": "runs until it is interrupted; where Keten must run, these tests start it",
    "make test": "these tests are part of it",
    "make check": "its parts are run by themselves on the files that a page changes",
}
"""Lines that a reader types and these tests do not, each with the reason."""

USUAL, RECEIVER = "http://127.0.0.1:8237", "PORT=8080"
"""Where a post office of a sandbox answers, and a receiver of webhooks listens, if nobody else does."""
POST_OFFICE = re.compile(r"your post office +(http://127\.0\.0\.1:[0-9]+)")

UP = Command(Block(Path("installation"), 0, "console", ""), "keten up &", ["Keten runs: ...", "Ctrl-C stops it; ..."])
STOP = "kill %1"


class Running:
    """A line that goes on in the background, until it is ended as a reader would."""

    def __init__(self, checkout: Checkout, command: Command) -> None:
        self._command = command
        self._process = checkout.start(command.words.removesuffix("&"))
        try:
            self.said = read_until(self._process, command)
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
        self._addresses: dict[str, str] = {}
        self._shell: Shell | None = None

    @property
    def said(self) -> str:
        """What the shell said."""
        return self._shell.said if self._shell else ""

    def follow(self, *pages: Path, then: Callable[[], None] | None = None) -> None:
        """Every block of pages, one page after the other; what they leave in the background ends with them.

        Args:
            pages: Which.
            then: Is called at their end, while that still runs.

        Raises:
            StepFailed: A step does not do what the page says.
        """
        self._shell = None
        with ExitStack() as stack:
            stack.callback(lambda: [running.end() for running in self._background])
            stack.callback(lambda: self._shell and self._shell.end())
            for block in [block for page in pages for block in blocks(page)]:
                if block.fault:
                    raise StepFailed(block.fault)
                self._do(block)
            if then:
                then()

    def _do(self, block: Block) -> None:
        if block.kind == "console":
            where = self._installation() if block.option == "installation" else self.checkout
            *before, last = commands(block)
            for command in before:
                self._type(command, where)
            if block.option == "stays":
                self._stays(last)
            else:
                self._type(last, where)
        elif block.kind == "sh":
            self._type_in_shell(block)
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

    def _stays(self, command: Command) -> None:
        """Leave it running; where it answers elsewhere than the page says, as that port is taken, later lines ask there."""
        running = Running(self.checkout, command)
        self._background.append(running)
        if address := POST_OFFICE.search(running.said):
            self._addresses[USUAL] = address[1]

    def _type_in_shell(self, block: Block) -> None:
        self._shell = self._shell or Shell(self.checkout)
        text = block.text.replace(RECEIVER, RECEIVER.replace("8080", str(free_port())))
        for usual, address in self._addresses.items():
            text = text.replace(usual, address)
        self._shell.type(block, text)

    def _quote(self, block: Block) -> None:
        source = self.checkout.path / block.path
        if not source.is_file() or block.text.strip("\n") not in source.read_text(encoding="utf-8"):
            raise StepFailed(f"{block}: these lines do not stand in {block.path}")


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]
