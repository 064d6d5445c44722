"""Records the lives of this folder: ``python -m tests.console.lives.record``. They hold pseudonyms and codes only."""

import asyncio
import logging
import tempfile
from pathlib import Path

from console.commands.demo import CLOCKS
from console.demo.staff import SimulatedStaff
from console.demo.stories import with_help_and_riec, with_silent_coordinator, without_consent, without_coordinator
from console.everything import everything
from console.installation import Installation
from contracts.events.signals import Signal, SignalReported
from runtime.logs import configure_logs
from runtime.processing.settling import Settling
from runtime.settings import Settings
from tests.console.lives import Kept, write
from tests.installed import eventually

OWNER = "coordinator-almere"
OBSERVATION = {"municipality": "GM0995", "phenomenon": "an invented observation", "sector": "labour"}


async def consent_taken_back(staff: SimulatedStaff) -> str:
    """Consent to help and to the RIEC is taken back while a shelter and the municipality know of the case; then help goes on."""
    signal = SignalReported(signal=Signal(municipality="GM0995", account="an invented account"))
    reference = await staff.report("police-midden-nederland", signal, "signal-desk")
    await staff.decide(OWNER, reference, "accept_case")
    await staff.decide(OWNER, reference, "record_triage", finding="presumed_victim")
    await staff.decide(OWNER, reference, "record_intake", needs="invented needs")
    await staff.decide(OWNER, reference, "record_consent", help=True, riec=True)
    await staff.decide(OWNER, reference, "offer_help", need={"service": "cosm"}, organisations=["cosm-shelter"])
    await staff.decide(OWNER, reference, "ask_privacy_check", observation=OBSERVATION)
    await staff.decide("cosm-shelter", reference, "see_offer")
    await staff.sees("lelystad", await staff.observation(OWNER, reference), "asked", "privacy")
    await staff.decide(OWNER, reference, "withdraw_consent", help=True, riec=True)
    await staff.sees("cosm-shelter", reference, "closed", "placement")
    await staff.decide(OWNER, reference, "record_consent", help=True)
    await staff.decide(OWNER, reference, "offer_help", need={"service": "cosm"}, organisations=["womens-shelter"])
    await staff.decide("womens-shelter", reference, "accept_offer")
    return reference


async def offered_again(staff: SimulatedStaff) -> str:
    """A shelter declines, is asked again and accepts: two offers to one organisation in one case."""
    signal = SignalReported(signal=Signal(municipality="GM0995", account="an invented account"))
    reference = await staff.report("almere", signal, "signal-desk")
    await staff.decide(OWNER, reference, "accept_case")
    await staff.decide(OWNER, reference, "record_triage", finding="presumed_victim")
    await staff.decide(OWNER, reference, "record_intake", needs="invented needs")
    await staff.decide(OWNER, reference, "record_consent", help=True)
    await staff.decide(OWNER, reference, "offer_help", need={"service": "cosm"}, organisations=["cosm-shelter"])
    await staff.decide("cosm-shelter", reference, "decline_offer", reason="full")
    await staff.decide(OWNER, reference, "offer_again", referral=1, organisations=["cosm-shelter"])
    await staff.decide("cosm-shelter", reference, "see_offer")
    await staff.decide("cosm-shelter", reference, "accept_offer")
    await staff.decide("cosm-shelter", reference, "report_first_contact")
    return reference


async def kept_of(installation: Installation, staff: SimulatedStaff, reference: str) -> dict[str, Kept]:
    """What every agency wrote down, once all that was sent is confirmed."""
    logs = {agency.slug: installation.processing_log(agency.slug) for agency in installation.directory.agencies}

    async def settled() -> bool:
        standings = [one for log in logs.values() for one in await Settling(log).of_case(reference)]
        return all(one.outcome for one in standings)

    await eventually(settled)
    files = await staff.files(reference)
    found: dict[str, Kept] = {}
    for slug, log in logs.items():
        views = tuple(file.view.model_copy(update={"choices": ()}) for file in files if file.agency.slug == slug)
        lines = await log.about(reference)
        if lines or views:
            found[slug] = Kept(lines=lines, standings=await Settling(log).of_case(reference), views=views)
    return found


async def record(home: Path) -> None:
    settings = Settings(home=home, clocks=CLOCKS, gap_patience=5.0, confirm_pause=0.5)
    async with everything(settings) as (installation, _):
        staff = SimulatedStaff(installation)
        demo = (with_help_and_riec, without_coordinator, without_consent, with_silent_coordinator)
        told, *others = await asyncio.gather(
            asyncio.gather(*(story(staff) for story in demo)), consent_taken_back(staff), offered_again(staff)
        )
        names = [*(story.__name__ for story in demo), consent_taken_back.__name__, offered_again.__name__]
        references = [*(one.references[0] for one in told), *others]
        for name, reference in zip(names, references, strict=True):
            write(name.replace("_", "-"), await kept_of(installation, staff, reference))


if __name__ == "__main__":
    configure_logs(level=logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(record(Path(folder)))
