"""Who visits: a person, at one agency, with rights there, in a language."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, NamedTuple

from contracts.agencies import Agency
from runtime.people.lists import Right

Language = Literal["nl", "en"]


class Left(NamedTuple):
    """Seconds until a session ends.

    Attributes:
        until: If nothing more is done.
        longest: Whatever is done.
    """

    until: int
    longest: int


@dataclass(frozen=True)
class Visit:
    """One request of somebody who has logged in.

    Attributes:
        person: Their pseudonym.
        agency: The one agency that this session is for.
        rights: What they may do there, looked up for this request.
        language: In which they are answered.
        session: What is kept of their session; it opens nothing.
        until: When that ends, if nothing more is done.
        longest: When it ends whatever is done.
        proved: When the login service last asked them who they are; None: nobody knows.
        drafts: How many half-done forms they have, where a page is opened that shows it.
    """

    person: str
    agency: Agency
    rights: frozenset[Right]
    language: Language
    session: str
    until: datetime
    longest: datetime
    proved: datetime | None = None
    drafts: int = 0

    @property
    def left(self) -> Left:
        """How long the session lasts."""
        now = datetime.now(UTC)
        return Left(*(max(0, int((end - now).total_seconds())) for end in (self.until, self.longest)))
