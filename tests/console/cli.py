"""The command line as a person uses it, in this process; a traceback is never an answer."""

import json
import re
import time
from collections.abc import Callable, Mapping
from typing import Any

from typer.testing import CliRunner

from console.main import app
from tests.installed import PATIENCE


class Cli:
    """``keten`` with the settings of one installation."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = dict(variables)

    def __call__(self, *arguments: str, code: int = 0, typed: str | None = None) -> str:
        """Run a command.

        Args:
            arguments: What follows ``keten``.
            code: The exit code that it must end with.
            typed: What a person types.

        Returns:
            Everything it wrote, with single spaces.
        """
        return re.sub(r"[\s│╭╮╰╯─]+", " ", self._run(arguments, code, typed))

    def raw(self, *arguments: str) -> str:
        """What a program reads of a command that ends well."""
        return self._run(arguments, 0, None)

    def pages(self, *arguments: str) -> str:
        """All that a list shows, page after page."""
        shown, further = self(*arguments), ""
        while found := re.search(r"--after (\S+)", further or shown):
            further = self(*arguments, "--after", found[1])
            shown += further
        return shown

    def rows(self, *arguments: str) -> list[Any]:
        """All rows of a list, as a program reads them."""
        rows: list[Any] = []
        while page := json.loads(self.raw(*arguments, "--json", *(["--after", rows[-1]["place"]] if rows else []))):
            rows += page
        return rows

    def _run(self, arguments: tuple[str, ...], code: int, typed: str | None) -> str:
        result = CliRunner().invoke(app, list(arguments), env=self._variables, input=typed)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise AssertionError(f"a person would see a traceback of {result.exception!r}") from result.exception
        assert result.exit_code == code, result.output
        assert "Traceback" not in result.output
        return result.output

    def with_(self, **variables: str) -> "Cli":
        """The same with other settings."""
        return Cli({**self._variables, **variables})


def patiently(holds: Callable[[], bool]) -> None:
    """Look again and again until something is so."""
    ends = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < ends, "it did not become so"
