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
    assert f"{OWNER} ▶ signal-desk: cases.accepted" in cli("case", case)
    assert "is now closing" in cli("decide", case, "record_triage", "finding=no_victim")
    assert "is now triage" in cli("decide", _offered(keten, reported), "accept_case", "--as", OWNER)


def test_an_agency_gets_new_keys_for_events_and_is_understood_and_written_to_as_before(
    keten: Keten, cli: Cli, reported: Reported
) -> None:
    before = reported()
    for slug in ("urk", "signal-desk"):
        number = int(str(keten.here.installation.event_keys.to_sign(slug).kid).split(".")[1])
        said = cli("keys", "renew", slug)
        assert f"renewed: {slug} signs with key {number + 1}; the older ones are taken for 7 days" in said
        published = (keten.settings.public_keys / f"{slug}.jwks.json").read_text()
        assert f'"{slug}.{number + 1}.enc"' in published
        assert '"d"' not in published
        assert "operator rotate_key event_keys begun" in cli("audit", "show", "--at", slug).replace(" - ", " ")
    for case in (before, reported()):
        asyncio.run(keten.here.staff.sees(OWNER, case, "offered", "case"))
    assert keten.here.installation.event_keys.to_seal("urk").kid == f"urk.{number + 1}.enc"


def test_who_does_not_work_at_an_agency_does_not_renew_its_keys(keten: Keten, cli: Cli) -> None:
    cli("people", "add", "k-9", "--at", "urk")
    before = keten.here.installation.event_keys.to_sign(OWNER).kid
    assert f"k-9 does not work at {OWNER}" in cli.with_(KETEN_PERSON="k-9")("keys", "renew", OWNER, code=1)
    assert keten.here.installation.event_keys.to_sign(OWNER).kid == before


def _offered(keten: Keten, reported: Reported) -> str:
    case = reported()
    asyncio.run(keten.here.staff.sees(OWNER, case, "offered", "case"))
    return case


def test_an_agency_that_nobody_knows_is_refused_in_words(cli: Cli) -> None:
    for command in ("rotate", "renew"):
        assert "no agency 'nobody' in the directory" in cli("keys", command, "nobody", code=1)
