"""What is kept about a person's request for access. Nothing of it is about the person but the pseudonym."""

from pydantic import BaseModel, Field

from activities.disclosing import Kept
from contracts.access import Answer
from contracts.agencies import Party
from workflows.engine.record import Record


class AccessFile(Record):
    """Who was asked what they hold, and what they answered."""

    waiting: list[Party] = Field(default_factory=list[Party], description="who was asked and has not answered")
    answers: list[Answer] = Field(default_factory=list[Answer])


class Inquirer(BaseModel):
    """An agency that waits for our answer."""

    party: Party
    system: str
    because: str


class DisclosureFile(Record):
    """Who asked what we hold, and what that is."""

    inquirers: list[Inquirer] = Field(default_factory=list[Inquirer])
    kept: Kept | None = None
