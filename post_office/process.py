"""Where the parts of a post office meet: keys, book, bus, sending, taking and chores of one agency."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import NamedTuple

import structlog
from faststream.nats import NatsBroker

from contracts.agencies import Agency
from contracts.alarms import LONGEST, Alarm, AlarmCode, fitting
from post_office.book import SqlBook
from post_office.checks import check
from post_office.chores import Chores
from post_office.generation import PublishedFile
from post_office.ports import BookFull
from post_office.sending import Sending
from post_office.store import Bounds, Store
from post_office.taking import Desk, Taking
from post_office.webhooks.making import Webhooks, webhooks
from runtime.bus import Addressee, Inbox, Limits, NatsBus, Pace, broker
from runtime.database import open_database
from runtime.keys.files import Role
from runtime.office.alone import PATIENCE, as_post_office, refuse_company
from runtime.office.deliveries import Deliveries
from runtime.office.drivers import Drivers
from runtime.office.faults import passes
from runtime.office.held import DeadLettersThrough
from runtime.office.looks import looks_beside
from runtime.office.patience import Patience
from runtime.office.tending import tended
from runtime.office.watching import Watch, watching

log = structlog.get_logger()


class PostOffice(NamedTuple):
    """A post office at work.

    Attributes:
        agency: Whose it is.
        book: Its book.
        bus: Its connection to the bus.
        inbox: What takes events.
        hooks: Its webhooks; called when somebody runs ``hooks.delivering``.
        chores: What it does from time to time.
    """

    agency: Agency
    book: SqlBook
    bus: NatsBroker
    inbox: Inbox
    hooks: Webhooks
    chores: Chores


def published_file(drivers: Drivers, agency: Agency) -> PublishedFile:
    """Beside the keys: how far an agency's events were published."""
    return PublishedFile(drivers.settings.keys / f"{agency.slug}.post.json")


def book_of(drivers: Drivers, agency: Agency) -> SqlBook:
    """The book of an agency; its tables are made, or brought up to date."""
    slug, settings = agency.slug, drivers.settings
    drivers.prepare_case_keys(slug)
    drivers.prepare_post_office(slug)
    engine = open_database(settings.post_office(slug), existing=True)
    bounds = Bounds(settings.post_office_rows, settings.post_office_bytes)
    store = Store(agency, engine, drivers.case_keys(slug), drivers.keys.identity(slug), bounds)
    checked = partial(check, me=agency, directory=drivers.directory, atlas=drivers.atlas)
    return SqlBook(store, checked, drivers.seal(agency).closed, drivers.processing_log(slug))


@asynccontextmanager
async def post_office(agency: Agency, drivers: Drivers, patience: float = PATIENCE) -> AsyncGenerator[PostOffice]:
    """An agency's post office, at work while inside.

    Args:
        agency: Whose it is.
        drivers: Settings and drivers.
        patience: Seconds in which whoever else takes from this inbox may go.

    Raises:
        NotAlone: An office, or another post office, takes from this agency's inbox.
        KeyFileError: A key of the agency is not there.
    """
    slug, settings = agency.slug, drivers.settings
    async with AsyncExitStack() as stack:
        stack.enter_context(as_post_office(settings, slug))
        drivers.prepare_stores(slug)
        book, published = book_of(drivers, agency), published_file(drivers, agency)
        stack.callback(book.store.engine.dispose)
        bus = broker(drivers.nats_url, drivers.keys.seed(slug, Role.WORKER), drivers.certificates.of(slug))
        alarm = partial(_alarm, drivers, agency)
        ours, kept = NatsBus(bus, slug, drivers.seal(agency)), drivers.deliveries(slug)
        waits = Patience(settings.gap_patience)
        deliveries = Deliveries(agency, kept, ours, alarm, settings)
        logged = drivers.processing_log(slug)
        desk = Desk(agency, drivers.atlas, logged, deliveries, waits, settings.gap_patience, alarm)
        taking = Taking(desk, book.hearing, book.ladder)
        sending = Sending(agency, book.outbox, ours, kept, published, alarm)
        addressee = Addressee(agency, drivers.directory, drivers.keys.identity(slug), drivers.seal(agency), alarm)
        limits = Limits(pace=Pace.opening(settings.opening_rate, of_one=settings.inbox_loops))
        inbox = Inbox(bus, addressee, taking.take, passing=_passes, limits=limits)
        hooks = webhooks(
            settings, agency, settings.post_office(slug), drivers.case_keys(slug), book, partial(_coded, drivers, agency)
        )
        dead_letters = DeadLettersThrough(agency, drivers, bus)
        chores = Chores(book, dead_letters.forget, settings.post_office_days, hooks.desk.taken_to)
        looks = [*looks_beside(agency, drivers), *chores.looks()]
        await bus.connect()
        stack.push_async_callback(bus.stop)
        await refuse_company(bus.config.connection_state.connection, slug, patience)
        await bus.start()
        beside = (
            book.open(published),
            drivers.exported(slug),
            tended(agency, drivers, bus),
            deliveries.asked_about(),
            waits.watching(lambda: bus.config.connection_state.connection.is_connected),
            watching(Watch(slug, drivers.pager, looks), settings.watch_pause),
            chores.done(),
            sending.open(),
            inbox.open(),
        )
        for part in beside:
            await stack.enter_async_context(part)
        log.info("post_office_opened", agency=slug)
        yield PostOffice(agency, book, bus, inbox, hooks, chores)


async def _alarm(drivers: Drivers, agency: Agency, words: str, reference: str | None = None) -> None:
    """Reach a person about something at this agency."""
    await drivers.pager.page(Alarm(agency=agency.slug, reference=reference, words=words[:LONGEST]))


async def _coded(drivers: Drivers, agency: Agency, code: AlarmCode, words: str) -> None:
    await drivers.pager.page(Alarm(agency=agency.slug, reference=None, words=fitting(words), code=code))


def _passes(error: Exception) -> bool:
    return isinstance(error, BookFull) or passes(error)
