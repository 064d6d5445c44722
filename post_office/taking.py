"""What comes into the inbox of an agency is checked as an office checks it, logged, and put into the book before it is taken."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import NamedTuple

import structlog

from contracts.agencies import Agency
from contracts.catalogue import known_type
from contracts.events.deliveries import BETWEEN_OFFICES, DeliveriesConfirmed, DeliveriesMissed, DeliveryRefused
from contracts.lines import in_words
from contracts.logged import Exchange, taken
from contracts.places import Atlas
from contracts.refusals import RefusalCode, Refused
from post_office.hearing import Came, Hearing, Objected, UnknownHere
from post_office.ladder import Ladder
from runtime.bus import Delivery, TryLater
from runtime.keys.case_keys import CaseErased
from runtime.office.content import check_before_it_is_logged, check_content
from runtime.office.deliveries import Deliveries, Missed
from runtime.office.entitled import check_part
from runtime.office.patience import Patience
from runtime.processing.log import SqlProcessingLog

log = structlog.get_logger()

NOT_KEPT_HERE = "no file with this case reference is kept here"
Alarm = Callable[[str, str | None], Awaitable[None]]


class Desk(NamedTuple):
    """What whoever takes events works with.

    Attributes:
        agency: Whose inbox it is.
        atlas: The routing tables.
        log: The processing log.
        deliveries: What asks and answers whether events arrived.
        patience: How long a missing event is waited for.
        gap_patience: The same, in seconds.
        alarm: How a person is reached, about which case.
    """

    agency: Agency
    atlas: Atlas
    log: SqlProcessingLog
    deliveries: Deliveries
    patience: Patience
    gap_patience: float
    alarm: Alarm


class Taking:
    """Takes events of one agency's inbox into its book."""

    def __init__(self, desk: Desk, hearing: Hearing, ladder: Ladder) -> None:
        self._desk = desk
        self._hearing = hearing
        self._ladder = ladder

    async def take(self, delivery: Delivery) -> None:
        """Log an event, then put it into the book; returns when it is on disk.

        Raises:
            Refused: It can never be accepted: the reason is for its sender.
            TryLater: Its predecessor is not here yet.
            NotLogged: The processing log cannot be written; the event comes again.
            BookFull: The book cannot be written; the event comes again.
        """
        with self._desk.patience.with_one(delivery.sender.slug, delivery.message.id, later=TryLater, over=Refused):
            await self._log_and_take(delivery)

    async def _log_and_take(self, delivery: Delivery) -> None:
        event, desk = delivery.event, self._desk
        if isinstance(event, BETWEEN_OFFICES):
            check_content(delivery, desk.atlas)
            await self._hear_of_deliveries(delivery)
            return
        check_before_it_is_logged(delivery, desk.atlas)
        record = taken(
            Exchange(delivery.message, event, delivery.sender.slug), desk.agency, delivery.first_seen, datetime.now(UTC)
        )
        await desk.log.write([record])
        try:
            check_content(delivery, desk.atlas)
            await check_part(delivery, desk.log)
            await self._take(delivery)
        except Refused:
            await desk.log.write([record.refused(datetime.now(UTC))])
            raise

    async def _take(self, delivery: Delivery) -> None:
        event, message, sender = delivery.event, delivery.message, delivery.sender
        past_gap = self._desk.patience.ended(sender.slug, message.id)
        on_record = event.rule.file is None and await self._desk.log.told(message.caseref, sender.slug)
        if isinstance(event, DeliveryRefused):
            self._desk.deliveries.refused(sender.slug, event.event_id, event.code)
            await self._ladder.refused(sender.slug, event.event_id, event.code.value, event.reason)
        came = Came(sender, message, event, delivery.by_hand, past_gap, on_record)
        try:
            gap = await self._hearing.hear(came)
        except Objected as objected:
            if objected.code is None:
                raise TryLater(self._desk.gap_patience / 6) from None
            raise Refused(objected.code, objected.words) from None
        except CaseErased:
            if sender != self._desk.agency and not await self._desk.log.exchanged(
                message.caseref, sender.slug, besides=message.id
            ):
                raise Refused(RefusalCode.CASE_UNKNOWN, NOT_KEPT_HERE) from None
            raise Refused(RefusalCode.CASE_ERASED, "what was kept of this case was erased; begin a new case") from None
        except UnknownHere:
            raise await self._without_part(delivery) from None
        if gap:
            await self._desk.alarm(f"{in_words([gap])} from {sender.slug} did not arrive", message.caseref)
        await self._say_what_they_miss(delivery)

    async def _without_part(self, delivery: Delivery) -> TryLater | Refused:
        """To who has no part in a case it is as if there were none; perhaps the event that opens it is on its way."""
        message, sender = delivery.message, delivery.sender.slug
        if int(message.sequence) > 1 and not self._desk.patience.ended(sender, message.id):
            return TryLater()
        return Refused(RefusalCode.CASE_UNKNOWN, NOT_KEPT_HERE)

    async def _say_what_they_miss(self, delivery: Delivery) -> None:
        event, sender, reference = delivery.event, delivery.sender.slug, delivery.message.caseref
        if isinstance(event, DeliveriesMissed):
            await self._desk.alarm(f"{sender} misses {in_words(event.gaps)}", reference)
        elif isinstance(event, DeliveryRefused):
            await self._desk.alarm(f"{known_type(event.event_type)} was refused by {sender}: {event.code}", reference)

    async def _hear_of_deliveries(self, delivery: Delivery) -> None:
        event, sender = delivery.event, delivery.sender.slug
        if isinstance(event, DeliveriesConfirmed):
            if event.arrived:
                await self._ladder.taken(sender, event.arrived)
            if event.missing:
                await self._ladder.missed(sender, event.missing)
        await self._desk.deliveries.hear(delivery, self._tell_missed)

    async def _tell_missed(self, delivery: Delivery, missed: Missed) -> None:
        await self._desk.alarm(f"{delivery.sender.slug} misses {in_words(missed.event.gaps)}", missed.reference)
