"""The desk's file."""

from pydantic import Field

from activities.routing import Route
from contracts.agencies import Party
from contracts.events.signals import Signal
from contracts.words import SignalStatus
from workflows.engine.record import Record


class SignalFile(Record):
    """A signal on its way to an owner."""

    signal: Signal | None = None
    reporter: Party | None = None
    route: Route | None = None
    holder: Party | None = None
    asked: list[Party] = Field(default_factory=list[Party], description="who has the case open, apart from its holder")
    former: list[str] = Field(default_factory=list[str], description="who owned it before; what they say still is only noted")
    status: SignalStatus | None = None
    helped: bool = Field(default=False, description="an aid organisation helps the person, so that a crisis is over")
