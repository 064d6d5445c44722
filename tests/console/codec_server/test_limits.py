"""Who connects and asks nothing keeps nobody from reading; without the limits everybody hears 503."""

import asyncio
from contextlib import AsyncExitStack, ExitStack
from urllib.parse import urlsplit

import pytest
from structlog.testing import capture_logs

from console.codec_server.app import AT_ONCE, TOO_MANY
from console.door.problems import Problem
from console.door.turns import Turns
from runtime.http.listening import Shown
from runtime.http.patience import LIMITS
from runtime.tls.certificates import TEMPORAL
from tests.certified import Certified
from tests.console.codec_server.conftest import Played
from tests.console.codec_server.serving import Asking, Written, asking, read
from tests.console.door.oidc import Oidc
from tests.installed import Keten

pytestmark = pytest.mark.asyncio(loop_scope="session")

UNBOUNDED = LIMITS._replace(waiting=10_000, of_one_address=10_000, connections=100)
"""As it was: a hundred connections in all, whatever they do."""
HURRIED = LIMITS._replace(handshake=0.3, request=0.3)
HEAD = b"POST /decode HTTP/1.1\r\nHost: here\r\n"


async def connected(ask: Asking, stack: AsyncExitStack, said: bytes = b"") -> asyncio.StreamReader:
    """Somebody who connects, says that, and waits."""
    parts = urlsplit(str(ask.client.base_url))
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    stack.callback(writer.close)
    writer.write(said)
    return reader


@pytest.mark.parametrize("bounded", [True, False], ids=["bounded", "control: as it was"])
async def test_who_only_connects_keeps_nobody_from_reading(
    keten: Keten, oidc: Oidc, audit: Written, played: Played, *, bounded: bool
) -> None:
    token = oidc.token(keten_agencies=["signal-desk"])
    async with asking(keten.settings, oidc, audit, limits=LIMITS if bounded else UNBOUNDED) as ask, AsyncExitStack() as idle:
        with capture_logs() as logged:
            for _ in range(105):
                await connected(ask, idle)
            answer = await ask(token, played.encrypted)
        if bounded:
            assert read(answer)
            assert [line["server"] for line in logged if line["event"] == "strangers_crowd"] == ["codec-server"]
        else:
            assert answer.status_code == 503


@pytest.mark.parametrize(
    "said",
    [b"", HEAD, HEAD + b"Content-Length: 100\r\n\r\n{", HEAD[:-2] + b"\r\nX: " + b"a" * 10_000],
    ids=["nothing", "half a head", "half a body", "a long head"],
)
async def test_who_does_not_ask_in_time_goes(keten: Keten, oidc: Oidc, audit: Written, said: bytes) -> None:
    async with asking(keten.settings, oidc, audit, limits=HURRIED) as hurried, AsyncExitStack() as stack:
        reader = await connected(hurried, stack, said)
        async with asyncio.timeout(20):
            try:
                await reader.read()
            except ConnectionResetError:
                return


async def test_who_does_not_end_a_handshake_in_time_goes(
    keten: Keten, oidc: Oidc, audit: Written, tmp_path_factory: pytest.TempPathFactory
) -> None:
    certified = Certified(tmp_path_factory.mktemp("certified"), keten.here.installation.directory)
    _, cert, key = certified.of(TEMPORAL)
    async with asking(keten.settings, oidc, audit, shown=Shown(cert, key), limits=HURRIED) as ask, AsyncExitStack() as stack:
        reader = await connected(ask, stack, b"\x16\x03\x01\x02\x00\x01")
        async with asyncio.timeout(20):
            assert await reader.read() == b""


async def test_one_person_asks_so_much_at_a_time_and_another_is_answered() -> None:
    turns = Turns(AT_ONCE, TOO_MANY)
    with ExitStack() as under_way:
        for _ in range(AT_ONCE):
            under_way.enter_context(turns.of("one"))
        with pytest.raises(Problem) as refused, turns.of("one"):
            pass
        assert refused.value.refusal.status == 429
        with turns.of("other"):
            pass
    with turns.of("one"):
        pass
