"""Signal desk: signals come in, are routed to an owner, and followed until the case is concluded."""

from contracts.agencies import Agency
from workers.office import Office
from workers.wiring import Wiring
from workflows.signal.routing import SignalRouting


def desk(agency: Agency, wiring: Wiring) -> Office:
    """The office of an agency of this kind."""
    return Office(agency, wiring, workflows=[SignalRouting], capabilities=[wiring.routing, wiring.alarms])
