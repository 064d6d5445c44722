"""What an agency keeps about keeping a case. Nothing of it is about a person, so it outlives the case's key."""

from datetime import date, datetime

from pydantic import BaseModel, Field

from contracts.agencies import Party
from contracts.event import File
from contracts.words import ConsentTo, ErasureReason, NotErased
from workflows.engine.record import Progress, Record


class Asker(BaseModel):
    """An agency that waits for our receipt."""

    party: Party
    system: str
    because: str
    at: datetime | None = None


class RecallFile(BaseModel):
    """A consent that was withdrawn, and who has not answered yet."""

    consent: ConsentTo
    told: list[str]
    waiting: list[Party] = Field(default_factory=list[Party])
    progress: Progress | None = None


class RetentionFile(Record):
    """How long a case is kept here, who asked to erase it, and who proved that it did."""

    kinds: list[File] = Field(default_factory=list[File], description="the kinds of file that have ended")
    kept_until: datetime | None = Field(
        default=None, description="end of the term that their lines give; a file of before reckons it when it takes them up"
    )
    reason: ErasureReason | None = None
    orders: list[str] = Field(default_factory=list[str], description="what the persons signed who ordered an erasure")
    asked_at: datetime | None = Field(default=None, description="when a person here asked to erase it")
    persons: list[str] = Field(default_factory=list[str])
    askers: list[Asker] = Field(default_factory=list[Asker])
    asked_by: list[str] = Field(default_factory=list[str], description="every agency that ever asked")
    waiting: list[Party] = Field(default_factory=list[Party], description="who was asked to erase and has not answered")
    receipts: dict[str, str] = Field(default_factory=dict[str, str], description="signed answers, by slug")
    declined: dict[str, NotErased] = Field(default_factory=dict[str, NotErased])
    recalls: list[RecallFile] = Field(default_factory=list[RecallFile])
    held: bool = True
    destroyed_on: date | None = None
    unreadable_from: date | None = None

    @property
    def last_asked(self) -> datetime | None:
        """When it was asked: who came onto the list of people after that does not confirm it."""
        times = [asker.at for asker in self.askers] if self.askers else [self.asked_at]
        return max((time for time in times if time), default=None)
