"""Raising an alarm with a person."""

from typing import Protocol

from pydantic import Field
from temporalio import activity

from contracts.alarms import AlarmCode
from contracts.reference import Reference
from contracts.text import Line, Model, Slug


class Alarm(Model):
    """Something that a person must look at: a pseudonym, a code, and words that only our own code wrote."""

    agency: Slug
    reference: Reference | None = Field(description="the case; None where it is about none")
    words: Line
    code: AlarmCode | None = Field(default=None, description="None: a file's, or an office's, as its words say")
    crisis: bool = Field(default=False, description="for the duty officer, at any hour")

    @property
    def kind(self) -> AlarmCode:
        """By what it is routed."""
        return self.code or (AlarmCode.FILE if self.reference else AlarmCode.OFFICE)


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
