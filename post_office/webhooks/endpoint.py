"""An endpoint, what waits for it, and what was tried."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from post_office.webhooks.outcomes import Outcome

MOST_ENDPOINTS = 20
MOST_TYPES = 100
MOST_ATTEMPTS = 1_000
"""Of one endpoint are kept; older ones are forgotten."""

MOST_SECRETS = 5
"""Of one endpoint sign at a time."""

OVERLAP = timedelta(hours=24)
"""For which an older secret signs, too."""

NO_CASE = "-"
"""In place of a case: signs of life wait in a place of their own."""


class Form(StrEnum):
    """How much of an event an endpoint is told."""

    FULL = "full"
    THIN = "thin"


class Wanted(NamedTuple):
    """What is wanted of an endpoint.

    Attributes:
        name: By which people, alarms and lists call it; it says nothing of where it is.
        url: Where it is: kept encrypted, and never given back.
        form: The whole event, or that there is one.
        types: Of the events that it gets; none: all.
        heartbeat: Seconds between two signs of life; None: none are sent.
    """

    name: str
    url: str
    form: Form
    types: frozenset[str] = frozenset()
    heartbeat: int | None = None


class Endpoint(NamedTuple):
    """An endpoint as it is kept, without what is secret.

    Attributes:
        id: Random.
        name: As in ``Wanted``.
        form: As in ``Wanted``.
        types: As in ``Wanted``.
        heartbeat: As in ``Wanted``.
        made_at: When it was made.
        read_to: The position in the feed up to which its events have been given places.
        rested_at: When it said itself that it wants nothing more; a person wakes it.
        paused_until: Until when it asked to be left alone.
        alarmed_at: When a person heard last that it fails.
    """

    id: str
    name: str
    form: Form
    types: frozenset[str]
    heartbeat: int | None
    made_at: datetime
    read_to: int
    rested_at: datetime | None = None
    paused_until: datetime | None = None
    alarmed_at: datetime | None = None


class SecretSeen(NamedTuple):
    """What may be known of a secret.

    Attributes:
        number: Counted from 1.
        made_at: When it was made.
        ends_at: When it signs no more; None: it is the newest.
    """

    number: int
    made_at: datetime
    ends_at: datetime | None


class Place(NamedTuple):
    """The event of a case that an endpoint gets next; those after it wait.

    Attributes:
        caseref: Of which case; ``NO_CASE``: a sign of life.
        position: Of the event in the feed; of a sign of life its number.
        tries: How often it failed.
        due_at: When it is tried next.
        failing_since: When it failed first.
    """

    caseref: str
    position: int
    tries: int
    due_at: datetime
    failing_since: datetime | None


class Attempt(NamedTuple):
    """A try.

    Attributes:
        position: Of the event in the feed; 0: it was none of the feed's.
        event_id: What was sent as ``webhook-id``.
        at: When.
        outcome: What became of it.
        status: What the endpoint answered.
        milliseconds: How long that took.
        number: Counted per endpoint.
    """

    position: int
    event_id: str
    at: datetime
    outcome: Outcome
    status: int | None = None
    milliseconds: int = 0
    number: int = 0
