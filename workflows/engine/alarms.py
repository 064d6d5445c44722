"""The open alarms of a file: the same words stand once, with how often, and there is an end to them."""

from typing import Any

from pydantic import BaseModel, model_validator

MOST_ALARMS = 20
MORE = "further alarms: the log has them all, as alarm_raised"
LONGEST = 200
"""Characters that a person is told at once, on a line."""


class OpenAlarm(BaseModel):
    """What a person must still acknowledge."""

    words: str
    times: int = 1

    @model_validator(mode="before")
    @classmethod
    def _of_words(cls, given: Any) -> Any:
        """Files of an earlier version hold the words alone."""
        return {"words": given} if isinstance(given, str) else given

    @property
    def shown(self) -> str:
        """The words, and how often they were said."""
        return self.words if self.times == 1 else f"{self.words} ({self.times} times)"


def fitting(words: str) -> str:
    """Words as they always fit: on one line, and cut off where they are too long."""
    line = " ".join(words.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def raised(alarms: list[OpenAlarm], words: str, *, told_by_others: bool = False) -> OpenAlarm:
    """Put an alarm among those that are open; the same one again counts up, and so does the last where others told too many."""
    known = {alarm.words: alarm for alarm in alarms}
    if told_by_others and words not in known and len(alarms) >= MOST_ALARMS:
        words = MORE
    if words in known:
        known[words].times += 1
        return known[words]
    alarms.append(OpenAlarm(words=words))
    return alarms[-1]
