"""Care coordinator: cases are accepted, cared for and closed; what was observed goes to a privacy officer."""

from contracts.agencies import Agency
from workers.office import Office
from workers.wiring import Wiring
from workflows.case.case import Case
from workflows.observation.process import Observation


def care_coordinator(agency: Agency, wiring: Wiring) -> Office:
    """The office of an agency of this kind."""
    return Office(agency, wiring, workflows=[Case, Observation], capabilities=[wiring.routing, wiring.alarms])
