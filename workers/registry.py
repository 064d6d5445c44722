"""Registry (CoMensha): reports are registered; cases of regions without a coordinator are coordinated remotely."""

from contracts.agencies import Agency
from workers.office import Office
from workers.wiring import Wiring
from workflows.case.case import Case
from workflows.observation.process import Observation
from workflows.registration.process import Registration


def registry(agency: Agency, wiring: Wiring) -> Office:
    """The office of an agency of this kind."""
    return Office(
        agency,
        wiring,
        workflows=[Registration, Case, Observation],
        capabilities=[wiring.registrar, wiring.routing, wiring.alarms],
    )
