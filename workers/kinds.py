"""Which office a kind of agency has."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager

from contracts.agencies import Agency
from contracts.words import AgencyKind
from runtime.ending import together
from workers.aid_organisation import aid_organisation
from workers.care_coordinator import care_coordinator
from workers.child_protection import child_protection
from workers.desk import desk
from workers.dividing import cached
from workers.investigation import investigation
from workers.municipality import municipality
from workers.office import Office
from workers.oversight import oversight
from workers.registry import registry
from workers.reporter import reporter
from workers.riec import riec
from workers.wiring import Wiring

OFFICES: dict[AgencyKind, Callable[[Agency, Wiring], Office]] = {
    AgencyKind.DESK: desk,
    AgencyKind.REPORTER: reporter,
    AgencyKind.MUNICIPALITY: municipality,
    AgencyKind.CARE_COORDINATOR: care_coordinator,
    AgencyKind.RIEC: riec,
    AgencyKind.AID_ORGANISATION: aid_organisation,
    AgencyKind.REGISTRY: registry,
    AgencyKind.OVERSIGHT: oversight,
    AgencyKind.INVESTIGATION: investigation,
    AgencyKind.CHILD_PROTECTION: child_protection,
}


def office(agency: Agency, wiring: Wiring) -> Office:
    """The office of an agency, by its kind."""
    return OFFICES[agency.kind](agency, wiring)


def offices(agencies: Sequence[Agency], wiring: Wiring) -> AbstractAsyncContextManager[None]:
    """The offices of several agencies, which share this process and its memory."""
    return together([office(agency, wiring).open(cached(agency, agencies)) for agency in agencies])
