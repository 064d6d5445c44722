"""An agency of a known kind is a row in the directory and nothing else."""

from pathlib import Path

import pytest

from contracts.agencies import EMBEDDED, read_directory
from contracts.catalogue import lanes
from contracts.events.signals import Signal, SignalReported
from tests.installed import Keten, statuses

pytestmark = pytest.mark.long

ROWS = """
[[agencies]]
slug = "dronten"
kind = "municipality"
name = "Gemeente Dronten"
oin = "00000099000000000021"
municipality = "GM0303"

[[agencies]]
slug = "house-by-the-dike"
kind = "aid_organisation"
name = "Example house by the dike"
oin = "00000099000000000022"
hours = "always"
care_regions = ["Almere"]
services = ["cosm"]
"""


async def test_two_more_rows_take_part_in_a_case(tmp_path: Path) -> None:
    table = tmp_path / "agencies.toml"
    table.write_text(EMBEDDED.read_text() + ROWS)
    keten = Keten(tmp_path / "home", KETEN_DIRECTORY=str(table))
    keten.up()
    try:
        await _refer_to_the_new_house(keten)
    finally:
        assert keten.stop() == 0
    assert {"dronten", "house-by-the-dike"} <= {line["agency"] for line in keten.logged("office_opened")}


async def _refer_to_the_new_house(keten: Keten) -> None:
    staff = keten.here.staff
    signal = SignalReported(signal=Signal(municipality="GM0303", account="an example"))
    case = await staff.report("dronten", signal, "signal-desk")
    owner = "coordinator-almere"
    await staff.decide(owner, case, "accept_case")
    await staff.decide(owner, case, "record_triage", finding="presumed_victim")
    await staff.decide(owner, case, "record_intake", needs="an example")
    await staff.decide(owner, case, "record_consent", help=True, riec=True)
    await staff.decide(owner, case, "offer_help", need={"service": "cosm"}, organisations=["house-by-the-dike"])
    observation = {"municipality": "GM0303", "phenomenon": "an example"}
    await staff.decide(owner, case, "ask_privacy_check", observation=observation)
    await staff.decide("dronten", await staff.observation(owner, case), "do_not_bring", reason="not_proportionate")
    await staff.decide("house-by-the-dike", case, "accept_offer")
    await staff.decide("house-by-the-dike", case, "report_first_contact")
    handed = await staff.sees(owner, case, "in_care", "case")
    await staff.decide("house-by-the-dike", case, "complete_help", outcome="help_completed")
    await staff.decide(owner, case, "start_aftercare")
    await staff.decide(owner, case, "conclude_case", outcome="helped")
    report = await staff.sees("dronten", case, "closed", "report")
    assert statuses(report) == ["with_desk", "with_coordinator", "accepted", "with_aid", "closed"]
    assert handed.view.region == "Almere"


def test_a_row_gets_the_lanes_of_its_kind(tmp_path: Path) -> None:
    table = tmp_path / "agencies.toml"
    table.write_text(EMBEDDED.read_text() + ROWS)
    found = lanes(read_directory(table))

    def of(slug: str) -> set[tuple[str, str]]:
        """Everything it may send and take, the partner by kind."""
        out = {
            (lane.recipient.kind.value, lane.as_sent.removeprefix(f"to.{lane.recipient.slug}."))
            for lane in found
            if lane.sender.slug == slug
        }
        taken = {(lane.sender.kind.value, lane.as_received) for lane in found if lane.recipient.slug == slug}
        return out | {(kind, subject.replace(f".{slug}.", ".itself.")) for kind, subject in taken}

    assert of("dronten") == of("urk")
    assert of("house-by-the-dike") == of("cosm-shelter")
