"""A copy of the checkout in which a reader's steps are done, with the environment of the tests."""

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from contracts.reference import ALPHABET
from tests.docs.blocks import Block, Command

ROOT = Path(__file__).parents[2]
PATIENCE = 120.0
A_MOMENT = 0.5
"""Seconds until somebody who has read a line interrupts."""
_ANYTHING = re.compile(r" ?(?<!\.)\.\.\.(?!\.) ?")
REFERENCE = re.compile(rf"k[{ALPHABET}]{{24}}")
_UNSET = (
    *("KETEN_HOME", "KETEN_DIRECTORY", "KETEN_CLOCKS", "KETEN_NATS_URL", "KETEN_TEMPORAL_ADDRESS", "GIT_DIR", "GIT_WORK_TREE"),
    "PYTHONDONTWRITEBYTECODE",  # a reader's copy is compiled once, not at every command
)


class StepFailed(AssertionError):  # noqa: N818 - named as what happened
    """A step of a page does not do what the page says."""


class Checkout:
    """A copy of what lies in the checkout, tracked or not, without what git ignores."""

    def __init__(self, path: Path) -> None:
        self.path = path
        for name in _git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard").splitlines():
            if (ROOT / name).is_file():
                (path / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, path / name)
        (path / ".venv").symlink_to(sys.prefix)
        _git(path, "init", "--quiet")
        (path / ".git" / "info").mkdir(exist_ok=True)
        (path / ".git" / "info" / "exclude").write_text("/.venv\n")
        _git(path, "add", "--all")
        self._shim()

    def create(self, block: Block) -> None:
        """Make the file that a block names; one that exists is changed by a diff, so that nothing else is lost."""
        target = self.path / block.path
        if target.exists():
            raise StepFailed(f"{block}: {block.path} exists already; show what changes as a diff")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(block.text, encoding="utf-8")

    def apply(self, block: Block) -> None:
        """Apply a diff."""
        words = ["git", "apply", "--verbose", "-"]
        applied = subprocess.run(words, cwd=self.path, input=block.text, capture_output=True, text=True, check=False)
        if applied.returncode:
            raise StepFailed(f"{block}: the diff does not apply:\n{applied.stderr}")

    def run(self, command: Command, names: dict[str, str]) -> None:
        """Type a line and compare what is seen; a reference or number that was seen is filled in where a later line names it."""
        with self.start(_filled(command, names)) as process:
            code, output = _interrupted(process, command) if command.is_interrupted else _finished(process, command)
        if code != command.ends_with:
            raise StepFailed(f"{command}\nended with {code} and said:\n{output}")
        compare(command, output)
        references = set(REFERENCE.findall(output))
        if len(references) == 1:
            names["REFERENCE"] = references.pop()

    def start(self, words: str, stdin: int = subprocess.DEVNULL) -> "subprocess.Popen[str]":
        """Type a line."""
        return subprocess.Popen(
            ["bash", "-o", "pipefail", "-c", words],
            cwd=self.path,
            env=self._environment(),
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            process_group=0,
        )

    def changed(self) -> list[str]:
        """Files that differ from the checkout."""
        names = _git(self.path, "diff", "--name-only", "--diff-filter=d") + _git(
            self.path, "ls-files", "--others", "--exclude-standard"
        )
        return sorted(set(names.splitlines()))

    def _environment(self) -> dict[str, str]:
        """The reader's: `make` and what the environment holds come first, nothing of this installation is set."""
        kept = {name: value for name, value in os.environ.items() if name not in _UNSET}
        path = f"{self.path / '.git' / 'keten-bin'}:{self.path / '.venv' / 'bin'}:{kept.get('PATH', '')}"
        return {**kept, "PATH": path, "PYTHONPATH": str(self.path), "COLUMNS": "200", "PYTHONUNBUFFERED": "1", "NO_COLOR": "1"}

    def _shim(self) -> None:
        """`make` that takes the environment as installed: it is that of the tests, and must not be pointed to this copy."""
        shim = self.path / ".git" / "keten-bin" / "make"
        shim.parent.mkdir()
        shim.write_text(f'#!/bin/sh\nexec {shutil.which("make")} -o .venv/.installed "$@"\n')
        shim.chmod(0o755)


def compare(command: Command, output: str) -> None:
    """The lines of a page must be seen in their order; others may stand between them.

    Raises:
        StepFailed: One is not seen.
    """
    lines = iter([_plain(line) for line in output.splitlines()])
    for wanted in command.shown:
        parts = [re.escape(part) for part in _ANYTHING.split(_plain(wanted))]
        whole = re.compile(".*".join(parts).replace("REFERENCE", REFERENCE.pattern))
        if not any(whole.fullmatch(line) for line in lines):
            raise StepFailed(f"{command}\nthe page shows the line\n  {wanted}\nand this was seen:\n{output}")


def _filled(command: Command, names: dict[str, str]) -> str:
    """The line with the reference of a case that was seen before."""
    if "REFERENCE" in command.words and "REFERENCE" not in names:
        raise StepFailed(f"{command}\nnothing on this page says which REFERENCE")
    return command.words.replace("REFERENCE", names.get("REFERENCE", ""))


def _plain(line: str) -> str:
    """A line without colours, the frames of a table and double spaces."""
    return " ".join(re.sub(r"[│┃]", " ", re.sub(r"\x1b\[[0-9;]*m", "", line)).split())


def _finished(process: "subprocess.Popen[str]", command: Command) -> tuple[int, str]:
    try:
        output, _ = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        raise StepFailed(f"{command}\ndid not end in {PATIENCE:.0f} seconds") from None
    return process.returncode, output


def _interrupted(process: "subprocess.Popen[str]", command: Command) -> tuple[int, str]:
    """Read until everything before ``^C`` was seen, interrupt it, and read on until it ends."""
    output = read_until(process, command.before_interrupt())
    time.sleep(A_MOMENT)
    if process.poll() is not None:
        raise StepFailed(f"{command}\nended before it was interrupted, and said:\n{output}")
    os.killpg(process.pid, signal.SIGINT)
    code, rest = _finished(process, command)
    return code, output + rest


def read_until(process: "subprocess.Popen[str]", command: Command) -> str:
    """What a running command says until its lines were seen.

    Raises:
        StepFailed: It ends before that.
    """
    output = ""
    assert process.stdout is not None
    guard = threading.Timer(PATIENCE, os.killpg, (process.pid, signal.SIGKILL))
    guard.start()
    try:
        while line := process.stdout.readline():
            output += line
            with suppress(StepFailed):
                compare(command, output)
                return output
    finally:
        guard.cancel()
    raise StepFailed(f"{command}\nended before it was interrupted, and said:\n{output}")


def _git(path: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=path, check=True, capture_output=True, text=True).stdout
