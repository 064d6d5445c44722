"""An agency's audit log: what cannot be written down is not done. Its newest entry is signed once a day."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

import structlog
from sqlalchemy import Connection, select

from runtime.audit.entry import Act, Entry, Head, next_entry
from runtime.audit.head import HeadFile, HeadUnreadable
from runtime.audit.store import AuditStore, AuditUnavailable
from runtime.audit.tables import ENTRY, HEAD

log = structlog.get_logger()

HEAD_OF_LOG = "audit head"
"""What a signed head says it is, because the same key may sign other things."""

NO_LOG = Head(0, "")
"""No log agrees with it."""


class Signer(Protocol):
    """The port to the key with which an agency signs."""

    def sign(self, claims: Mapping[str, Any]) -> str:
        """The claims as a compact JWS."""
        ...

    def verify(self, token: str) -> dict[str, Any]:
        """The claims of a compact JWS of this agency.

        Raises:
            ValueError: It was not signed by it.
            KeyUnavailable: Its key cannot be used now.
        """
        ...


class AuditLog:
    """The log of one agency: entries are added, and nothing is ever changed or removed."""

    def __init__(self, store: AuditStore, head_file: HeadFile) -> None:
        self.agency = store.agency
        self.store = store
        self.head_file = head_file

    def prepare(self) -> None:
        """Make the log where there never was one.

        Raises:
            AuditUnavailable: It cannot be made, or there was one, which is gone.
        """
        there_was_one = self.head_file.path.exists()  # asked first: another process may be making both just now
        if there_was_one and self.store.is_missing:
            raise AuditUnavailable(
                f"the audit log of {self.agency} is gone, and {self.head_file.path} says that there was one: restore it from a "
                "backup; what is not written down first is not done"
            )
        self.store.prepare()

    async def append(self, act: Act) -> Entry:
        """Write an act down; returns when it is on disk. Only then may it be done.

        Raises:
            AuditUnavailable: It could not be written.
        """
        return await asyncio.to_thread(self.store.guarded, self._append, act)

    async def newest(self, before: Head | None = None) -> Head | None:
        """The newest entry; None where there is none yet.

        Args:
            before: The newest at some time before: a log that does not hold it any more is said to be altered.

        Raises:
            AuditUnavailable: It cannot be read.
        """
        return await asyncio.to_thread(self.store.guarded, self._newest, before)

    async def sign_head(self, signer: Signer, now: datetime | None = None) -> Head | None:
        """Sign the newest entry, once a day (UTC) and only when something was added.

        Returns:
            The head, if it was signed now.

        Raises:
            AuditUnavailable: It could not be written.
        """
        day = (now or datetime.now(UTC)).astimezone(UTC).date().isoformat()
        return await asyncio.to_thread(self.store.guarded, self._sign_head, signer, day)

    def _append(self, act: Act) -> Entry:
        if self.store.is_missing:
            self.prepare()
        with self.store.begin() as connection:
            newest = self.store.newest_alone(connection)
            known = self._known(newest)
            agrees = known == newest or self._agrees(connection, known)
            entry = next_entry(self.agency, newest, act, datetime.now(UTC))
            connection.execute(ENTRY.insert(), entry._asdict())
        if agrees:
            self.head_file.keep(Head(entry.seq, entry.hash))
        return entry

    def _sign_head(self, signer: Signer, day: str) -> Head | None:
        if self.store.is_missing:
            self.prepare()
        with self.store.begin() as connection:
            newest = self.store.newest_alone(connection)
            last = connection.execute(select(HEAD).order_by(HEAD.c.day.desc()).limit(1)).first()
            if not newest.seq or (last and (last.day >= day or last.seq >= newest.seq)):
                return None
            signed = Head(last.seq, str(signer.verify(last.token).get("hash"))) if last else None
            if not (self._agrees(connection, self._known(newest)) and self._agrees(connection, signed)):
                return None
            token = signer.sign({"what": HEAD_OF_LOG, "agency": self.agency, "day": day, **newest._asdict()})
            connection.execute(HEAD.insert().values(day=day, seq=newest.seq, token=token))
        return newest

    def _newest(self, before: Head | None) -> Head | None:
        with self.store.begin() as connection:
            if before:
                self._agrees(connection, before)
            newest = self.store.newest_alone(connection)
        return newest if newest.seq else None

    def _known(self, newest: Head) -> Head | None:
        """The head in the file beside it, which is made before the first entry: where it is missing later, it was removed."""
        try:
            kept = self.head_file.read()
        except HeadUnreadable:
            return NO_LOG
        if kept is None and newest.seq:
            return NO_LOG
        if kept is None:
            self.head_file.keep(newest)
        return kept if kept and kept.seq else None

    def _agrees(self, connection: Connection, known: Head | None) -> bool:
        """Whether the log still holds an entry that is known from before.

        If not, work goes on: whoever alters a log must not be able to stop the care of people by it. But the file beside it is
        evidence from then on and stays as it is, and nothing is signed.
        """
        if known is None or connection.scalar(select(ENTRY.c.hash).where(ENTRY.c.seq == known.seq)) == known.hash:
            return True
        log.error("audit_log_altered", agency=self.agency, path=str(self.head_file.path))
        return False
