"""Everything in which an agency may hold something of a case: the ports of erasing meet their drivers here."""

from datetime import UTC, datetime, timedelta

from faststream.nats import NatsBroker
from temporalio.client import Client

from activities.erasing import Holdings, Ordering, Store, erasure_of
from contracts.agencies import Agency
from contracts.words import AgencyKind
from runtime.bus import DeadLetters
from runtime.drafts.erasing import Begun
from runtime.register.register import SqlRegister
from runtime.temporal.open_files import OpenWorkflows
from workers.wiring import Wiring

ORDER_HOLDS = timedelta(days=30)
"""How old an order may be: the second person has a term, and is reminded (DEFAULT)."""


class OrderingPersons:
    """The persons of an agency, by what they have signed."""

    def __init__(self, agency: Agency, wiring: Wiring) -> None:
        self._agency = agency
        self._wiring = wiring

    async def who(self, order: str, case: str) -> Ordering:
        """Who signed the order to erase this case."""
        try:
            signed = self._wiring.people.verify(order, self._agency.slug, fresh=ORDER_HOLDS)
        except LookupError as error:
            raise ValueError(str(error)) from None
        if signed.claims != erasure_of(case):
            raise ValueError(f"{signed.person} signed something else than an order to erase this case")
        return Ordering(signed.person, signed.key, signed.since, signed.at)


class WaitingMail:
    """What waits on the bus, or lies in its backups: readable until the key is destroyed to which it was sealed."""

    def __init__(self, agency: Agency, wiring: Wiring) -> None:
        self._agency = agency
        self._wiring = wiring

    async def unreadable_from(self) -> datetime:
        """The newest key is replaced at its age, and destroyed when the overlap after that has passed."""
        settings = self._wiring.settings
        left = max(timedelta(days=settings.key_age) - self._wiring.event_keys.age(self._agency.slug), timedelta())
        return datetime.now(UTC) + left + timedelta(days=settings.key_overlap)


class DeadLettersThrough:
    """An agency's dead letters, through the connection of its office."""

    def __init__(self, agency: Agency, wiring: Wiring, bus: NatsBroker) -> None:
        self._agency = agency
        self._wiring = wiring
        self._bus = bus

    async def forget(self, case: str) -> None:
        """Remove those about a case."""
        await dead_letters(self._agency, self._wiring, self._bus).forget(case)


def dead_letters(agency: Agency, wiring: Wiring, bus: NatsBroker) -> DeadLetters:
    """An agency's dead letters, through a connection that is there."""
    return DeadLetters(bus.config.connection_state.connection, agency, wiring.seal(agency))


def holdings(agency: Agency, wiring: Wiring, bus: NatsBroker, client: Client) -> Holdings:
    """What is held of a case by one agency."""
    stores: list[Store] = [DeadLettersThrough(agency, wiring, bus), Begun(wiring.settings.console, agency.slug)]
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
