"""An agency gets a new key while it works."""

import asyncio

from tests.console.cli import Cli
from tests.console.conftest import Reported
from tests.installed import Keten

OWNER = "coordinator-almere"


def test_an_agency_gets_a_new_key_and_its_open_cases_go_on(keten: Keten, cli: Cli, reported: Reported) -> None:
    case = _offered(keten, reported)
    cli("decide", case, "accept_case", "--as", OWNER)
    keys = keten.here.installation.keys
    before = keys.wrapping_numbers(OWNER)
    said = cli("keys", "rotate", OWNER)
    assert f"rotated: the new key of {OWNER} encrypts the keys of" in said
    assert keys.wrapping_numbers(OWNER) == [before[-1] + 1]
    assert f"{OWNER} ▶ signal-desk: case_accepted" in cli("case", case)
    assert "is now closing" in cli("decide", case, "record_triage", "finding=no_victim")
    assert "is now triage" in cli("decide", _offered(keten, reported), "accept_case", "--as", OWNER)


def _offered(keten: Keten, reported: Reported) -> str:
    case = reported()
    asyncio.run(keten.here.staff.sees(OWNER, case, "offered", "case"))
    return case


def test_an_agency_that_nobody_knows_is_refused_in_words(cli: Cli) -> None:
    assert "no agency 'nobody' in the directory" in cli("keys", "rotate", "nobody", code=1)
