"""Raising an alarm with a person."""

from typing import Protocol

from temporalio import activity

from contracts.alarms import Alarm


class Pager(Protocol):
    """The port: reach a person on duty; done when the alarm was handed over."""

    async def page(self, alarm: Alarm) -> None: ...  # noqa: D102


class Alarms:
    """Hands alarms to whoever is on duty."""

    def __init__(self, pager: Pager) -> None:
        self._pager = pager

    @activity.defn
    async def raise_alarm(self, alarm: Alarm) -> None:
        """Reach a person; fails, and is tried again, until the alarm was handed over."""
        await self._pager.page(alarm)
