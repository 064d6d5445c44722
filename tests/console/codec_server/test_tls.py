"""The codec server with a certificate, and that it does not start without one where others could read along."""

import contextlib
import ssl
from pathlib import Path

import httpx
import pytest

from runtime.http.listening import Shown, bound
from runtime.private_files import KeyFileError
from runtime.tls.certificates import TEMPORAL
from tests.certified import Certified
from tests.console.cli import Cli
from tests.console.codec_server.conftest import Played
from tests.console.codec_server.serving import Written, asking, read
from tests.console.door.oidc import Oidc
from tests.installed import Keten


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory, keten: Keten) -> Certified:
    return Certified(tmp_path_factory.mktemp("certified"), keten.here.installation.directory)


@pytest.fixture
def shown(certified: Certified) -> Shown:
    _, cert, key = certified.of(TEMPORAL)
    return Shown(cert, key)


@pytest.mark.asyncio(loop_scope="session")
async def test_over_tls_it_reads_to_who_may_and_in_clear_it_says_nothing(
    keten: Keten, oidc: Oidc, audit: Written, played: Played, certified: Certified, shown: Shown
) -> None:
    believes = ssl.create_default_context(cafile=certified.of(TEMPORAL).ca)
    async with asking(keten.settings, oidc, audit, shown=shown, believes=believes) as ask:
        assert str(ask.client.base_url).startswith("https://127.0.0.1:")
        token = oidc.token(keten_agencies=["signal-desk"])
        assert len(read(await ask(token, played.encrypted))) == len(played.encrypted)
        in_clear = str(ask.client.base_url).replace("https://", "http://")
        async with httpx.AsyncClient() as careless:
            with pytest.raises(httpx.HTTPError):
                await careless.get(in_clear)
        async with httpx.AsyncClient() as doubtful:
            with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
                await doubtful.get(str(ask.client.base_url))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "codec.example.org"])
def test_where_others_could_read_along_it_does_not_start_without(host: str, cli: Cli) -> None:
    issuer = cli.with_(KETEN_OIDC_ISSUER="https://login.example.org", KETEN_OIDC_AUDIENCE="keten")
    said = issuer("codec-server", "--host", host, "--port", "0", code=1)
    assert f"{host} is reached over a network" in said
    assert "give --cert and --key" in said


def test_with_a_certificate_it_may_be_reached(shown: Shown) -> None:
    with contextlib.closing(bound("0.0.0.0", 0, shown).socket) as listener:
        assert listener.getsockname()[0] == "0.0.0.0"


def test_one_file_without_the_other_is_half_a_wish(cli: Cli, shown: Shown) -> None:
    assert "both --cert and --key" in cli("codec-server", "--cert", str(shown.cert), code=1)


def test_files_that_will_not_do_are_named(shown: Shown, certified: Certified, tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match=r"missing for TLS: .*nowhere\.key"):
        bound("127.0.0.1", 0, shown._replace(key=tmp_path / "nowhere.key"))
    with pytest.raises(KeyFileError, match="the private key that belongs to it"):
        bound("127.0.0.1", 0, shown._replace(key=certified.of("comensha").key))
    open_to_others = tmp_path / "open.key"
    open_to_others.write_bytes(shown.key.read_bytes())
    open_to_others.chmod(0o644)
    with pytest.raises(KeyFileError, match=r"open\.key"):
        bound("127.0.0.1", 0, shown._replace(key=open_to_others))
