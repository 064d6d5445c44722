"""Answers that wait on disk: none is overlooked that is kept at the moment at which the last one was sent."""

import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from nats.js.api import PubAck, RawStreamMsg
from nats.js.errors import NotFoundError

from contracts.envelope import CloudEvent, source
from contracts.events.deliveries import DeliveryRefused
from contracts.reference import new_reference
from contracts.refusals import RefusalCode
from contracts.words import Ground
from runtime.bus.answers import Answers, Patience
from tests.bus_server import eventually

TO = "almere"


class SlowStream:
    """A stream that looks, finds nothing, and says so a moment later."""

    def __init__(self) -> None:
        self.kept: dict[int, bytes] = {}
        self.sent: list[str] = []
        self.looked, self.says_so = asyncio.Event(), asyncio.Event()

    async def stream_info(self, name: str, **_: object) -> Any:
        return SimpleNamespace(state=SimpleNamespace(subjects={}))

    async def publish(self, subject: str, body: bytes, *, headers: dict[str, str], **_: object) -> PubAck:
        if subject.startswith("answers."):
            self.kept[len(self.sent) + len(self.kept) + 1] = body
        else:
            self.sent.append(headers["Nats-Msg-Id"])
        return PubAck("ANSWERS", len(self.kept))

    async def get_msg(self, name: str, *_: object, **__: object) -> RawStreamMsg:
        if not self.kept:
            self.looked.set()
            await self.says_so.wait()
            raise NotFoundError
        seq, body = next(iter(self.kept.items()))
        return RawStreamMsg(subject=f"answers.{TO}", seq=seq, data=body)

    async def delete_msg(self, name: str, seq: int) -> None:
        del self.kept[seq]


def answer(name: str) -> CloudEvent:
    told = DeliveryRefused(event_id=name, event_type="x", system="hand", code=RefusalCode.UNREADABLE, reason="an example")
    return CloudEvent(
        id=name,
        source=source("00000099000000001000", "inbox"),
        type=DeliveryRefused.rule.type,
        time=datetime.now(UTC),
        caseref=new_reference(),
        ground=Ground.LEGAL_TASK,
        data=told.model_dump(mode="json"),
    )


def unsealed(event: CloudEvent, recipient: str) -> bytes:
    return event.to_json()


async def test_what_is_kept_while_the_server_looked_for_the_next_one_leaves_too() -> None:
    stream = SlowStream()
    broker: Any = SimpleNamespace(config=SimpleNamespace(connection_state=SimpleNamespace(stream=stream)))
    seal: Any = SimpleNamespace(closed=unsealed)

    async def alarm(words: str) -> None:
        raise AssertionError(words)

    answers = Answers(broker, "signal-desk", seal, alarm, Patience())
    async with answers.open():
        await answers.put(TO, answer("0" * 32))
        await stream.looked.wait()
        await answers.put(TO, answer("1" * 32))
        stream.says_so.set()

        async def both() -> bool:
            return stream.sent == ["0" * 32, "1" * 32]

        await eventually(both)
        assert stream.kept == {}
