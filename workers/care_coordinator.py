"""Care coordinator: cases are accepted, cared for and closed; what it reports itself is followed."""

from contracts.agencies import Agency
from workers.office import Office
from workers.wiring import Wiring
from workflows.case.case import Case
from workflows.report.process import Report


def care_coordinator(agency: Agency, wiring: Wiring) -> Office:
    """The office of an agency of this kind."""
    return Office(agency, wiring, workflows=[Case, Report], capabilities=[wiring.routing, wiring.alarms])
