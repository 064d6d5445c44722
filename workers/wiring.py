"""What the workers of one process share: beside the drivers of every process, what workflows need.

A driver is loaded when it is made: a command of a person needs few of them, and would wait for all.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from runtime.office.drivers import Drivers, read_file

if TYPE_CHECKING:
    from activities.alarm import Alarms
    from activities.register import Registrar
    from activities.routing import Routing
    from contracts.agencies import Directory
    from contracts.clocks import Clocks
    from runtime.settings import Settings
    from runtime.temporal.codec import CaseCodec


def read_tables(settings: Settings) -> Directory:
    """Who takes part; directory, routing tables and clocks are read, so that a fault in them is known before anything starts."""
    wiring = Wiring(settings, "", "")
    _ = wiring.clocks, wiring.atlas
    return wiring.directory


class Wiring(Drivers):
    """Drivers and tables, each made once, and ports met with their drivers."""

    def __init__(self, settings: Settings, nats_url: str, temporal_address: str) -> None:
        super().__init__(settings, nats_url)
        self.temporal_address = temporal_address
        self._codecs: dict[str, CaseCodec] = {}

    @cached_property
    def clocks(self) -> Clocks:
        """The terms of this installation."""
        from contracts.clocks import read_clocks

        return read_file(read_clocks, self.settings.clocks) if self.settings.clocks else read_clocks(None)

    def open_files_with(self, clocks: Clocks) -> None:
        """Give other terms to every file that is opened from now on; files that are open keep theirs."""
        vars(self)["clocks"] = clocks

    def codec(self, slug: str) -> CaseCodec:
        """What encrypts an agency's workflows, with the keys of its cases."""
        from runtime.temporal.codec import CaseCodec

        if slug not in self._codecs:
            self._codecs[slug] = CaseCodec(self.case_keys(slug))
        return self._codecs[slug]

    @cached_property
    def routing(self) -> Routing:
        """Who acts for a place."""
        from activities.routing import Routing

        return Routing(self.atlas)

    @cached_property
    def alarms(self) -> Alarms:
        """How a workflow reaches a person."""
        from activities.alarm import Alarms

        return Alarms(self.pager)

    @cached_property
    def registrar(self) -> Registrar:
        """The national register; only the registry's office asks for it, and so only there its schema is brought up to date."""
        from activities.register import Registrar
        from runtime.migrations import Tables
        from runtime.register.register import SqlRegister

        self._open("registry", self.settings.registry, Tables.REGISTER)
        return Registrar(SqlRegister(self.settings.registry))

    def prepare(self) -> None:
        """Check tables and clocks before anybody works."""
        _ = self.clocks, self.atlas
