"""The open alarms of a file: the same words stand once, with how often, and there is an end to them."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, Field, model_validator

MOST_ALARMS = 20
MORE = "further alarms: the log has them all, as alarm_raised"


class OpenAlarm(BaseModel):
    """What a person must still acknowledge."""

    words: str
    times: int = 1
    number: int = 0
    first: int = Field(default=0, description="the number that it got when it was opened; an earlier version kept that")

    @model_validator(mode="before")
    @classmethod
    def _of_words(cls, given: Any) -> Any:
        """Files of an earlier version hold the words alone."""
        return {"words": given} if isinstance(given, str) else given

    @property
    def shown(self) -> str:
        """The words, and how often they were said."""
        return self.words if self.times == 1 else f"{self.words} ({self.times} times)"


def numbered(alarms: list[OpenAlarm], so_far: int) -> int:
    """Give a number to those that have none, as a file of an earlier version holds them; gives how many there are so far."""
    for alarm in alarms:
        if not alarm.number:
            so_far += 1
            alarm.number = so_far
        alarm.first = alarm.first or alarm.number
    return so_far


def not_open(alarms: list[OpenAlarm], numbers: Sequence[int]) -> str | None:
    """Says in words which of those numbers is none of an open alarm."""
    there = [alarm.number for alarm in alarms]
    if not there:
        return "there is no open alarm"
    lost = [str(number) for number in numbers if number not in there]
    open_now = ", ".join(map(str, there))
    return f"no alarm of this file with number {', '.join(lost)} is open; open: {open_now}" if lost else None


def acknowledged(alarms: list[OpenAlarm], numbers: Sequence[int]) -> list[OpenAlarm]:
    """Those that are meant: all where none is named.

    What an earlier version recorded names the first number of an alarm that was raised again; ``not_open`` refuses that now.
    """
    return [alarm for alarm in alarms if not numbers or {alarm.number, alarm.first} & {*numbers}]


def raised(alarms: list[OpenAlarm], words: str, number: int, *, told_by_others: bool = False) -> OpenAlarm:
    """Put an alarm among those that are open; the same one again counts up, and so does the last where others told too many.

    What is raised again gets a new number and stands last: who acknowledges what they saw does not acknowledge what came since.

    Args:
        alarms: Those that are open.
        words: What is the matter.
        number: The number that it gets.
        told_by_others: Another agency decides how often it is raised.
    """
    known = {alarm.words: alarm for alarm in alarms}
    if told_by_others and words not in known and len(alarms) >= MOST_ALARMS:
        words = MORE
    again = known.get(words)
    if again:
        alarms.remove(again)
        alarms.append(again.model_copy(update={"times": again.times + 1, "number": number}))
    else:
        alarms.append(OpenAlarm(words=words, number=number, first=number))
    return alarms[-1]
