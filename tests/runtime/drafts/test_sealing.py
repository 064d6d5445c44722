"""What was typed is read back whole by its owner, with the key of the case, and by nobody else and nowhere else."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.agencies import Directory
from contracts.reference import new_reference
from runtime.drafts import sealing
from runtime.drafts.sealing import Altered, Place, TooLarge, Typed, seal, unseal
from runtime.keys.case_keys import CaseErased, CaseKeyMissing, CaseKeys
from runtime.keys.files import Keys
from runtime.keys.wrapping import KeyFiles
from runtime.migrations import Tables, upgrade

CASE = new_reference()
MINE = Place("almere", "c-17", f"case-{CASE}", "record_intake")
TYPED = Typed([("needs", "zzmark-draft-zz"), ("person.name", "")], "1~2026-03-02")


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory, directory: Directory) -> CaseKeys:
    home: Path = tmp_path_factory.mktemp("drafts")
    files = Keys(home / "keys")
    files.create(directory)
    url = f"sqlite:///{home}/case-keys.db"
    upgrade(url, Tables.CASE_KEYS)
    return CaseKeys(url, KeyFiles(files, "almere"))


@pytest.fixture(autouse=True)
async def with_a_key(keys: CaseKeys) -> None:
    await keys.make_or_get(CASE)


class Fixed(CaseKeys):
    """A key that is asked for without a database."""

    def __init__(self) -> None:
        pass

    async def get(self, case: str) -> bytes:
        return b"k" * 32


@settings(max_examples=50, deadline=None)
@given(
    pairs=st.lists(
        st.tuples(st.text(st.characters(exclude_categories=["Cs"])), st.text(st.characters(exclude_categories=["Cs"])))
    )
)
async def test_whatever_is_typed_comes_back(pairs: list[tuple[str, str]]) -> None:
    assert await unseal(Fixed(), MINE, await seal(Fixed(), MINE, Typed(pairs, "seen"))) == Typed(pairs, "seen")


async def test_nothing_of_it_can_be_read(keys: CaseKeys) -> None:
    sealed = await seal(keys, MINE, TYPED)
    assert b"zzmark" not in sealed
    assert sealed != await seal(keys, MINE, TYPED), "nor that it is the same"


@pytest.mark.parametrize(
    "other", [{"person": "c-18"}, {"agency": "urk"}, {"command": "record_triage"}, {"file": f"signal-{CASE}"}], ids=",".join
)
async def test_it_is_of_one_person_agency_file_and_command(keys: CaseKeys, other: dict[str, str]) -> None:
    sealed = await seal(keys, MINE, TYPED)
    assert await unseal(keys, MINE, sealed) == TYPED
    with pytest.raises(Altered):
        await unseal(keys, MINE._replace(**other), sealed)


@pytest.mark.parametrize("place", [0, 12, 20, -1])
async def test_what_was_altered_or_cut_is_not_read(keys: CaseKeys, place: int) -> None:
    sealed = bytearray(await seal(keys, MINE, TYPED))
    sealed[place] ^= 1
    for altered in (bytes(sealed), b"", b"short"):
        with pytest.raises(Altered):
            await unseal(keys, MINE, altered)


async def test_without_the_key_of_the_case_nothing_is_read_or_written(keys: CaseKeys) -> None:
    other = MINE._replace(file=f"case-{new_reference()}")
    with pytest.raises(CaseKeyMissing):
        await seal(keys, other, TYPED)
    await keys.make_or_get(other.file[5:])
    sealed = await seal(keys, other, TYPED)
    await keys.forget(other.file[5:])
    with pytest.raises(CaseErased):
        await unseal(keys, other, sealed)
    with pytest.raises(CaseErased):
        await seal(keys, other, TYPED)


async def test_a_file_about_keeping_has_the_key_that_outlives_the_case(keys: CaseKeys) -> None:
    about = MINE._replace(file=f"retention-{CASE}")
    with pytest.raises(CaseKeyMissing):
        await seal(keys, about, TYPED)
    await keys.make_or_get(f"r{CASE[1:]}")
    assert await unseal(keys, about, await seal(keys, about, TYPED)) == TYPED


async def test_it_is_bounded(keys: CaseKeys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "LARGEST", 100)
    with pytest.raises(TooLarge):
        await seal(keys, MINE, Typed([("needs", "x" * 100)], ""))
    await seal(keys, MINE, Typed([("needs", "x" * 50)], ""))
