"""What goes wrong is said in one sentence, whichever library says it; what nobody foresaw keeps its traceback."""

from typing import Any

import pytest
import typer
from nats.errors import NoRespondersError
from nats.js.errors import APIError
from sqlalchemy.exc import OperationalError
from temporalio.client import WorkflowQueryFailedError
from temporalio.service import RPCError, RPCStatusCode

from console.screen import run, stop, words_of
from runtime.servers.running import AlreadyRunning


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (NoRespondersError(), "the bus did not answer (NoRespondersError): look with `keten doctor`"),
        (APIError(), "the bus did not answer (APIError): look with `keten doctor`"),
        (RPCError("no", RPCStatusCode.UNAVAILABLE, b""), "Temporal did not answer (RPCError): look with `keten doctor`"),
        (WorkflowQueryFailedError("no"), "a file does not say where it stands: `keten case` says which, and why"),
        (OperationalError("", None, Exception()), "a database cannot be used now (OperationalError): `keten doctor` says which"),
        (FileNotFoundError(2, "No such file", "there"), "there: No such file"),
        (AlreadyRunning("an example"), "an example"),
        (TypeError("an example"), None),
    ],
)
def test_an_error_is_known_by_its_name(error: Exception, words: str | None) -> None:
    assert words_of(error) == words


def test_what_nobody_foresaw_is_raised() -> None:
    async def fails() -> None:
        raise TypeError("an example")

    with pytest.raises(TypeError):
        run(fails())


def test_a_command_that_stops_says_nothing_more(capsys: pytest.CaptureFixture[str]) -> None:
    async def stops() -> Any:
        stop("an example")

    with pytest.raises(typer.Exit):
        run(stops())
    assert capsys.readouterr().err == "an example\n"
