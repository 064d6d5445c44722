"""The agency's key, in a file and at a key service: the same promises."""

from collections.abc import Generator
from pathlib import Path

import pytest

from contracts.agencies import Directory
from runtime.keys.files import Keys
from runtime.keys.key_service import KeyService
from runtime.keys.wrapping import KeyFiles, Wrapped, WrappedAltered, Wrapping
from runtime.private_files import KeyUnavailable
from tests.certified import Certified
from tests.runtime.transit import TOKEN, Transit, transit

KEY = bytes(range(32))
CASE, OTHER = "k" + "0" * 24, "k" + "1" * 24
SLUG = "almere"


@pytest.fixture
def token(tmp_path: Path) -> Path:
    path = tmp_path / "token"
    path.touch(mode=0o600)
    path.write_text(TOKEN)
    return path


@pytest.fixture
def service() -> Generator[Transit]:
    with transit() as there:
        yield there


@pytest.fixture
def files(tmp_path: Path, directory: Directory) -> KeyFiles:
    keys = Keys(tmp_path / "keys")
    keys.create(directory)
    return KeyFiles(keys, SLUG)


@pytest.fixture(params=["files", "service"])
def wrapping(request: pytest.FixtureRequest) -> Wrapping:
    if request.param == "files":
        return request.getfixturevalue("files")
    return KeyService(request.getfixturevalue("service").url, request.getfixturevalue("token"), SLUG)


def test_a_key_comes_back_and_does_not_stand_there_readable(wrapping: Wrapping) -> None:
    wrapped = wrapping.wrap(KEY, CASE)
    assert wrapped.by == 1
    assert KEY not in wrapped.text
    assert wrapping.unwrap(wrapped, CASE) == KEY
    assert wrapping.wrap(KEY, CASE).text != wrapped.text


def test_a_key_is_of_no_use_to_another_case(wrapping: Wrapping) -> None:
    wrapped = wrapping.wrap(KEY, CASE)
    with pytest.raises(WrappedAltered, match=OTHER):
        wrapping.unwrap(wrapped, OTHER)


def test_an_altered_key_is_refused(wrapping: Wrapping) -> None:
    wrapped = wrapping.wrap(KEY, CASE)
    middle = len(wrapped.text) // 2
    flipped = ord("A") if wrapped.text[middle] != ord("A") else ord("B")
    altered = wrapped.text[:middle] + bytes([flipped]) + wrapped.text[middle + 1 :]
    with pytest.raises(WrappedAltered):
        wrapping.unwrap(Wrapped(wrapped.by, altered), CASE)


def test_the_newest_key_encrypts_and_older_ones_still_decrypt_until_they_are_removed(wrapping: Wrapping) -> None:
    old = wrapping.wrap(KEY, CASE)
    wrapping.add_key()
    new = wrapping.wrap(KEY, CASE)
    assert (old.by, new.by) == (1, 2)
    assert wrapping.unwrap(old, CASE) == wrapping.unwrap(new, CASE) == KEY
    wrapping.remove_older_keys()
    assert wrapping.unwrap(new, CASE) == KEY
    with pytest.raises(KeyUnavailable):
        wrapping.unwrap(old, CASE)


def test_the_key_at_the_service_is_the_agencys_own(service: Transit, token: Path) -> None:
    wrapped = KeyService(service.url, token, SLUG).wrap(KEY, CASE)
    assert set(service.engine.keys) == {"keten-almere"}
    KeyService(service.url, token, "urk").wrap(KEY, CASE)
    with pytest.raises(WrappedAltered):
        KeyService(service.url, token, "urk").unwrap(wrapped, CASE)


def test_a_service_that_is_sealed_or_gone_or_does_not_know_us_is_a_passing_fault(service: Transit, token: Path) -> None:
    driver = KeyService(service.url, token, SLUG)
    wrapped = driver.wrap(KEY, CASE)
    token.write_text("another")
    with pytest.raises(KeyUnavailable, match=r"keten-almere \(Forbidden\).*does the token"):
        driver.unwrap(wrapped, CASE)
    token.write_text(TOKEN)
    assert driver.unwrap(wrapped, CASE) == KEY
    service.seal()
    with pytest.raises(KeyUnavailable, match="VaultDown"):
        driver.unwrap(wrapped, CASE)
    with pytest.raises(KeyUnavailable, match="ConnectionError"):
        KeyService("http://127.0.0.1:9", token, SLUG).wrap(KEY, CASE)


def test_a_token_that_others_can_read_is_not_used(service: Transit, token: Path) -> None:
    token.chmod(0o644)
    with pytest.raises(KeyUnavailable, match="mode 0644"):
        KeyService(service.url, token, SLUG).wrap(KEY, CASE)


def test_the_service_is_reached_over_tls_with_a_certificate_on_both_sides(
    tmp_path: Path, token: Path, directory: Directory
) -> None:
    certified = Certified(tmp_path, directory)
    with transit(certified.of("bus.server")) as secured:
        driver = KeyService(secured.url, token, SLUG, certified.of(SLUG))
        assert driver.unwrap(driver.wrap(KEY, CASE), CASE) == KEY
        for shown in (certified.strange(SLUG), certified.expired(SLUG), None):
            with pytest.raises(KeyUnavailable):
                KeyService(secured.url, token, SLUG, shown).wrap(KEY, CASE)
    with transit(certified.strange("bus.server")) as strange, pytest.raises(KeyUnavailable, match="SSLError"):
        KeyService(strange.url, token, SLUG, certified.of(SLUG)).wrap(KEY, CASE)
