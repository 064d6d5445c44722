"""The desk's file."""

from pydantic import Field

from activities.routing import Route
from contracts.agencies import Party
from contracts.events.signals import Signal, Supplement
from contracts.words import SignalStatus, Urgency
from workflows.engine.record import Record


class SignalFile(Record):
    """A signal on its way to an owner."""

    signal: Signal | None = None
    reporter: Party | None = None
    supplements: list[Supplement] = Field(default_factory=list[Supplement], description="what its reporter added")
    route: Route | None = None
    holder: Party | None = None
    asked: list[Party] = Field(default_factory=list[Party], description="who has the case open, apart from its holder")
    declined: list[str] = Field(default_factory=list[str], description="who did not take it, and is not asked again by a table")
    stays_in: str | None = Field(default=None, description="where the person stays, as who declined it said last")
    said_where: str = Field(default="", description="slug of whoever said so")
    released: list[str] = Field(default_factory=list[str], description="who was asked, and was told that somebody else has it")
    former: list[str] = Field(default_factory=list[str], description="who owned it before; what they say still is only noted")
    status: SignalStatus | None = None
    helped: bool = Field(default=False, description="an aid organisation helps the person, so that a crisis is over")

    @property
    def place(self) -> str | None:
        """The municipality where the person stays; None: nobody knows."""
        return self.stays_in or (self.signal.municipality if self.signal else None)

    @property
    def urgency(self) -> Urgency:
        """Of the signal and of all that was added: what was a crisis stays one."""
        said = [self.signal, *self.supplements]
        return Urgency.CRISIS if any(one and one.urgency is Urgency.CRISIS for one in said) else Urgency.NORMAL
