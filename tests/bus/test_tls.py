"""The bus lets in who shows a certificate of its authority, our side speaks only to a bus that does, and never in clear."""

import contextlib
import socket
import ssl
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import nats
import pytest
from nats.aio.client import Client
from nats.errors import Error as NatsError

from contracts.agencies import Directory
from runtime.bus import BusUnreachable, Delivery, PublishFailed, broker, connect
from runtime.keys.files import Role
from runtime.tls.certificates import Tls
from tests.bus_server import ALMERE, DESK, POLICE, BusServer, eventually
from tests.certified import Certified

REPORTED = "signals.reported.v1"
REFUSED = (BusUnreachable, NatsError, OSError)
"""Refused by the server during the handshake or just after it, or by our side."""


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory, directory: Directory) -> Certified:
    return Certified(tmp_path_factory.mktemp("certified"), directory)


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory, directory: Directory, certified: Certified) -> Generator[BusServer]:
    """A bus with the generated configuration for TLS, provisioned over TLS."""
    with running(BusServer(tmp_path_factory.mktemp("secured"), directory, certificates=certified.certificates)) as server:
        server.provision()
        yield server


@contextlib.contextmanager
def running(server: BusServer) -> Generator[BusServer]:
    server.start()
    try:
        yield server
    finally:
        server.kill()


async def bare(server: BusServer, context: ssl.SSLContext | None) -> Client:
    """A client that does not use our code, without a certificate, or without TLS."""

    async def ignore(_: Exception) -> None: ...

    options: dict[str, Any] = {"nkeys_seed_str": server.keys.seed(POLICE, Role.WORKER), "connect_timeout": 1, "error_cb": ignore}
    if context:
        options |= {"tls": context, "tls_handshake_first": True}
    return await nats.connect(server.url, allow_reconnect=False, **options)  # pyright: ignore[reportUnknownMemberType]


def version(client: Client) -> str:
    transport: Any = client._transport  # pyright: ignore[reportPrivateUsage]
    return transport._io_writer.get_extra_info("ssl_object").version()


async def test_with_its_certificate_an_agency_sends_and_another_takes(secured: BusServer) -> None:
    async with secured.client(POLICE) as client:
        assert version(client) == "TLSv1.3"
    await secured.send(POLICE, DESK, REPORTED, b"over TLS")
    assert [message.data for message in await secured.fetch(DESK)] == [b"over TLS"]


@pytest.mark.parametrize("fault", ["strange", "expired"])
async def test_a_certificate_that_is_not_believed_is_refused(secured: BusServer, certified: Certified, fault: str) -> None:
    shown: Tls = getattr(certified, fault)(POLICE)
    with pytest.raises(REFUSED):
        await connect(secured.url, secured.keys.seed(POLICE, Role.WORKER), shown)


async def test_without_a_certificate_and_in_clear_nobody_gets_in(secured: BusServer, certified: Certified) -> None:
    with pytest.raises(REFUSED):
        await bare(secured, ssl.create_default_context(cafile=certified.of(POLICE).ca))
    with pytest.raises(REFUSED):
        await bare(secured, None)


async def test_a_server_that_does_not_verify_would_let_all_of_them_in(
    tmp_path: Path, directory: Directory, certified: Certified
) -> None:
    careless = BusServer(tmp_path, directory, without_verifying, certified.certificates)
    with running(careless):
        for shown in (certified.strange(POLICE), certified.expired(POLICE)):
            await (await connect(careless.url, careless.keys.seed(POLICE, Role.WORKER), shown)).close()
        await (await bare(careless, ssl.create_default_context(cafile=certified.of(POLICE).ca))).close()


def without_verifying(text: str) -> str:
    assert '"verify": true' in text
    return text.replace('"verify": true', '"verify": false')


async def test_a_server_of_another_authority_or_with_an_expired_certificate_is_not_believed(
    tmp_path: Path, directory: Directory, certified: Certified
) -> None:
    ours = certified.of(POLICE)
    for shown, words in (
        (certified.strange("bus.server"), "unable to get local issuer"),
        (certified.expired("bus.server"), "expired"),
    ):
        server = BusServer(tmp_path, directory, showing(certified.of("bus.server"), shown), certified.certificates)
        with running(server), pytest.raises(BusUnreachable, match=f"{words}.*KETEN_TLS_CA"):
            await connect(server.url, server.keys.seed(POLICE, Role.WORKER), ours)


def showing(usual: Tls, instead: Tls) -> Callable[[str], str]:
    return lambda text: text.replace(str(usual.cert), str(instead.cert)).replace(str(usual.key), str(instead.key))


async def test_a_server_without_tls_is_not_spoken_to(tmp_path: Path, directory: Directory, certified: Certified) -> None:
    """Who stands between client and bus can claim that the bus wants no TLS; by its defaults the client believes that."""
    plain = BusServer(tmp_path, directory)
    secure_looking, ours = plain.url.replace("nats://", "tls://"), certified.of(POLICE)
    with running(plain):
        with pytest.raises(BusUnreachable, match="whether the bus speaks TLS"):
            await connect(secure_looking, plain.keys.seed(POLICE, Role.WORKER), ours)
        seed = plain.keys.seed(POLICE, Role.WORKER)
        talked_out = await nats.connect(secure_looking, nkeys_seed_str=seed, tls=ours.context())  # pyright: ignore[reportUnknownMemberType]
        assert talked_out.is_connected
        await talked_out.close()


async def test_an_inbox_works_over_tls_and_comes_back_by_itself(secured: BusServer) -> None:
    taken: list[str] = []

    async def take(delivery: Delivery) -> None:
        taken.append(delivery.message.id)

    before, after = secured.signal(), secured.signal()
    unreachable = "tls://127.0.0.1:1"
    sending = broker(f"{unreachable},{secured.url}", secured.keys.seed(POLICE, Role.WORKER), secured.certificates.of(POLICE))
    async with sending, secured.inbox(DESK, take):
        await secured.post(sending, POLICE).publish(before, DESK)
        secured.kill()
        secured.start()

        async def acknowledged() -> bool:
            with contextlib.suppress(PublishFailed):
                await secured.post(sending, POLICE).publish(after, DESK)
                return True
            return False

        await eventually(acknowledged)

        async def both() -> bool:
            return {before.id, after.id} <= set(taken)

        await eventually(both)


@pytest.mark.parametrize("verify", ["verify", "verify_and_map"])
async def test_the_bus_does_not_bind_a_key_to_a_certificate(
    tmp_path: Path, directory: Directory, certified: Certified, verify: str
) -> None:
    """A limit, not a wish: any certificate of the authority opens the door, and the key alone says who it is."""
    server = BusServer(tmp_path, directory, lambda text: text.replace('"verify"', f'"{verify}"'), certified.certificates)
    with running(server):
        await (await connect(server.url, server.keys.seed(POLICE, Role.WORKER), certified.of(ALMERE))).close()


async def test_a_bus_that_does_not_answer_is_not_waited_for(secured: BusServer) -> None:
    seed = secured.keys.seed(POLICE, Role.WORKER)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(BusUnreachable, match=r"did not answer within 0\.2 seconds: does it run"):
            await connect(f"nats://127.0.0.1:{port}", seed, patience=0.2)
    with pytest.raises(NatsError, match="no servers"):
        await connect("nats://127.0.0.1:1", seed)
