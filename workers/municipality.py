"""Municipality: its privacy officer decides what may go to the RIEC; it may report signals itself."""

from contracts.agencies import Agency
from workers.office import Office
from workers.wiring import Wiring
from workflows.privacy.process import PrivacyCheck
from workflows.report.process import Report


def municipality(agency: Agency, wiring: Wiring) -> Office:
    """The office of an agency of this kind."""
    return Office(agency, wiring, workflows=[Report, PrivacyCheck], capabilities=[wiring.routing, wiring.alarms])
