"""Reporter: hears receipts and statuses of what it reported."""

from contracts.agencies import Agency
from workers.office import Office
from workers.wiring import Wiring
from workflows.report.process import Report


def reporter(agency: Agency, wiring: Wiring) -> Office:
    """The office of an agency of this kind."""
    return Office(agency, wiring, workflows=[Report], capabilities=[wiring.alarms])
