"""Temporal over TLS: the dev server knows none, so a door with TLS stands before it that asks who comes in."""

import socket
import ssl
from datetime import timedelta

import pytest
from temporalio.client import Client
from temporalio.service import TLSConfig

from console.installation import Installation
from contracts.agencies import Directory
from runtime.servers.provision import provision_namespaces
from runtime.settings import Settings
from runtime.temporal.client import TemporalUnreachable, connect_plainly
from tests.certified import Certified
from tests.installed import Keten
from tests.tls_door import Shown, door


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory, directory: Directory) -> Certified:
    return Certified(tmp_path_factory.mktemp("certified"), directory)


@pytest.fixture
def temporal(keten: Keten) -> str:
    """The address of a Temporal server that runs."""
    return keten.here.installation.temporal_address


async def serving(client: Client) -> bool:
    return await client.service_client.check_health(timeout=timedelta(seconds=10))


async def test_each_agency_of_a_process_shows_its_own_certificate(
    certified: Certified, temporal: str, directory: Directory
) -> None:
    async with door(certified.of("temporal.server"), temporal) as opened:
        settings = Settings(home=certified.folder.parent, nats_url="tls://nowhere:4222", temporal_address=opened.address)
        installation = Installation(settings, "tls://nowhere:4222", opened.address, None)
        for slug in ("almere", "urk", "almere"):
            assert await serving(await installation.client(directory.get(slug)))
        assert opened.shown == [Shown("almere", "TLSv1.3"), Shown("urk", "TLSv1.3")], "the third shares the first connection"


async def test_namespaces_are_made_by_whoever_speaks_for_no_agency(
    certified: Certified, temporal: str, directory: Directory
) -> None:
    few = directory.model_copy(update={"agencies": (directory.desk,)})
    async with door(certified.of("temporal.server"), temporal) as opened:
        await provision_namespaces(opened.address, few, certified.certificates.system)
        assert opened.shown == [Shown("system.client", "TLSv1.3")]


@pytest.mark.parametrize("fault", ["strange", "expired"])
async def test_a_certificate_that_is_not_believed_does_not_get_in(certified: Certified, temporal: str, fault: str) -> None:
    async with door(certified.of("temporal.server"), temporal) as opened:
        with pytest.raises(TemporalUnreachable, match=r"Or TLS with it failed: .*KETEN_TLS_CA"):
            await connect_plainly(opened.address, getattr(certified, fault)("almere"))
        assert opened.shown == []


@pytest.mark.parametrize("fault", ["strange", "expired"])
async def test_a_server_that_is_not_believed_gets_nothing(certified: Certified, temporal: str, fault: str) -> None:
    async with door(getattr(certified, fault)("temporal.server"), temporal) as opened:
        with pytest.raises(TemporalUnreachable, match="Or TLS with it failed"):
            await connect_plainly(opened.address, certified.of("almere"))
        assert opened.shown == []


async def test_without_a_certificate_or_in_clear_nobody_gets_in_unless_the_server_does_not_ask(
    certified: Certified, temporal: str
) -> None:
    nobody = TLSConfig(server_root_ca_cert=certified.of("almere").ca.read_bytes())
    async with door(certified.of("temporal.server"), temporal) as opened:
        with pytest.raises(RuntimeError, match="Failed client connect"):
            await Client.connect(opened.address, tls=nobody)
        with pytest.raises(TemporalUnreachable):
            await connect_plainly(opened.address)
        assert opened.shown == []
    async with door(certified.of("temporal.server"), temporal, ssl.CERT_NONE) as careless:
        assert await serving(await Client.connect(careless.address, tls=nobody))
        assert careless.shown == [Shown(None, "TLSv1.3")]


async def test_a_server_without_tls_is_not_spoken_to(certified: Certified, temporal: str) -> None:
    with pytest.raises(TemporalUnreachable, match="whether Temporal speaks TLS"):
        await connect_plainly(temporal, certified.of("almere"))


async def test_a_temporal_that_does_not_answer_is_not_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(TemporalUnreachable, match="does not answer"):
        await connect_plainly(f"127.0.0.1:{silent.getsockname()[1]}", patience=0.3)
