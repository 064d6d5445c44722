"""What could not be taken, for a person who looks, repairs and replays."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Self

from nats.aio.client import Client
from nats.js.api import RawStreamMsg
from nats.js.errors import NotFoundError

from contracts.agencies import Agency, Directory
from contracts.envelope import CloudEvent
from contracts.refusals import Refused
from contracts.text import Model
from runtime.bus.connection import Access, connect, headers_of, jetstream
from runtime.bus.publisher import TIMEOUT, send
from runtime.bus.refusal import Glimpse
from runtime.bus.seal import Seal, read_outside

AHEAD = 32
"""How many dead letters are asked for at once."""


class DeadLetter(Model):
    """One refused event. The body is what arrived, byte for byte: sealed, or whatever a faulty system sent."""

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

    def __init__(self, client: Client, me: Agency, seal: Seal) -> None:
        self._client = client
        self._stream = jetstream(client)
        self._me = me
        self._seal = seal

    @classmethod
    async def open(cls, access: Access, me: Agency, seal: Seal) -> Self:
        """Connect as the agency's operator."""
        return cls(await connect(*access), me, seal)

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
            corrected: The whole message to put there instead; it bears the signature of this agency, who corrected it.

        Raises:
            LookupError: There is none with this number.
            Refused: The corrected message is not one.
        """
        letter = await self.show(seq)
        body = letter.body if corrected is None else self._sealed(corrected)
        await send(self._stream, letter.subject, body, f"replay.{secrets.token_hex(16)}")
        await self._stream.delete_msg("DEAD", seq)

    async def remove(self, seq: int) -> None:
        """Remove a dead letter for good: nobody needs it, and its sender was told why it was refused.

        Raises:
            LookupError: There is none with this number.
        """
        await self.show(seq)
        await self._stream.delete_msg("DEAD", seq)

    async def remove_of(self, sender: str) -> int:
        """Remove all dead letters of one sender, to make room for others of it; gives how many there were."""
        found = [letter.seq async for letter in self._all() if letter.sender == sender]
        for seq in found:
            await self._stream.delete_msg("DEAD", seq)
        return len(found)

    async def forget(self, case: str) -> None:
        """Remove the dead letters about a case; the server overwrites them."""
        async for letter in self._all():
            if Glimpse.of_body(letter.body).caseref == case:
                await self._stream.delete_msg("DEAD", letter.seq)

    async def keep_readable(self, directory: Directory) -> int:
        """Seal anew what was sealed to an older key of this agency, under its own signature, before that key is destroyed.

        Returns:
            How many dead letters there were.
        """
        count = 0
        async for letter in self._all():
            if not self._seal.is_newest(letter.body):
                text = self.text(letter, directory.by_slug.get(letter.sender))
                count += await self._replaced(letter, text) if text != letter.body else 0
        return count

    async def _replaced(self, letter: DeadLetter, text: bytes) -> int:
        raw = await self._stream.get_msg("DEAD", letter.seq)
        subject = f"dead.{letter.sender}.{letter.event}"
        headers = {name: value for name, value in headers_of(raw).items() if name.startswith("Keten-")}
        await self._stream.publish(subject, self._sealed(text), timeout=TIMEOUT, headers=headers)
        await self._stream.delete_msg("DEAD", letter.seq)
        return 1

    def text(self, letter: DeadLetter, sender: Agency | None) -> bytes:
        """The message in a dead letter, opened if its seal and signature are good; else what arrived."""
        try:
            if sender is None:
                return letter.body
            now = datetime.now(UTC)
            return self._seal.opened(read_outside(letter.body, now), sender, now).message.to_json()
        except Refused:
            return letter.body

    def _sealed(self, corrected: bytes) -> bytes:
        return self._seal.closed(CloudEvent.from_json(corrected, datetime.now(UTC)), self._me.slug)

    async def _all(self) -> AsyncIterator[DeadLetter]:
        """One after the other there is an answer to wait for per letter; an erasure has no time for thousands of those."""
        seq, ahead = 1, 1
        while True:
            found = await asyncio.gather(*(self._next(seq + more) for more in range(ahead)))
            letters = {letter.seq: letter for letter in found if letter}
            for number in sorted(letters):
                yield letters[number]
            if None in found:
                return
            seq, ahead = max(letters) + 1, AHEAD

    async def _next(self, seq: int) -> DeadLetter | None:
        """The first with this number or a higher one."""
        try:
            return _letter(await self._stream.get_msg("DEAD", seq, subject="dead.>", next=True))
        except NotFoundError:
            return None


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
