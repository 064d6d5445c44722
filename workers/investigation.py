"""Investigation service: a danger is taken up, looked at again, and ends when a person there says so."""

from contracts.agencies import Agency
from workers.office import Office
from workers.wiring import Wiring
from workflows.danger.process import Danger


def investigation(agency: Agency, wiring: Wiring) -> Office:
    """The office of an agency of this kind."""
    return Office(agency, wiring, workflows=[Danger], capabilities=[wiring.alarms])
