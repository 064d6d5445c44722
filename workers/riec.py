"""RIEC: observations are enriched, weighed, planned, and reported back on."""

from contracts.agencies import Agency
from workers.office import Office
from workers.wiring import Wiring
from workflows.dossier.process import Dossier


def riec(agency: Agency, wiring: Wiring) -> Office:
    """The office of an agency of this kind."""
    return Office(agency, wiring, workflows=[Dossier], capabilities=[wiring.alarms])
