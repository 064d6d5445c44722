"""Where the parts of webhooks meet."""

import random
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import NamedTuple

from contracts.agencies import Agency
from contracts.alarms import AlarmCode
from contracts.attributes import source
from post_office.clock import now_utc
from post_office.webhooks.allowed import Allowed
from post_office.webhooks.delivering import Delivering
from post_office.webhooks.desk import Book, Desk
from post_office.webhooks.means import Means
from post_office.webhooks.places import Places
from post_office.webhooks.secrets import Keys, Sealing
from post_office.webhooks.sending import Sender
from post_office.webhooks.store import Store
from post_office.webhooks.trust import Tls
from runtime.settings import Mode, Settings

SYSTEM = "post"
"""In the source of our own events."""


class Webhooks(NamedTuple):
    """The webhooks of one agency.

    Attributes:
        desk: What the routes ask.
        delivering: What runs beside them.
    """

    desk: Desk
    delivering: Delivering


def webhooks(  # noqa: PLR0913, PLR0917 - what the process has anyhow
    settings: Settings,
    agency: Agency,
    url: str,
    keys: Keys,
    book: Book,
    alarm: Callable[[AlarmCode, str], Awaitable[None]],
    *,
    clock: Callable[[], datetime] = now_utc,
) -> Webhooks:
    """Make them; nothing is called before ``delivering.run()``.

    Args:
        settings: Which hosts may be called, and whom to believe there.
        agency: Whose.
        url: Of the post office's database, whose tables are there.
        keys: The agency's keys of cases.
        book: What was heard.
        alarm: Reaches a person; done when that was handed over.
        clock: The time.

    Raises:
        ValueError: The list of hosts cannot be read.
        KeyFileError: A file for TLS is not what it should be.
    """
    allowed = Allowed.read(settings.webhook_hosts, development=settings.mode is Mode.EMBEDDED)
    tls = Tls(settings.webhook_ca, settings.webhook_cert, settings.webhook_key)
    store = Store(url, Sealing(keys))
    sender = Sender(allowed, clock, origin=agency.slug, tls=tls)
    means = Means(book, store, Places(store), sender, clock, random.random, alarm, source(agency.oin, SYSTEM))
    delivering = Delivering(means)
    return Webhooks(Desk(means, book, allowed, delivering), delivering)
