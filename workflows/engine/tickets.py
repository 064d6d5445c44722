"""The tickets of a file: a decision that comes again with its ticket gets its answer again, and does nothing.

Temporal answers an update of an id that it knows, but forgets the ids when a new run begins. So the file remembers them, too.
"""

from pydantic import BaseModel
from temporalio import workflow

from contracts.tickets import is_ticket

REMEMBERED_TICKETS = 50


class Decided(BaseModel):
    """What was decided with a ticket, and the answer: the phase after it."""

    command: str
    phase: str


def ticket() -> str | None:
    """That of the update which is handled now; None where its id is not one."""
    now = workflow.current_update_info()
    return now.id if now and is_ticket(now.id) else None


def decided_with(tickets: dict[str, Decided], given: str | None) -> Decided | None:
    """What was decided with a ticket before."""
    return tickets.get(given) if given else None


def remember(tickets: dict[str, Decided], given: str | None, decided: Decided) -> None:
    """Keep the answer, and of the oldest no more than fit."""
    if given is None:
        return
    tickets[given] = decided
    for oldest in list(tickets)[:-REMEMBERED_TICKETS]:
        del tickets[oldest]
