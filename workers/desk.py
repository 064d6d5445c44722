"""Signal desk: signals come in, are routed to an owner, and followed until the case is concluded; it may report, too."""

from contracts.agencies import Agency
from workers.office import Office
from workers.wiring import Wiring
from workflows.report.process import Report
from workflows.signal.routing import SignalRouting


def desk(agency: Agency, wiring: Wiring) -> Office:
    """The office of an agency of this kind."""
    return Office(agency, wiring, workflows=[SignalRouting, Report], capabilities=[wiring.routing, wiring.alarms])
