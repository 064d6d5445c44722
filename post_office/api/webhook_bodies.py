"""What is sent to the routes of webhooks and what they answer, as JSON: names in camelCase. No URL is ever among the answers."""

from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from contracts.catalogue import CATALOGUE
from post_office.ports import Refusal
from post_office.webhooks.allowed import LONGEST_URL
from post_office.webhooks.desk import Seen
from post_office.webhooks.endpoint import MOST_TYPES, Attempt, Form, Place, SecretSeen, Wanted
from post_office.webhooks.outcomes import Outcome, words_of
from post_office.webhooks.sending import Answer

SKEW = 60.0
"""Seconds by which a clock may differ before it is worth a word; Standard Webhooks takes 300."""


class Given(BaseModel):
    """What is sent."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True)


class Shown(BaseModel):
    """What is answered."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class WebhookGiven(Given):
    """An endpoint as it should be."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$", description="by which people and alarms call it")]
    url: Annotated[str, Field(min_length=1, max_length=LONGEST_URL, description="where it is; it is never shown again")]
    form: Form = Field(default=Form.THIN, description="`thin`: that there is an event; `full`: the event")
    types: Annotated[list[str], Field(max_length=MOST_TYPES, description="only events of these types; empty: all")] = []
    heartbeat_seconds: Annotated[int, Field(ge=10, le=86_400)] | None = Field(
        default=None, description="seconds between two signs of life; left out: none are sent"
    )

    def wanted(self) -> Wanted:
        """For the desk.

        Raises:
            Refusal: A type is not in the catalogue.
        """
        if not frozenset(self.types) <= CATALOGUE.keys():
            raise Refusal("type_unknown", "every type must be one of the catalogue: GET /v1/catalogue", ["/types"])
        return Wanted(self.name, self.url, self.form, frozenset(self.types), self.heartbeat_seconds)


class ReplayGiven(Given):
    """From where on events are sent again."""

    last_event_id: Annotated[str, Field(pattern=r"^[!-~]{1,128}$")] | None = Field(default=None, description="what follows it")
    since: AwareDatetime | None = Field(default=None, description="what was taken then or later")

    @model_validator(mode="after")
    def _one(self) -> "ReplayGiven":
        if (self.last_event_id is None) == (self.since is None):
            raise ValueError("give lastEventId or since")
        return self


class NothingGiven(Given):
    """Nothing."""


class SecretShown(Shown):
    """What may be known of a secret."""

    number: int
    made_at: datetime
    ends_at: datetime | None = Field(default=None, description="when it signs no more; left out: it is the newest")


class WebhookShown(Shown):
    """An endpoint as it does."""

    id: str
    name: str
    form: Form
    types: list[str]
    heartbeat_seconds: int | None = None
    made_at: datetime
    secrets: list[SecretShown]
    position: int = Field(description="in the feed, up to which its events were read")
    waiting_cases: int = Field(description="how many cases have an event that it has not taken")
    failing_since: datetime | None = None
    resting_since: datetime | None = Field(default=None, description="since it answered 410; PUT wakes it")
    paused_until: datetime | None = Field(default=None, description="as it asked by Retry-After")


class WebhookMade(WebhookShown):
    """A new endpoint."""

    secret: str = Field(description="it signs what is sent; it is shown here and never again")


class NewSecret(Shown):
    """A new secret."""

    secret: str = Field(description="it is shown here and never again; the one before signs for 24 hours, too")


class TestShown(Shown):
    """What became of a test event."""

    __test__ = False

    taken: bool
    code: Outcome
    words: str = Field(description="what is wrong and what to do")
    status: int | None = Field(default=None, description="what the endpoint answered")
    milliseconds: int
    clock_ahead_seconds: float | None = Field(default=None, description="by how much its clock is ahead, as far as it says")


class ReplayShown(Shown):
    """From where on events are sent again."""

    position: int = Field(description="in the feed; what stands after it is sent again, in order")


class AttemptShown(Shown):
    """A try."""

    number: int
    position: int = Field(description="of the event in the feed; 0: it was none of the feed's")
    event_id: str
    at: datetime
    code: Outcome
    words: str
    status: int | None = None
    milliseconds: int


class WaitingShown(Shown):
    """The event of a case that comes next; those after it wait."""

    position: int
    caseref: str
    tries: int
    failing_since: datetime | None = None
    due_at: datetime


def webhook(seen: Seen) -> WebhookShown:
    """An endpoint."""
    endpoint = seen.endpoint
    return WebhookShown(
        id=endpoint.id,
        name=endpoint.name,
        form=endpoint.form,
        types=sorted(endpoint.types),
        heartbeat_seconds=endpoint.heartbeat,
        made_at=endpoint.made_at,
        secrets=[_secret(secret) for secret in seen.secrets],
        position=endpoint.read_to,
        waiting_cases=seen.waiting,
        failing_since=seen.failing_since,
        resting_since=endpoint.rested_at,
        paused_until=endpoint.paused_until,
    )


def made(seen: Seen, secret: str) -> WebhookMade:
    """A new endpoint, with its secret."""
    return WebhookMade(**webhook(seen).model_dump(), secret=secret)


def tested(answer: Answer) -> TestShown:
    """What became of a test event, in words."""
    words = words_of(answer.outcome, answer.status)
    ahead = None if answer.skew is None else answer.skew.total_seconds()
    if ahead is not None and abs(ahead) > SKEW:
        words += f". Its clock is {abs(ahead):.0f} seconds {'ahead' if ahead > 0 else 'behind'}: signatures count for 300 seconds"
    return TestShown(
        taken=answer.outcome is Outcome.TAKEN,
        code=answer.outcome,
        words=words,
        status=answer.status,
        milliseconds=answer.milliseconds,
        clock_ahead_seconds=ahead,
    )


def attempt(one: Attempt) -> AttemptShown:
    """A try, in words."""
    return AttemptShown(
        number=one.number,
        position=one.position,
        event_id=one.event_id,
        at=one.at,
        code=one.outcome,
        words=words_of(one.outcome, one.status),
        status=one.status,
        milliseconds=one.milliseconds,
    )


def waiting(place: Place) -> WaitingShown:
    """What waits."""
    return WaitingShown(
        position=place.position,
        caseref=place.caseref,
        tries=place.tries,
        failing_since=place.failing_since,
        due_at=place.due_at,
    )


def _secret(seen: SecretSeen) -> SecretShown:
    return SecretShown(number=seen.number, made_at=seen.made_at, ends_at=seen.ends_at)
