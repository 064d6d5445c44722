"""Registry (CoMensha): reports are registered; cases of regions without a coordinator are coordinated remotely.

Its helpdesk may report signals itself.
"""

from contracts.agencies import Agency
from workers.office import Office
from workers.wiring import Wiring
from workflows.case.case import Case
from workflows.observation.process import Observation
from workflows.registration.process import Registration
from workflows.report.process import Report


def registry(agency: Agency, wiring: Wiring) -> Office:
    """The office of an agency of this kind."""
    capabilities = [wiring.registrar, wiring.routing, wiring.alarms]
    return Office(agency, wiring, workflows=[Registration, Case, Observation, Report], capabilities=capabilities)
