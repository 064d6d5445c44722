"""Endpoints and their secrets, on disk before it is said."""

import asyncio
import json
import secrets as random
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Select, delete, func, insert, select, text, update

from post_office.ports import Refusal
from post_office.webhooks.endpoint import MOST_ENDPOINTS, MOST_SECRETS, OVERLAP, Endpoint, Form, SecretSeen, Wanted
from post_office.webhooks.secrets import Sealing, new_secret
from post_office.webhooks.sending import To
from runtime.database import open_database, utc
from runtime.post_office.webhook_tables import SECRET, WEBHOOK

T = TypeVar("T")

ALONE = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "LOCK TABLE webhook IN SHARE ROW EXCLUSIVE MODE"}
"""What is counted stays so until it is written."""


class Store:
    """The endpoints of one agency.

    Args:
        url: As for ``open_database``: the post office's database.
        sealing: Encrypts URLs and secrets.
    """

    def __init__(self, url: str, sealing: Sealing) -> None:
        self._url = url
        self._sealing = sealing

    async def make(self, wanted: Wanted, read_to: int, now: datetime) -> tuple[Endpoint, str]:
        """A new endpoint, and its secret, which is shown here and never again.

        Raises:
            Refusal: The name is taken, or there are too many.
        """
        endpoint, secret = random.token_hex(8), new_secret()
        row = {"id": endpoint, "made_at": now, "read_to": read_to, **await self._columns(endpoint, wanted)}
        sealed = await self._sealing.seal(secret, endpoint, "secret 1")

        def write() -> None:
            with self._alone() as connection:
                if connection.execute(select(func.count()).select_from(WEBHOOK)).scalar_one() >= MOST_ENDPOINTS:
                    raise Refusal("webhooks_full", f"there are {MOST_ENDPOINTS} endpoints, and no more may be: remove one first")
                _free(connection, wanted.name, endpoint)
                connection.execute(insert(WEBHOOK).values(**row))
                connection.execute(insert(SECRET).values(webhook=endpoint, number=1, secret=sealed, made_at=now))

        await asyncio.to_thread(write)
        return await self._there(endpoint), secret

    async def change(self, endpoint: str, wanted: Wanted) -> Endpoint | None:
        """Set all that is wanted of an endpoint anew, and wake it if it rests; None: there is none.

        Raises:
            Refusal: The name is taken.
        """
        row = {"rested_at": None, "paused_until": None, **await self._columns(endpoint, wanted)}

        def write() -> bool:
            with self._alone() as connection:
                _free(connection, wanted.name, endpoint)
                return connection.execute(update(WEBHOOK).where(WEBHOOK.c.id == endpoint).values(**row)).rowcount == 1

        return await self._there(endpoint) if await asyncio.to_thread(write) else None

    async def remove(self, endpoint: str) -> bool:
        """Forget an endpoint and all of it; whether there was one."""

        def write() -> bool:
            with self.engine.begin() as connection:
                return connection.execute(delete(WEBHOOK).where(WEBHOOK.c.id == endpoint)).rowcount == 1

        return await asyncio.to_thread(write)

    async def find(self, endpoint: str) -> Endpoint | None:
        """An endpoint; None: there is none."""
        rows = await self._rows(select(WEBHOOK).where(WEBHOOK.c.id == endpoint))
        return _endpoint(rows[0]) if rows else None

    async def all(self) -> list[Endpoint]:
        """Every endpoint, by name."""
        return [_endpoint(row) for row in await self._rows(select(WEBHOOK).order_by(WEBHOOK.c.name))]

    async def to(self, endpoint: str, now: datetime) -> To | None:
        """Where it is, and with what is signed; None: there is none.

        Raises:
            Altered: What is kept was changed.
        """
        found = await self._rows(select(WEBHOOK.c.url).where(WEBHOOK.c.id == endpoint))
        if not found:
            return None
        rows = await self._rows(select(SECRET).where(SECRET.c.webhook == endpoint).order_by(SECRET.c.number.desc()))
        valid = [row for row in rows if row["ends_at"] is None or utc(row["ends_at"]) > now]
        opened = [await self._sealing.unseal(row["secret"], endpoint, f"secret {row['number']}") for row in valid]
        return To(endpoint, await self._sealing.unseal(found[0]["url"], endpoint, "url"), tuple(opened))

    async def secrets(self, endpoint: str, now: datetime) -> list[SecretSeen]:
        """Those that sign, the newest first."""
        rows = await self._rows(select(SECRET).where(SECRET.c.webhook == endpoint).order_by(SECRET.c.number.desc()))
        seen = [SecretSeen(row["number"], utc(row["made_at"]), row["ends_at"] and utc(row["ends_at"])) for row in rows]
        return [secret for secret in seen if secret.ends_at is None or secret.ends_at > now]

    async def add_secret(self, endpoint: str, now: datetime) -> str | None:
        """A new secret, shown here and never again; the one before signs for another day. None: there is no such endpoint.

        Raises:
            Refusal: So many sign already.
        """
        secret = new_secret()
        if not await self.find(endpoint):
            return None
        rows = await self._rows(select(func.max(SECRET.c.number).label("newest")).where(SECRET.c.webhook == endpoint))
        number = rows[0]["newest"] + 1
        sealed = await self._sealing.seal(secret, endpoint, f"secret {number}")

        def write() -> None:
            ours = SECRET.c.webhook == endpoint
            with self._alone() as connection:
                connection.execute(delete(SECRET).where(ours, SECRET.c.ends_at <= now))
                if connection.execute(select(func.count()).select_from(SECRET).where(ours)).scalar_one() >= MOST_SECRETS:
                    raise Refusal("secrets_full", f"{MOST_SECRETS} secrets sign now, and no more may: wait until one ends")
                connection.execute(update(SECRET).where(ours, SECRET.c.ends_at.is_(None)).values(ends_at=now + OVERLAP))
                connection.execute(insert(SECRET).values(webhook=endpoint, number=number, secret=sealed, made_at=now))

        await asyncio.to_thread(write)
        return secret

    async def set(self, endpoint: str, **columns: datetime | None) -> None:
        """Set times of an endpoint."""

        def write() -> None:
            with self.engine.begin() as connection:
                connection.execute(update(WEBHOOK).where(WEBHOOK.c.id == endpoint).values(**columns))

        await asyncio.to_thread(write)

    @cached_property
    def engine(self) -> Engine:
        """The database."""
        return open_database(self._url, existing=True)

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Do something in one transaction that begins by writing, or only reads."""

        def within() -> T:
            with self.engine.begin() as connection:
                return work(connection)

        return await asyncio.to_thread(within)

    @contextmanager
    def _alone(self) -> Generator[Connection]:
        with self.engine.begin() as connection:
            connection.execute(text(ALONE[connection.dialect.name]))
            yield connection

    async def _there(self, endpoint: str) -> Endpoint:
        found = await self.find(endpoint)
        if found is None:
            raise Refusal("not_found", "somebody removed this endpoint just now")
        return found

    async def _columns(self, endpoint: str, wanted: Wanted) -> dict[str, Any]:
        return {
            "name": wanted.name,
            "url": await self._sealing.seal(wanted.url, endpoint, "url"),
            "form": wanted.form.value,
            "types": json.dumps(sorted(wanted.types)),
            "heartbeat": wanted.heartbeat,
        }

    async def _rows(self, statement: Select[Any]) -> list[Mapping[str, Any]]:
        return await self.run(lambda connection: [dict(row) for row in connection.execute(statement).mappings()])


def _free(connection: Connection, name: str, endpoint: str) -> None:
    others = select(WEBHOOK.c.id).where(WEBHOOK.c.name == name, WEBHOOK.c.id != endpoint)
    if connection.execute(others).first():
        raise Refusal("name_taken", "another endpoint has this name: choose another one", ["/name"])


def _endpoint(row: Mapping[str, Any]) -> Endpoint:
    return Endpoint(
        id=row["id"],
        name=row["name"],
        form=Form(row["form"]),
        types=frozenset(json.loads(row["types"])),
        heartbeat=row["heartbeat"],
        made_at=utc(row["made_at"]),
        read_to=row["read_to"],
        **{name: utc(row[name]) for name in ("rested_at", "paused_until", "alarmed_at") if row[name]},
    )
