"""Everything in which an agency may hold something of a case: the ports of erasing meet their drivers here."""

from faststream.nats import NatsBroker
from temporalio.client import Client

from activities.erasing import Holdings, Store
from contracts.agencies import Agency
from contracts.words import AgencyKind
from runtime.drafts.erasing import Begun
from runtime.office.held import DeadLettersThrough, OrderingPersons, WaitingMail
from runtime.register.register import SqlRegister
from runtime.temporal.open_files import OpenWorkflows
from workers.wiring import Wiring


def holdings(agency: Agency, wiring: Wiring, bus: NatsBroker, client: Client) -> Holdings:
    """What is held of a case by one agency."""
    slug = agency.slug
    stores: list[Store] = [DeadLettersThrough(agency, wiring, bus), Begun(wiring.settings.console, slug), wiring.links(slug)]
    if agency.kind is AgencyKind.REGISTRY:
        stores.append(SqlRegister(wiring.settings.registry))
    return Holdings(
        keys=wiring.case_keys(agency.slug),
        stores=stores,
        exchanges=wiring.processing_log(agency.slug),
        files=OpenWorkflows(client),
        ended=wiring.ended_files(agency.slug),
        persons=OrderingPersons(agency, wiring),
        mail=WaitingMail(agency, wiring),
    )
