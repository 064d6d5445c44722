"""What could not be taken, for a person who looks, repairs and replays."""

import asyncio
import hashlib
import secrets
from collections import deque
from collections.abc import AsyncIterator, Set
from contextlib import suppress
from datetime import UTC, datetime
from typing import Self

import structlog
from nats.aio.client import Client
from nats.js.api import RawStreamMsg
from nats.js.errors import APIError, NotFoundError

from contracts.agencies import Agency, Directory
from contracts.envelope import CloudEvent
from contracts.refusals import RefusalCode, Refused
from contracts.text import Model
from runtime.bus.connection import Access, connect, headers_of, jetstream
from runtime.bus.naming import references_in
from runtime.bus.publisher import TIMEOUT, send, send_once
from runtime.bus.seal import Seal, read_outside

log = structlog.get_logger()

AHEAD = 32
"""How many dead letters are asked for at once."""

BARE = ("Keten-Code", "Keten-Reason", "Keten-Id")
"""What stays of a letter of which nothing else may stay, beside its hash."""


class DeadLetter(Model):
    """One refused event.

    Attributes:
        body: What arrived, byte for byte: sealed, or whatever a faulty system sent. Empty where only its hash was kept.
        hash: SHA-256 of what arrived, where nothing else of it was kept.
        named: The id under which its sender put it on the bus.
    """

    seq: int
    sender: str
    event: str
    code: str
    reason: str
    event_id: str
    at: datetime | None
    body: bytes
    hash: str = ""
    named: str = ""

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

    async def newest(self, before: int | None = None, most: int = 50) -> tuple[DeadLetter, ...]:
        """A part of the dead letters, the newest first: what is not in it is hardly read.

        Args:
            before: Only those with a lower number; None: from the newest on.
            most: How many.
        """
        top = await self._last() if before is None else before - 1
        found: deque[DeadLetter] = deque(maxlen=most)
        width = AHEAD
        while top > 0 and len(found) < most:
            low = max(1, top - width + 1)
            part = deque([letter async for letter in self._all(low, top)], maxlen=most - len(found))
            found.extendleft(reversed(part))
            top, width = low - 1, width * 2
        return tuple(reversed(found))

    async def show(self, seq: int) -> DeadLetter:
        """One dead letter.

        Raises:
            LookupError: There is none with this number.
        """
        try:
            return _letter(await self._stream.get_msg("DEAD", seq))
        except NotFoundError:
            raise LookupError(f"no dead letter {seq}: it was replayed already, or never was; list them first") from None

    async def replay(
        self, seq: int, corrected: bytes | None = None, directory: Directory | None = None, *, once: str = ""
    ) -> None:
        """Put a dead letter into the inbox again, as from its sender; it is removed once the inbox has it on disk.

        What was refused because its line was broken goes in under the signature of this agency, where its own seal and signature
        are good: a person has decided that it follows from what was taken.

        Args:
            seq: Its number.
            corrected: The whole message to put there instead; it bears the signature of this agency, who corrected it.
            directory: Who takes part.
            once: What nobody else can know: what is put there again with the same, soon after, is put there once.

        Raises:
            LookupError: There is none with this number.
            Refused: The corrected message is not one.
            ValueError: Only its hash was kept, and nothing corrected was given.
        """
        letter = await self.show(seq)
        if letter.hash and corrected is None:
            raise ValueError(f"of dead letter {seq} only the hash was kept: its sender must send it anew")
        if corrected is None and directory and letter.code == RefusalCode.CHAIN_BROKEN:
            text = self.text(letter, directory.by_slug.get(letter.sender))
            corrected = text if text != letter.body else None
        body = letter.body if corrected is None else self._sealed(corrected)
        if once:
            await send_once(self._stream, letter.subject, body, f"replay.{once}")
        else:
            await send(self._stream, letter.subject, body, f"replay.{secrets.token_hex(16)}")
        await self._gone(seq)

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
        """Remove the dead letters that name a case, whatever else they are; the server overwrites them."""
        async for letter in self._all():
            if case in await asyncio.to_thread(self._names, letter):
                await self._stream.delete_msg("DEAD", letter.seq)

    async def keep_readable(self, directory: Directory, erased: Set[str] = frozenset()) -> int:
        """Seal anew what was sealed to an older key of this agency, under its own signature, before that key is destroyed.

        What cannot be sealed anew is left until that key has ended. From then on nobody can read it, and only its hash is kept;
        so it is with what names a case that was erased.

        Args:
            directory: Who takes part.
            erased: Cases of which nothing may be kept.

        Returns:
            How many dead letters were sealed anew.
        """
        count = 0
        async for letter in self._all():
            if letter.hash or not letter.body:
                continue
            if self._seal.has_ended(letter.body) or (erased and await self._names_one_of(letter, erased)):
                await self._laid_bare(letter)
            elif not self._seal.is_newest(letter.body) and (anew := self._anew(letter, directory)):
                await self._replaced(letter, anew)
                count += 1
        return count

    async def _names_one_of(self, letter: DeadLetter, cases: Set[str]) -> bool:
        return not cases.isdisjoint(await asyncio.to_thread(self._names, letter))

    def _names(self, letter: DeadLetter) -> frozenset[str]:
        """The cases that can be read in a letter, by anybody or by this agency."""
        return references_in(b"\n".join((letter.body, letter.named.encode(), self._seal.inside(letter.body))))

    def _anew(self, letter: DeadLetter, directory: Directory) -> bytes | None:
        """The letter sealed to the newest key; None where that cannot be done, whatever lies there."""
        try:
            text = self.text(letter, directory.by_slug.get(letter.sender))
            return self._sealed(text) if text != letter.body else None
        except Exception as error:  # what one letter does must not keep others, or a key, from their end
            log.warning("dead_letter_not_sealed_anew", agency=self._me.slug, sequence=letter.seq, error=type(error).__name__)
            return None

    async def _laid_bare(self, letter: DeadLetter) -> None:
        """Only code, reason and hash stay: enough to find it among what its sender kept."""
        await self._replaced(letter, b"", {"Keten-Hash": hashlib.sha256(letter.body).hexdigest()})

    async def _replaced(self, letter: DeadLetter, body: bytes, bare: dict[str, str] | None = None) -> None:
        kept = headers_of(await self._stream.get_msg("DEAD", letter.seq))
        headers = {name: text for name, text in kept.items() if name in BARE or (not bare and name.startswith("Keten-"))}
        await self._stream.publish(f"dead.{letter.sender}.{letter.event}", body, timeout=TIMEOUT, headers=headers | (bare or {}))
        await self._stream.delete_msg("DEAD", letter.seq)

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

    async def _gone(self, seq: int) -> None:
        """Whoever replays it at the same moment may have removed it before."""
        try:
            await self._stream.delete_msg("DEAD", seq)
        except APIError:
            with suppress(LookupError):
                await self.show(seq)
                raise

    async def _last(self) -> int:
        """The number of the newest; 0: there is none."""
        try:
            return (await self._stream.get_msg("DEAD", subject="dead.>")).seq or 0
        except NotFoundError:
            return 0

    async def _all(self, seq: int = 1, until: int | None = None) -> AsyncIterator[DeadLetter]:
        """One after the other there is an answer to wait for per letter; an erasure has no time for thousands of those."""
        ahead = 1
        while True:
            found = await asyncio.gather(*(self._next(seq + more) for more in range(ahead)))
            letters = {letter.seq: letter for letter in found if letter}
            for number in sorted(letters):
                if until is not None and number > until:
                    return
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
        hash=headers.get("Keten-Hash", ""),
        named=headers.get("Keten-Original-Msg-Id", ""),
    )
