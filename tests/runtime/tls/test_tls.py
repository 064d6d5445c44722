"""Which certificate a connection shows, and what is said of files that will not do."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from contracts.agencies import Directory
from runtime.private_files import KeyFileError
from runtime.settings import Settings
from runtime.tls.certificates import Certificates, Tls
from tests.certified import Certified

ELSEWHERE = {"nats_url": "tls://bus:4222", "temporal_address": "temporal:7233"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, directory: Directory) -> Path:
    home = tmp_path_factory.mktemp("home")
    Certified(home, directory)
    return home


@pytest.fixture
def named(tmp_path: Path) -> dict[str, Path]:
    return {name: tmp_path / name for name in ("tls_ca", "tls_cert", "tls_key")}


def test_without_an_authority_there_is_no_tls(tmp_path: Path) -> None:
    here = Certificates.of_settings(Settings(home=tmp_path))
    assert (here.of("almere"), here.system, here.bus, here.for_temporal.of("almere")) == (None, None, None, None)


def test_an_embedded_installation_uses_what_stands_in_its_home_and_only_for_the_bus(home: Path, named: dict[str, Path]) -> None:
    here = Certificates.of_settings(Settings(home=home, **named))  # type: ignore[arg-type]
    folder = home / "tls"
    assert here.of("almere") == Tls(folder / "ca.crt", folder / "almere.crt", folder / "almere.key")
    assert here.system == Tls(folder / "ca.crt", folder / "system.client.crt", folder / "system.client.key")
    assert here.bus == Tls(folder / "ca.crt", folder / "bus.server.crt", folder / "bus.server.key")
    assert here.for_temporal.of("almere") is None


def test_servers_elsewhere_see_the_agencys_own_certificate_or_the_one_that_is_named(home: Path, named: dict[str, Path]) -> None:
    here = Certificates.of_settings(Settings(home=home, **ELSEWHERE, **named))  # type: ignore[arg-type]
    ca, cert, key = named.values()
    assert here.of("almere") == Tls(ca, home / "tls" / "almere.crt", home / "tls" / "almere.key")
    assert here.of("nobody") == here.system == Tls(ca, cert, key)
    assert here.for_temporal.of("almere") == here.of("almere")


def test_where_there_is_an_authority_nothing_is_sent_without_tls(home: Path) -> None:
    missing = Certificates.of_settings(Settings(home=home, **ELSEWHERE)).of("nobody")  # type: ignore[arg-type]
    assert missing
    with pytest.raises(KeyFileError, match=r"missing for TLS: .*nobody\.crt, .*nobody\.key\. Put the files there"):
        missing.context()


@pytest.mark.parametrize("given", [("tls_ca",), ("tls_cert", "tls_key"), ("tls_ca", "tls_key")])
def test_all_three_files_are_named_or_none(named: dict[str, Path], given: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError, match=r"KETEN_TLS_.* is not set: TLS needs .*, all three or none"):
        Settings(**{name: named[name] for name in given})  # type: ignore[arg-type]


def test_a_key_that_others_can_read_or_that_is_another_ones_is_not_used(home: Path, tmp_path: Path) -> None:
    ours = Tls(*(home / "tls" / name for name in ("ca.crt", "almere.crt", "almere.key")))
    ours.check()
    key = tmp_path / "some.key"
    key.write_text(ours.key.read_text())
    key.chmod(0o640)
    with pytest.raises(KeyFileError, match="mode 0640"):
        ours._replace(key=key).context()
    with pytest.raises(KeyFileError, match=r"is not what TLS needs \(KEY_VALUES_MISMATCH\)"):
        ours._replace(key=home / "tls" / "urk.key").context()
    with pytest.raises(KeyFileError, match="is not what TLS needs"):
        ours._replace(ca=home / "tls" / "almere.key").context()
