from pathlib import Path

import pytest

from contracts.agencies import Directory
from runtime.keys.files import Keys, Role
from runtime.private_files import KeyFileError, read_private


def test_keys_are_private_and_all_different(tmp_path: Path, directory: Directory) -> None:
    keys = Keys(tmp_path / "keys")
    keys.create(directory)
    assert keys.path.stat().st_mode & 0o777 == 0o700
    files = list(keys.path.iterdir())
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert len(files) == 4 * len(directory.agencies) + 2
    assert len({path.read_text() for path in files}) == len(files)


def test_keys_are_never_made_again(tmp_path: Path, directory: Directory) -> None:
    keys = Keys(tmp_path / "keys")
    keys.create(directory)
    before = {path: path.read_text() for path in keys.path.iterdir()}
    keys.create(directory)
    assert {path: path.read_text() for path in keys.path.iterdir()} == before


def test_a_new_agency_gets_keys_and_the_others_keep_theirs(tmp_path: Path, directory: Directory) -> None:
    keys = Keys(tmp_path / "keys")
    fewer = directory.model_copy(update={"agencies": directory.agencies[:-1]})
    keys.create(fewer)
    before = keys.seed("almere", Role.WORKER)
    keys.create(directory)
    assert keys.seed("almere", Role.WORKER) == before
    assert keys.seed(directory.agencies[-1].slug, Role.WORKER)


def test_public_keys_are_those_of_the_seeds(tmp_path: Path, directory: Directory) -> None:
    keys = Keys(tmp_path / "keys")
    keys.create(directory)
    public = keys.public_keys(directory)["almere"]
    assert public == (keys.public_key("almere", Role.WORKER), keys.public_key("almere", Role.OPERATOR))
    assert public.worker.startswith("U")
    assert public.worker != public.operator
    assert len(keys.identity("almere")) == 32


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o700])
def test_a_key_that_others_can_use_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "some.nk"
    path.write_text("secret")
    path.chmod(mode)
    with pytest.raises(KeyFileError, match=f"mode {mode:04o}.*chmod 600"):
        read_private(path)
    path.chmod(0o600)
    assert read_private(path) == "secret"


def test_a_missing_key_says_where_it_should_be(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match=r"almere\.worker\.nk is missing"):
        Keys(tmp_path).seed("almere", Role.WORKER)
