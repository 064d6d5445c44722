"""How a person is reached: by a line in the log that operations route to whoever is on duty."""

from typing import Protocol

import structlog

from contracts.agencies import Directory
from contracts.alarms import Alarm, what_to_do

log = structlog.get_logger()


class Pager(Protocol):
    """The port: reach a person on duty; done when the alarm was handed over."""

    async def page(self, alarm: Alarm) -> None: ...  # noqa: D102


class LogPager:
    """Alarms go to the log, as ``alarm_raised``: operations routes them to whoever is on duty."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    async def page(self, alarm: Alarm) -> None:
        """Write the alarm; in a crisis for the duty officer of the agency."""
        about = {"reference": alarm.reference} if alarm.reference else {}
        if alarm.crisis:
            about["duty_officer"] = self._directory.get(alarm.agency).duty_officer or alarm.agency
        do = what_to_do(alarm.kind, alarm.reference)
        log.error("alarm_raised", alarm=alarm.kind.value, agency=alarm.agency, words=alarm.words, do=do, **about)
