"""What the file of a registration holds."""

from pydantic import Field

from contracts.agencies import Party
from contracts.events.registrations import RegistrationAmended, RegistrationRequested
from workflows.engine.record import Record


class RegistrationFile(Record):
    """Reports and later facts about one case, on their way into the register."""

    reporters: list[Party] = Field(default_factory=list[Party])
    requests: list[RegistrationRequested] = Field(default_factory=list[RegistrationRequested])
    recorded: int = Field(default=0, description="how many of the requests stand in the register")
    appended: int = Field(default=0, description="how many of the amendments stand in the register")
    amendments: list[RegistrationAmended] = Field(default_factory=list[RegistrationAmended])
    ended: bool = False
