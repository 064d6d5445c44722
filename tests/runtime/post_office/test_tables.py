"""The tables of a post office are those of the code, on both kinds of database."""

from runtime.migrations import Tables, downgrade, upgrade
from runtime.schema import check


def test_the_steps_make_the_tables_of_the_code_and_can_be_undone(url: str) -> None:
    upgrade(url, Tables.POST_OFFICE)
    check(url, Tables.POST_OFFICE)
    downgrade(url, "base", Tables.POST_OFFICE)
    upgrade(url, Tables.POST_OFFICE)
    check(url, Tables.POST_OFFICE)
