"""Oversight: the province hears where the net has a hole, never about whom."""

from contracts.agencies import Agency
from workers.office import Office
from workers.wiring import Wiring
from workflows.coverage.process import CoverageGap


def oversight(agency: Agency, wiring: Wiring) -> Office:
    """The office of an agency of this kind."""
    return Office(agency, wiring, workflows=[CoverageGap], capabilities=[wiring.alarms])
