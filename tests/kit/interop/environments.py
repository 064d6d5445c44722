"""Environments of their own for what others wrote: pinned with hashes, made once, kept in a folder beside the tests' own."""

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

SETS = Path(__file__).parent / "sets"
OTHERS = Path(__file__).parent / "others"
CACHE = Path(sys.prefix) / "interop"
AWAY = (
    *("NewConnectionError", "ConnectTimeoutError", "Read timed out", "Network is unreachable", "Name or service not known"),
    *("Temporary failure in name resolution", "ProxyError", "ENOTFOUND", "ECONNREFUSED", "ETIMEDOUT", "EAI_AGAIN", "ENETUNREACH"),
)
"""What clients of registries say where none is reached. Anything else is a fault, as a hash that does not fit."""


def python(name: str) -> Path:
    """The Python of a set, with what its lock file names and nothing else."""
    lock = SETS / f"{name}.lock"
    place = CACHE / f"{name}-{_digest(lock)}"
    found = place / "bin" / "python"
    if not (place / ".made").exists():
        shutil.rmtree(place, ignore_errors=True)
        venv.create(place, with_pip=True)
        _install([found, "-m", "pip", "install", "--quiet", "--require-hashes", "--only-binary", ":all:", "-r", lock], place)
        (place / ".made").touch()
    return found


def node() -> tuple[Path, Path]:
    """Node itself, out of the set ``messages``, and the folder with the packages of its lock file and our programs."""
    tools = python("messages").parent
    lock = SETS / "package-lock.json"
    place = CACHE / f"node-{_digest(lock)}"
    if not (place / ".made").exists():
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy2(SETS / name, place)
        _install(
            [tools / "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], place, PATH=f"{tools}:{os.environ['PATH']}"
        )
        (place / ".made").touch()
    for program in OTHERS.glob("*.mjs"):
        shutil.copy2(program, place)  # Node looks for packages beside the program
    return tools / "node", place


def _digest(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest()[:12]


def _install(words: list[str | Path], place: Path, **environment: str) -> None:
    done = subprocess.run(words, cwd=place, env={**os.environ, **environment}, capture_output=True, text=True, check=False)
    if done.returncode and any(word in done.stderr for word in AWAY):
        pytest.skip("no registry of packages is reached from here")
    assert done.returncode == 0, done.stderr
