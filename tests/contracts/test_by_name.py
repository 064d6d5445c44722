"""Who may register a person by name without consent: an investigation service that the directory names, and nobody else."""

import pytest

from contracts.agencies import Agency, read_directory
from contracts.events.registrations import Registrant, RegistrationRequested
from contracts.words import AgencyKind, Ground

POLICE = read_directory().get("police-midden-nederland")
CITIZENS = POLICE.model_copy(update={"slug": "reporting-point", "investigation_service": False})
KNOWN = Registrant(birth_year=1990)
BY_NAME = RegistrationRequested(consented=False, reported_by=AgencyKind.REPORTER, registrant=KNOWN)


@pytest.mark.parametrize(
    ("report", "allowed"),
    [
        (BY_NAME, False),
        (BY_NAME.model_copy(update={"consented": True}), True),
        (BY_NAME.model_copy(update={"registrant": None}), True),
    ],
    ids=["by name", "with consent", "anonymous"],
)
@pytest.mark.parametrize("sender", [POLICE, CITIZENS], ids=["police", "reporting point"])
def test_only_an_investigation_service_registers_by_name_without_consent(
    report: RegistrationRequested, allowed: bool, sender: Agency
) -> None:
    assert (report.objection(sender) is None) == (allowed or sender.investigation_service)


def test_nobody_reports_as_another_kind() -> None:
    shelter = read_directory().get("cosm-shelter")
    assert BY_NAME.objection(shelter) == "`reported_by` must be the kind of the sender"


def test_the_ground_is_consent_where_there_is_one() -> None:
    assert BY_NAME.grounds() == (Ground.LEGAL_TASK,)
    assert Ground.CONSENT in BY_NAME.model_copy(update={"consented": True}).grounds()
    coordinator = {"consented": True, "reported_by": AgencyKind.CARE_COORDINATOR}
    assert BY_NAME.model_copy(update=coordinator).grounds() == (Ground.CONSENT,)
