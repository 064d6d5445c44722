"""The test authority: keys are made once, certificates are renewed, and nobody else's are touched."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.x509 import ExtendedKeyUsage

from contracts.agencies import Directory
from runtime.tls.authority import AUTHORITY_LIFETIME, LIFETIME, RENEW, Authority, NotOurAuthority, is_for_tests
from runtime.tls.certificate import certificates_at, is_issued_by, names_of

NOW = datetime.now(UTC)
DAY = timedelta(days=1)
Contents = dict[str, str]


@pytest.fixture
def few(directory: Directory) -> Directory:
    return directory.model_copy(update={"agencies": directory.agencies[:2]})


@pytest.fixture
def at(tmp_path: Path, few: Directory) -> Callable[[timedelta], Contents]:
    """Ask the authority for what is needed, so long from now: what is then in its folder."""

    def ask(later: timedelta) -> Contents:
        Authority(tmp_path / "tls", now=NOW + later).certify(few)
        return contents(tmp_path)

    return ask


def contents(home: Path) -> Contents:
    return {path.name: path.read_text() for path in (home / "tls").iterdir()}


def changed(before: Contents, after: Contents) -> set[str]:
    return {name for name in after if after[name] != before.get(name)}


def test_keys_are_private_and_a_certificate_says_for_whom_and_for_what_it_is(tmp_path: Path, few: Directory) -> None:
    issued = Authority(tmp_path / "tls", now=NOW).certify(few, ["nats-1", "127.0.0.11"])
    assert issued == [
        "bus.server",
        "temporal.server",
        "gate.server",
        "database.server",
        "system.client",
        *(agency.slug for agency in few.agencies),
    ]
    assert (tmp_path / "tls").stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "tls").glob("*.key")} == {0o600}
    [authority] = certificates_at(tmp_path / "tls" / "ca.crt")
    [bus] = certificates_at(tmp_path / "tls" / "bus.server.crt")
    [agency] = certificates_at(tmp_path / "tls" / f"{few.agencies[0].slug}.crt")
    assert names_of(bus) == ["localhost", "127.0.0.1", "bus", "nats-1", "127.0.0.11"]
    assert names_of(agency) == [few.agencies[0].slug]
    assert agency.subject.rfc4514_string() == f"CN={few.agencies[0].slug}"
    assert len(bus.extensions.get_extension_for_class(ExtendedKeyUsage).value) == 2
    assert len(agency.extensions.get_extension_for_class(ExtendedKeyUsage).value) == 1, "an agency is no server"
    assert is_issued_by(bus, authority)
    assert is_issued_by(agency, authority)
    assert agency.not_valid_after_utc - NOW <= LIFETIME <= AUTHORITY_LIFETIME
    assert "not for production" in authority.subject.rfc4514_string()


def test_nothing_is_made_again_while_it_lasts(at: Callable[[timedelta], Contents]) -> None:
    first = at(0 * DAY)
    assert at(LIFETIME - RENEW - DAY) == first


def test_what_is_about_to_expire_is_issued_again_for_the_same_key(at: Callable[[timedelta], Contents], few: Directory) -> None:
    first = at(0 * DAY)
    later = at(LIFETIME - RENEW)
    servers = {"bus.server.crt", "temporal.server.crt", "gate.server.crt", "database.server.crt", "system.client.crt"}
    assert changed(first, later) == servers | {f"{slug}.crt" for slug in (agency.slug for agency in few.agencies)}


def test_the_authority_outlives_what_it_issues_and_what_believed_the_old_one_believes_the_new_one(
    at: Callable[[timedelta], Contents], tmp_path: Path
) -> None:
    first = at(0 * DAY)
    [old] = certificates_at(tmp_path / "tls" / "ca.crt")
    later = at(AUTHORITY_LIFETIME - LIFETIME)
    assert "ca.crt" in changed(first, later)
    assert "ca.key" not in changed(first, later)
    [new] = certificates_at(tmp_path / "tls" / "ca.crt")
    [bus] = certificates_at(tmp_path / "tls" / "bus.server.crt")
    assert new.not_valid_after_utc >= bus.not_valid_after_utc
    assert is_issued_by(bus, old)


def test_a_new_agency_and_a_new_node_get_what_they_need_and_nobody_else_does(tmp_path: Path, directory: Directory) -> None:
    authority = Authority(tmp_path / "tls")
    fewer = directory.model_copy(update={"agencies": directory.agencies[:-1]})
    authority.certify(fewer, ["nats-1"])
    before = contents(tmp_path)
    assert authority.certify(directory, ["nats-2"]) == ["bus.server", directory.agencies[-1].slug]
    assert names_of(certificates_at(tmp_path / "tls" / "bus.server.crt")[0])[-2:] == ["nats-2", "nats-1"], "none is lost"
    assert not {name for name in changed(before, contents(tmp_path)) if name.endswith(".key") and name in before}


def test_what_an_authority_that_is_gone_issued_is_issued_again(tmp_path: Path, few: Directory) -> None:
    Authority(tmp_path / "tls").certify(few)
    for name in ("ca.key", "ca.crt"):
        (tmp_path / "tls" / name).unlink()
    assert len(Authority(tmp_path / "tls").certify(few)) == 5 + len(few.agencies)


def test_where_somebody_elses_authority_stands_nothing_is_issued(tmp_path: Path, few: Directory) -> None:
    (tmp_path / "tls").mkdir()
    (tmp_path / "tls" / "ca.crt").write_text("theirs")
    with pytest.raises(NotOurAuthority, match="somebody else's: ask them for certificates"):
        Authority(tmp_path / "tls").certify(few)
    assert contents(tmp_path) == {"ca.crt": "theirs"}


def test_a_test_authority_is_known_by_its_name_also_among_others(tmp_path: Path, few: Directory) -> None:
    Authority(tmp_path / "real", title="An authority").certify(few)
    Authority(tmp_path / "test").certify(few)
    real, test = (tmp_path / name / "ca.crt" for name in ("real", "test"))
    assert is_for_tests(test)
    assert not is_for_tests(real)
    (tmp_path / "both.crt").write_text(real.read_text() + test.read_text())
    assert is_for_tests(tmp_path / "both.crt")
