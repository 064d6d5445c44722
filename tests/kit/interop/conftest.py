import json
import os
import subprocess
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.kit.interop.environments import OTHERS, node, python
from tests.kit.standing import Standing

Program = Callable[..., list[Any]]
Running = Callable[..., AbstractContextManager["subprocess.Popen[str]"]]


def words_of(program: str) -> list[str]:
    """How a program in ``others/`` is started."""
    if program.endswith(".py"):
        return [str(python("messages")), str(OTHERS / program)]
    tool, place = node()
    return [str(tool), str(place / program)]


@pytest.fixture
def others(post: Standing) -> Program:
    """Runs a program to its end; what it printed, line by line, as JSON where it is."""

    def run(program: str, *given: str, fed: str | None = None) -> list[Any]:
        environment = {**os.environ, **post.environment}
        words = [*words_of(program), *given]
        done = subprocess.run(words, env=environment, input=fed, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        return [json.loads(line) if line.startswith("{") else line for line in done.stdout.splitlines()]

    return run


@pytest.fixture
def following(post: Standing) -> Running:
    """Runs a program that follows the feed, as long as the context lasts."""

    @contextmanager
    def run(program: str, *given: str) -> "Generator[subprocess.Popen[str]]":
        words, environment = [*words_of(program), *given], {**os.environ, **post.environment}
        process = subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, text=True, cwd=Path(words[1]).parent)
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    return run
