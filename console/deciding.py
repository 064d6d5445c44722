"""What belongs to a decision: whether its content can be, whether it was sent before, and the words of a refusal."""

import json
from typing import Any

from pydantic import ValidationError
from temporalio.client import WorkflowHandle, WorkflowQueryFailedError, WorkflowUpdateFailedError

from console.faults import explain
from console.reading import ANSWER
from console.unknown import unknown_fields
from contracts.commands import COMMANDS, Command
from contracts.views import Choice


def checked(command: str, content: dict[str, Any]) -> Command:
    """What was typed as a command.

    Raises:
        ValueError: In the words of whoever typed it: a field nobody would read, or one that cannot be.
    """
    model = COMMANDS[command]
    unknown = unknown_fields(model, content)
    if unknown:
        raise ValueError(f"{command}: {'; '.join(unknown)}")
    try:
        order = model.model_validate(content)
    except ValidationError as error:
        raise ValueError(f"{command}: {explain(error)}") from None
    if wrong := order.unchoosable():
        raise ValueError(f"{command}: {wrong.words}")
    return order


async def answered(handle: WorkflowHandle[Any, Any], command: str, ticket: str | None) -> str | None:
    """The answer of a decision that was sent before: it may have ended the file, or have led on from where it was possible."""
    if ticket is None:
        return None
    asked: Any = handle
    try:
        return await asked.query("decided", args=[ticket, command], result_type=str, rpc_timeout=ANSWER) or None
    except WorkflowQueryFailedError:  # an office of before, which knows no tickets
        return None


def possible(choices: tuple[Choice, ...]) -> str:
    """What can be decided, in words."""
    names = ", ".join(choice.command for choice in choices)
    return f"possible: {names}" if names else "nothing is decided there now"


def words_of(error: WorkflowUpdateFailedError) -> str:
    """The words of a validator that refused."""
    cause = error.cause
    text = getattr(cause, "message", str(cause))
    return text if isinstance(text, str) else json.dumps(text)
