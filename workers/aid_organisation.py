"""Aid organisation: offers are seen, decided, and become help; what it reports itself is followed."""

from contracts.agencies import Agency
from workers.office import Office
from workers.wiring import Wiring
from workflows.placement.process import Placement
from workflows.report.process import Report


def aid_organisation(agency: Agency, wiring: Wiring) -> Office:
    """The office of an agency of this kind."""
    return Office(agency, wiring, workflows=[Placement, Report], capabilities=[wiring.alarms])
