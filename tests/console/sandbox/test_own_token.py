"""The token of whoever builds lies in a file, outlives a start, and is replaced where it is lost."""

from pathlib import Path

from console.sandbox.own_agency import SYSTEM, token_of_system
from post_office.tokens import AT_A_TIME, Tokens


def test_it_stays_over_starts_and_is_for_its_owner_alone(tmp_path: Path) -> None:
    tokens, file = Tokens.of(tmp_path / "keys", "urk"), tmp_path / "home" / "token"
    first = token_of_system(tokens, file)
    assert file.read_text() == f"Authorization: Bearer {first}\n"
    assert file.stat().st_mode & 0o777 == 0o600
    assert token_of_system(tokens, file) == first
    assert len(tokens.listed()) == 1


def test_where_the_file_is_lost_or_opens_nothing_another_is_made(tmp_path: Path) -> None:
    tokens, file = Tokens.of(tmp_path / "keys", "urk"), tmp_path / "token"
    made = [token_of_system(tokens, file)]
    for _ in range(AT_A_TIME):
        file.unlink()
        made.append(token_of_system(tokens, file))
    assert [tokens.whose(one) is not None for one in made] == [False, *[True] * AT_A_TIME]
    tokens.end(SYSTEM)
    another = token_of_system(tokens, file)
    assert another not in made
    assert tokens.whose(another)
