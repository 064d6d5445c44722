"""Care coordinator: cases are cared for, what was observed goes to a privacy officer, what it reports itself is followed."""

from contracts.agencies import Agency
from workers.office import Office
from workers.wiring import Wiring
from workflows.case.case import Case
from workflows.observation.process import Observation
from workflows.report.process import Report


def care_coordinator(agency: Agency, wiring: Wiring) -> Office:
    """The office of an agency of this kind."""
    workflows = [Case, Observation, Report]
    return Office(agency, wiring, workflows=workflows, capabilities=[wiring.routing, wiring.alarms])
