"""What every agency does beside its own work: keep no longer than the term, and answer people who ask for access."""

from contracts.agencies import Agency
from contracts.events.disclosures import ANSWERING, ASKING
from workers.filing import Workflow
from workflows.access.access import Access
from workflows.access.disclosure import Disclosure
from workflows.retention.process import Retention


def everywhere(agency: Agency) -> list[Workflow]:
    """The workflows for that."""
    answers: list[Workflow] = [Disclosure] if agency.kind in ANSWERING else []
    asks: list[Workflow] = [Access] if agency.kind in ASKING else []
    return [Retention, *answers, *asks]
