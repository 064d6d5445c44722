"""Child protection: a child's safety is assessed within the term of the law, and somebody guards the child."""

from contracts.agencies import Agency
from workers.office import Office
from workers.wiring import Wiring
from workflows.guarding.process import Guarding


def child_protection(agency: Agency, wiring: Wiring) -> Office:
    """The office of an agency of this kind."""
    return Office(agency, wiring, workflows=[Guarding], capabilities=[wiring.alarms])
