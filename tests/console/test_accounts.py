"""What the command line says of deliveries, consents and who knew what: the same as the logs of all agencies."""

import asyncio
import json
from typing import Any

import pytest

from contracts.processing import Direction
from runtime.waiting import until
from tests.console.cli import Cli
from tests.console.conftest import Reported
from tests.installed import Keten

OWNER, SHELTER = "coordinator-almere", "cosm-shelter"


@pytest.fixture
def case(keten: Keten, reported: Reported) -> str:
    """A case in which a shelter was asked for help and has read that, and everything has arrived."""
    reference = reported()
    asyncio.run(_lived(keten, reference))
    return reference


async def _lived(keten: Keten, reference: str) -> None:
    staff = keten.here.staff
    await staff.decide(OWNER, reference, "accept_case")
    await staff.decide(OWNER, reference, "record_triage", finding="presumed_victim")
    await staff.decide(OWNER, reference, "record_intake", needs="an example")
    await staff.decide(OWNER, reference, "record_consent", help=True)
    await staff.decide(OWNER, reference, "offer_help", need={"service": "cosm"}, organisations=[SHELTER])
    await staff.decide(SHELTER, reference, "see_offer")


def said(cli: Cli, case: str, *options: str) -> dict[str, Any]:
    return json.loads(cli.raw("case", case, "--json", *options))


def test_deliveries_consents_and_who_knew_what_for_programs_and_people(keten: Keten, cli: Cli, case: str) -> None:
    async def all_arrived() -> bool:
        found = (await asyncio.to_thread(said, cli, case, "--deliveries"))["deliveries"][OWNER]
        marks = [step["mark"] for one in found for step in one["steps"] if step["rung"] == "delivered"]
        reads = [step["mark"] for one in found for step in one["steps"] if one["event"] == "referral_offered"][3:4]
        return {*marks} == {"done"} and reads == ["done"]

    asyncio.run(until(all_arrived, seconds=90))
    found = said(cli, case, "--deliveries", "--consent", "--knew-at", "2026-01-31 14:05")
    [offered] = [one for one in found["deliveries"][OWNER] if one["event"] == "referral_offered"]
    assert (offered["to"], offered["hangs"], offered["answer"]) == (SHELTER, False, "")
    lines = asyncio.run(keten.here.installation.processing_log(SHELTER).about(case))
    assert offered["event_id"] in {line.event_id for line in lines if line.direction is Direction.TAKEN}
    [consent, *_] = found["consent"][OWNER]["consents"]
    assert (consent["purpose"], [one["event"] for one in consent["shared"]]) == ("help", ["referral_offered"])
    assert found["knew"][OWNER] == {"own": [], "others": {}}
    text = cli("case", case, "--deliveries", "--consent", "--knew-at", offered["published"])
    assert f"deliveries of {OWNER}" in text
    assert f"consents at {OWNER}" in text
    assert f"known to {OWNER}" in text
    objects = [entry.object for entry in keten.here.installation.audit(OWNER).store.entries(case=case)]
    assert {"deliveries", "consents", "knew"} <= {*objects}, "each look is written down by itself"
    assert "deliveries" not in said(cli, case)


def test_what_is_no_moment_is_said_in_words(cli: Cli, case: str) -> None:
    assert "write a date and a time" in cli("case", case, "--knew-at", "yesterday", code=1)
