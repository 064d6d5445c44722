"""What could not be taken, for a person who looks, repairs and replays."""

import secrets
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Self

from nats.aio.client import Client
from nats.js.api import RawStreamMsg
from nats.js.errors import NotFoundError

from contracts.text import Model
from runtime.bus.connection import connect, headers_of, jetstream
from runtime.bus.publisher import send
from runtime.tls import Tls


class DeadLetter(Model):
    """One refused event. The body is what arrived, byte for byte, and may hold personal data."""

    seq: int
    sender: str
    event: str
    code: str
    reason: str
    event_id: str
    at: datetime | None
    body: bytes

    @property
    def subject(self) -> str:
        """Where it arrived, and where a replay arrives again."""
        return f"from.{self.sender}.{self.event}"


class DeadLetters:
    """One agency's dead letters, opened with its operator's key."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._stream = jetstream(client)

    @classmethod
    async def open(cls, nats_url: str, seed: str, tls: Tls | None = None) -> Self:
        """Connect as the agency's operator."""
        return cls(await connect(nats_url, seed, tls))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.close()

    async def list(self) -> tuple[DeadLetter, ...]:
        """Every dead letter, the oldest first."""
        return tuple([letter async for letter in self._all()])

    async def show(self, seq: int) -> DeadLetter:
        """One dead letter.

        Raises:
            LookupError: There is none with this number.
        """
        try:
            return _letter(await self._stream.get_msg("DEAD", seq))
        except NotFoundError:
            raise LookupError(f"no dead letter {seq}: it was replayed already, or never was; list them first") from None

    async def replay(self, seq: int, corrected: bytes | None = None) -> None:
        """Put a dead letter into the inbox again, as from its sender; it is removed once the inbox has it on disk.

        Args:
            seq: Its number.
            corrected: What to put there instead of the original.
        """
        letter = await self.show(seq)
        body = letter.body if corrected is None else corrected
        await send(self._stream, letter.subject, body, f"replay.{secrets.token_hex(16)}")
        await self._stream.delete_msg("DEAD", seq)

    async def _all(self) -> AsyncIterator[DeadLetter]:
        seq = 1
        while True:
            try:
                raw = await self._stream.get_msg("DEAD", seq, subject="dead.>", next=True)
            except NotFoundError:
                return
            letter = _letter(raw)
            yield letter
            seq = letter.seq + 1


def _letter(raw: RawStreamMsg) -> DeadLetter:
    _, sender, event = (raw.subject or "").split(".", 2)
    headers = headers_of(raw)
    return DeadLetter(
        seq=raw.seq or 0,
        sender=sender,
        event=event,
        code=headers.get("Keten-Code", ""),
        reason=headers.get("Keten-Reason", ""),
        event_id=headers.get("Keten-Id", ""),
        at=raw.time,
        body=raw.data or b"",
    )
