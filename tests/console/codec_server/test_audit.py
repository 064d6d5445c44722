"""What is read was written down before; where it cannot be written down nothing is read."""

import asyncio

import pytest

from console.codec_server.app import CodecServer
from console.door.person import Person
from tests.console.codec_server.conftest import Played
from tests.console.codec_server.serving import MARK, Asking, Written, asking, read, refused
from tests.console.door.oidc import Oidc
from tests.installed import Keten

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_without_an_entry_nothing_is_read(ask: Asking, oidc: Oidc, written: Written, played: Played) -> None:
    written.down = True
    refused(await ask(oidc.token(), played.payloads), 503, "audit_unavailable")
    written.down = False
    assert MARK.encode() in b"".join(payload.data for payload in read(await ask(oidc.token(), played.payloads)))
    assert written.entries


async def test_without_this_rule_it_would_be(keten: Keten, oidc: Oidc, written: Written, played: Played) -> None:
    written.down = True
    async with asking(keten.settings, oidc, written, Forgetful) as ask:
        assert MARK.encode() in b"".join(payload.data for payload in read(await ask(oidc.token(), played.payloads)))
    assert written.entries == []


async def test_nothing_is_answered_before_the_entry_is_safe(keten: Keten, oidc: Oidc, played: Played) -> None:
    slow = Slow()
    async with asking(keten.settings, oidc, slow) as ask:
        answer = asyncio.create_task(ask(oidc.token(), played.payloads))
        await slow.asked.wait()
        assert not answer.done()
        slow.safe.set()
        assert read(await answer)


async def test_one_entry_that_fails_stops_the_whole_request(keten: Keten, oidc: Oidc, two_cases: tuple[Played, Played]) -> None:
    full = Full()
    async with asking(keten.settings, oidc, full) as ask:
        both = [payload for case in two_cases for payload in case.payloads]
        refused(await ask(oidc.token(), both), 503, "audit_unavailable")
    assert len(full.entries) == 1


class Forgetful(CodecServer):
    """The server that reads without an entry."""

    async def _write_down(self, person: Person, namespace: str, cases: dict[str, int]) -> None:
        pass


class Slow(Written):
    """An audit log that takes its time."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.safe = asyncio.Event(), asyncio.Event()

    async def append(self, person: str, namespace: str, case: str, count: int) -> None:
        self.asked.set()
        await self.safe.wait()


class Full(Written):
    """An audit log with room for one entry."""

    async def append(self, person: str, namespace: str, case: str, count: int) -> None:
        self.down = bool(self.entries)
        await super().append(person, namespace, case, count)
