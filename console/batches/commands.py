"""What can be decided over a selection, and which files that can be."""

from collections.abc import Mapping
from typing import NamedTuple

from contracts.commands import COMMANDS, Command

REPLAY = "replay_letter"
"""To put dead letters into the inbox again, as they are."""


class Where(NamedTuple):
    """Files in which something can be decided.

    Attributes:
        kind: Of file; empty: any.
        phase: In which they are; empty: any.
        alarm: Whether they have an alarm.
    """

    kind: str = ""
    phase: str = ""
    alarm: bool = False


WHERE: Mapping[str, Where] = {
    "acknowledge_alarms": Where(alarm=True),
    "keep_longer": Where("retention", "due"),
    "acknowledge_gap": Where("coverage", "observed"),
    "close_report": Where("report", "following"),
}
"""The decisions that may be made over a selection: none of them says anything about a person, or tells another agency of one."""

NOT_ASKED: Mapping[str, frozenset[str]] = {"acknowledge_alarms": frozenset({"numbers"})}
"""Fields that have another value in each file: left out, they mean all."""


def model_of(command: str) -> type[Command]:
    """The content of a decision that may be made over a selection.

    Raises:
        LookupError: It may not.
    """
    if command not in WHERE:
        raise LookupError(f"{command} is decided one at a time")
    return COMMANDS[command]
