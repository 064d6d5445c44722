"""What every process of an agency holds of a case beside its key, and who may order to destroy it.

Whoever erases lets every store forget first and destroys the key of the case last (``runtime/keys/case_keys.py``): what was begun
and broken off is begun again.
"""

from datetime import UTC, datetime, timedelta

from faststream.nats import NatsBroker

from contracts.agencies import Agency
from contracts.orders import Ordering, erasure_of
from runtime.bus import DeadLetters
from runtime.office.drivers import Drivers

ORDER_HOLDS = timedelta(days=30)
"""How old an order may be: the second person has a term, and is reminded (DEFAULT)."""


class OrderingPersons:
    """The persons of an agency, by what they have signed."""

    def __init__(self, agency: Agency, drivers: Drivers) -> None:
        self._agency = agency
        self._drivers = drivers

    async def who(self, order: str, case: str) -> Ordering:
        """Who signed the order to erase this case."""
        try:
            signed = self._drivers.people.verify(order, self._agency.slug, fresh=ORDER_HOLDS)
        except LookupError as error:
            raise ValueError(str(error)) from None
        if signed.claims != erasure_of(case):
            raise ValueError(f"{signed.person} signed something else than an order to erase this case")
        return Ordering(signed.person, signed.key, signed.since, signed.at)


class WaitingMail:
    """What waits on the bus, or lies in its backups: readable until the key is destroyed to which it was sealed."""

    def __init__(self, agency: Agency, drivers: Drivers) -> None:
        self._agency = agency
        self._drivers = drivers

    async def unreadable_from(self) -> datetime:
        """The newest key is replaced at its age, and destroyed when the overlap after that has passed."""
        settings = self._drivers.settings
        left = max(timedelta(days=settings.key_age) - self._drivers.event_keys.age(self._agency.slug), timedelta())
        return datetime.now(UTC) + left + timedelta(days=settings.key_overlap)


class DeadLettersThrough:
    """An agency's dead letters, through the connection of its office."""

    def __init__(self, agency: Agency, drivers: Drivers, bus: NatsBroker) -> None:
        self._agency = agency
        self._drivers = drivers
        self._bus = bus

    async def forget(self, case: str) -> None:
        """Remove those about a case."""
        await dead_letters(self._agency, self._drivers, self._bus).forget(case)


def dead_letters(agency: Agency, drivers: Drivers, bus: NatsBroker) -> DeadLetters:
    """An agency's dead letters, through a connection that is there."""
    return DeadLetters(bus.config.connection_state.connection, agency, drivers.seal(agency))
