"""A person hears of an endpoint that fails, after a quarter of an hour; of one that rests, at once; and of both once a day."""

from datetime import datetime

from contracts.alarms import AlarmCode
from post_office.webhooks.endpoint import Endpoint
from post_office.webhooks.means import Means
from post_office.webhooks.outcomes import Outcome
from post_office.webhooks.schedule import alarm_at

LOOKED_AT = 20
"""Tries among which the last one that failed is looked for."""


async def tell(endpoint: Endpoint, means: Means) -> datetime | None:
    """Tell a person, if it is time.

    Returns:
        When it is time next; None: there is nothing to tell.
    """
    failing = await means.places.failing_since(endpoint.id)
    if failing is None and endpoint.rested_at is None and endpoint.alarmed_at:
        await means.store.set(endpoint.id, alarmed_at=None)
    due, now = alarm_at(endpoint.rested_at, failing, endpoint.alarmed_at), means.clock()
    if due is None or due > now:
        return due
    code = AlarmCode.WEBHOOK_RESTS if endpoint.rested_at else AlarmCode.WEBHOOK_FAILING
    await means.alarm(code, await _words(endpoint, means))
    await means.store.set(endpoint.id, alarmed_at=now)
    return alarm_at(endpoint.rested_at, failing, now)


async def _words(endpoint: Endpoint, means: Means) -> str:
    attempts = await means.places.attempts(endpoint.id, None, LOOKED_AT)
    failed = next((attempt for attempt in attempts if attempt.outcome is not Outcome.TAKEN), None)
    last = f", at the last try: {failed.outcome} {failed.status or ''}".rstrip() if failed else ""
    waiting = await means.places.count(endpoint.id)
    return f"the endpoint {endpoint.name} does not take what it is told; events of {waiting} cases wait{last}"
