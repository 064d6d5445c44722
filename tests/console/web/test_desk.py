"""A person who has logged in reaches one agency, and is written down by name before anything is read."""

from pathlib import Path

import pytest
from temporalio.service import RPCError

from console.installation import Installation
from console.web.one_agency import OneAgency, OtherAgency
from console.witness import LoggedIn, Witness
from runtime.audit.entry import Action
from runtime.people.people import PersonUnknown
from tests.console.web.serving import ALMERE, URK, installed


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    whole = installed(tmp_path / "home")
    whole.people.add("c-17", ALMERE)
    return whole


@pytest.fixture
def narrow(installation: Installation) -> OneAgency:
    agency = installation.directory.get(ALMERE)
    return OneAgency(installation, agency, Witness(LoggedIn(installation.people.lists, "c-17"), installation.audit))


def test_it_is_one_agency(installation: Installation, narrow: OneAgency) -> None:
    assert len(installation.with_key) == 16
    assert [agency.slug for agency in narrow.ours] == [ALMERE]
    assert narrow.witness.person == "c-17"


async def test_nothing_of_another_is_reached(installation: Installation, narrow: OneAgency) -> None:
    other = installation.directory.get(URK)
    for reach in (narrow.case_keys, narrow.processing_log, narrow.audit, narrow.audit_signer, narrow.codec):
        with pytest.raises(OtherAgency):
            reach(URK)
        assert reach(ALMERE)
    for reach_agency in (narrow.operator_seed, narrow.operator, narrow.seal):
        with pytest.raises(OtherAgency):
            reach_agency(other)
    with pytest.raises(OtherAgency):
        await narrow.client(other)
    for far in (narrow.mailbox, narrow.dead_letters):
        with pytest.raises(OtherAgency):
            await far(other)


def test_drivers_are_those_of_the_whole_one(installation: Installation, narrow: OneAgency) -> None:
    assert narrow.case_keys(ALMERE) is installation.case_keys(ALMERE)
    assert narrow.audit(ALMERE) is installation.audit(ALMERE)
    assert narrow.directory is installation.directory


async def test_who_logged_in_is_written_down_first(installation: Installation, narrow: OneAgency) -> None:
    agency = installation.directory.get(ALMERE)
    await narrow.witness.read(agency, "case")
    await narrow.witness.read(agency, "case")
    async with narrow.witness.act(agency, Action.DECIDE, "accept_case"):
        pass
    entries = list(installation.audit(ALMERE).store.entries())
    assert [(entry.person, entry.action, entry.object) for entry in entries] == [
        ("c-17", "read", "case"),
        ("c-17", "decide", "accept_case"),
    ]


async def test_who_was_struck_is_not_written_down_and_reads_nothing(installation: Installation, narrow: OneAgency) -> None:
    agency = installation.directory.get(ALMERE)
    installation.people.remove("c-17", ALMERE)
    with pytest.raises(PersonUnknown):
        await narrow.witness.note(agency, Action.READ, "case")
    with pytest.raises(PersonUnknown):
        _ = narrow.ours


def test_nothing_is_signed_for_who_logged_in(installation: Installation, narrow: OneAgency) -> None:
    with pytest.raises(PersonUnknown, match="at a terminal"):
        narrow.witness.sign({}, installation.directory.get(ALMERE))


async def test_what_is_away_is_away(installation: Installation, narrow: OneAgency) -> None:
    with pytest.raises((RPCError, RuntimeError, OSError)):
        await narrow.client(installation.directory.get(ALMERE))
