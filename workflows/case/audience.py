"""For whom a service is, in words; asked before each offer."""

from contracts.ages import UNDER_18
from contracts.profile import AgeBand
from contracts.services import ADULTS_ONLY
from contracts.words import Service


def not_for_a_child(service: Service, age: AgeBand) -> str | None:
    """Why somebody of this age is not offered to a service, and what to do."""
    if service not in ADULTS_ONLY or age not in UNDER_18:
        return None
    return f"{service} is for adults only, and this person counts as under 18: a guardian or child protection finds a place"
