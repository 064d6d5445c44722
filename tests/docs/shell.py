"""A terminal in which a reader types block after block: what one sets, the next one has."""

import os
import signal
import subprocess
import threading
from contextlib import suppress

from tests.docs.blocks import Block
from tests.docs.checkout import PATIENCE, Checkout, StepFailed

_DONE, _ENDED = "(this block is done)", "(this shell ends)"


class Shell:
    """A POSIX shell that ends at the first line that fails."""

    def __init__(self, checkout: Checkout) -> None:
        self.said = ""
        self._process = checkout.start("exec sh", stdin=subprocess.PIPE)
        self._write(f"trap \"printf '\\n%s\\n' '{_ENDED}'\" EXIT\nset -eu\n")

    def type(self, block: Block, text: str) -> None:
        """Type a block, and read on until it is done.

        Args:
            block: Which.
            text: Its lines, with the addresses of this reader.

        Raises:
            StepFailed: A line fails.
        """
        assert self._process.stdout is not None
        self._write(f"{text}\nprintf '\\n%s\\n' '{_DONE}'\n")
        guard = threading.Timer(PATIENCE, self.end)
        guard.start()
        said = ""
        try:
            while (line := self._process.stdout.readline()) and line.strip() not in {_DONE, _ENDED}:
                said += line
        finally:
            guard.cancel()
        self.said += said
        if line.strip() != _DONE:
            raise StepFailed(f"{block}\na line of this block fails; until then it said:\n{said}")

    def end(self) -> None:
        """End it, and what it left in the background."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def _write(self, text: str) -> None:
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # it has ended, and says so itself
            self._process.stdin.write(text)
            self._process.stdin.flush()
