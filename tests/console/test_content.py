"""What files hold inside is shown to whoever asks for it, and asking is written down by itself."""

import asyncio
import json
from typing import Any

import pytest

from console.file_names import read_name
from console.files import Files, Found
from contracts.agencies import Agency
from contracts.event import File
from contracts.reference import new_reference
from tests.console.cli import Cli, patiently
from tests.console.conftest import Reported
from tests.console.test_by_name import blind
from tests.installed import Keten

OWNER = "coordinator-almere"
REFERENCE = "k" + "1" * 24


@pytest.fixture
def case(keten: Keten, reported: Reported) -> str:
    """A case that was offered to its coordinator."""
    reference = reported()
    asyncio.run(keten.here.staff.sees(OWNER, reference, "offered", "case"))
    return reference


def read(keten: Keten, reference: str) -> list[str | None]:
    """Which words stand in the audit log of its coordinator."""
    return [entry.object for entry in keten.here.installation.audit(OWNER).store.entries(case=reference)]


def owner(keten: Keten) -> Agency:
    return keten.here.installation.directory.get(OWNER)


def test_content_is_shown_when_asked_for_and_that_is_written_down(keten: Keten, cli: Cli, case: str) -> None:
    assert "an example" not in cli("case", case)
    assert "case.content" not in read(keten, case)
    said = cli("case", case, "--content")
    assert f"content of the case at {OWNER}" in said
    assert "signal.account: an example" in said
    assert read(keten, case).count("case.content") == 1


def test_content_for_programs(cli: Cli, case: str) -> None:
    assert all("content" not in file for file in json.loads(cli.raw("case", case, "--json"))["files"])
    files = {file["kind"]: file for file in json.loads(cli.raw("case", case, "--json", "--content"))["files"]}
    [routed] = files["case"]["content"]
    assert (routed["what"], routed["who"]) == ("signal_routed", "signal-desk")
    assert routed["data"]["signal"]["account"] == "an example"
    assert files["report"]["content"] == []


def test_one_file_is_found_by_its_name_before_a_search_sees_it(keten: Keten, case: str) -> None:
    async def one(name: str) -> Found | None:
        return await blind(keten).one(owner(keten), name)

    found = asyncio.run(one(f"case-{case}"))
    assert found
    assert (found.view.kind, found.agency.slug, found.view.reference) == ("case", OWNER, case)
    assert asyncio.run(one(f"case-{new_reference()}")) is None
    assert asyncio.run(one(f"placement-1-{case}")) is None


def test_of_an_erased_case_there_is_no_content_and_nobody_is_said_to_have_read_it(keten: Keten, cli: Cli, case: str) -> None:
    cli("decide", case, "accept_case", "--as", OWNER)
    cli("decide", case, "record_triage", "finding=no_victim", "--as", OWNER)

    async def erased() -> tuple[list[Any], Found | None]:
        files = Files(keten.here.installation)
        found = await files.one(owner(keten), f"case-{case}")
        assert found
        before = await files.content(found)
        await keten.here.installation.case_keys(OWNER).forget(case)
        return [len(before.parts), len((await files.content(found)).parts)], await files.one(owner(keten), f"case-{case}")

    patiently(lambda: "closed" in cli("case", case))
    assert asyncio.run(erased()) == ([1, 0], None)
    assert read(keten, case).count("case.content") == 1


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        (f"case-{REFERENCE}", File.CASE),
        (f"placement-2-{REFERENCE}", File.PLACEMENT),
        (f"placement-2-00000001821002193000-{REFERENCE}", File.PLACEMENT),
        (f"registration-00000001821002193000-{REFERENCE}", File.REGISTRATION),
        (f"imagined-{REFERENCE}", None),
        (f"case-1-2-3-{REFERENCE}", None),
        (f"case-x-{REFERENCE}", None),
        (f"case-{REFERENCE}\n", None),
        (f"case-{REFERENCE.upper()}", None),
        (REFERENCE, None),
        ("case-", None),
        ("", None),
        ("../case", None),
    ],
)
def test_a_name_says_which_kind_of_file_of_which_case(name: str, kind: File | None) -> None:
    named = read_name(name)
    assert (named.kind if named else None) is kind
    assert named is None or named.reference == REFERENCE
