"""What an agency's own system uses to send events by its post office, and to read what others send."""

from keten_client.client import Client
from keten_client.models import Draft, Event, Mark, Stage, Status, Step
from keten_client.problems import Erased, NotAllowed, Problem, Refused, TooMany, Unavailable, Unknown
from keten_client.webhooks import Forged, verify

__all__ = [
    "Client",
    "Draft",
    "Erased",
    "Event",
    "Forged",
    "Mark",
    "NotAllowed",
    "Problem",
    "Refused",
    "Stage",
    "Status",
    "Step",
    "TooMany",
    "Unavailable",
    "Unknown",
    "verify",
]
