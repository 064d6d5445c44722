"""The national register: reports are counted, persons apart."""

from typing import Protocol

from temporalio import activity

from contracts.register import Amendment, Report


class Register(Protocol):
    """The port: a store that keeps each report and each amendment once."""

    async def add_report(self, report: Report) -> None: ...  # noqa: D102
    async def add_amendment(self, amendment: Amendment) -> None: ...  # noqa: D102


class Registrar:
    """Writes into the register."""

    def __init__(self, register: Register) -> None:
        self._register = register

    @activity.defn
    async def record_report(self, report: Report) -> None:
        """Count a report."""
        await self._register.add_report(report)

    @activity.defn
    async def record_amendment(self, amendment: Amendment) -> None:
        """Append a later fact."""
        await self._register.add_amendment(amendment)
