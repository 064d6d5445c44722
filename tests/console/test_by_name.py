"""What is known by name is asked by name: a search lags behind, and a receipt must not be followed by "no such case"."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from temporalio.client import Client

from console.file_names import names_at
from console.files import Files
from console.installation import Installation
from contracts.agencies import Agency, read_directory
from contracts.event import File
from tests.console.conftest import Reported
from tests.installed import Keten
from workers.kinds import OFFICES
from workers.wiring import Wiring


class Behind:
    """A Temporal whose search has seen nothing yet; all else it answers."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    async def list_workflows(self, query: str) -> AsyncIterator[Any]:
        for nothing in ():
            yield nothing


class SearchIsBehind(Installation):
    async def client(self, agency: Agency) -> Any:
        return Behind(await super().client(agency))


def blind(keten: Keten) -> Files:
    there = keten.here.installation
    return Files(SearchIsBehind(there.settings, there.nats_url, there.temporal_address, None))


def test_a_case_is_found_before_a_search_sees_it(keten: Keten, reported: Reported) -> None:
    reference = reported()
    found = asyncio.run(blind(keten).about(reference))
    assert ("signal", "signal-desk") in {(file.view.kind, file.agency.slug) for file in found}


def test_what_was_just_decided_shows_its_new_state(keten: Keten, reported: Reported) -> None:
    reference, owner = reported(), "coordinator-almere"
    asyncio.run(keten.here.staff.decide(owner, reference, "accept_case"))
    [case] = [file for file in asyncio.run(blind(keten).about(reference)) if file.view.kind == "case"]
    assert case.view.track.phase == "triage"


def test_the_control_by_search_alone_there_is_nothing(keten: Keten, reported: Reported, monkeypatch: pytest.MonkeyPatch) -> None:
    reference = reported()

    def no_names(agency: Agency, reference: str) -> list[str]:
        return []

    monkeypatch.setattr("console.files.names_at", no_names)
    assert asyncio.run(blind(keten).about(reference)) == []


@pytest.mark.parametrize("agency", read_directory().agencies, ids=lambda agency: agency.slug)
def test_every_kind_of_file_that_an_office_keeps_has_a_name_here(keten: Keten, agency: Agency) -> None:
    there = keten.here.installation
    office = OFFICES[agency.kind](agency, Wiring(there.settings, "", ""))
    kept = {str(kind) for kind in office._processes}  # pyright: ignore[reportPrivateUsage] - what it really keeps
    names = {name.split("-")[0] for name in names_at(agency, "k0")}
    assert kept <= names


def test_an_organisation_may_have_several_offers_of_one_case() -> None:
    agency = read_directory().get("cosm-shelter")
    names = names_at(agency, "k0")
    assert f"{File.PLACEMENT}-1-k0" in names
    assert f"{File.PLACEMENT}-2-k0" in names
