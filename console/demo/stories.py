"""Five stories. Every step is a decision of simulated staff or an event of a simulated system; the rest is Keten."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from console.demo.staff import SimulatedStaff
from contracts.catalogue import subject_to
from contracts.envelope import source
from contracts.events.referrals import ReferralOffered
from contracts.events.signals import Signal, SignalReported
from contracts.words import Sector

OBSERVATION = {"municipality": "GM0995", "phenomenon": "an invented observation for the demo", "sector": "labour"}


class Told(NamedTuple):
    """How a story ended."""

    references: tuple[str, ...]
    outcome: str
    remarks: tuple[str, ...] = ()


Story = Callable[[SimulatedStaff], Awaitable[Told]]


def _signal(municipality: str) -> SignalReported:
    account = "an invented account for the demo; no real person is in it"
    return SignalReported(signal=Signal(municipality=municipality, sector=Sector.LABOUR, account=account))


async def _to_consent(staff: SimulatedStaff, owner: str, reference: str) -> None:
    await staff.decide(owner, reference, "accept_case")
    await staff.decide(owner, reference, "record_triage", finding="presumed_victim")
    await staff.decide(owner, reference, "record_intake", needs="invented needs", person={"language": "Dutch"})


async def with_help_and_riec(staff: SimulatedStaff) -> Told:
    """Lelystad: coordinator Almere, consent, a full shelter, the next one helps; the RIEC hears through the privacy officer."""
    reference = await staff.report("police-midden-nederland", _signal("GM0995"), "signal-desk")
    owner = "coordinator-almere"
    await _to_consent(staff, owner, reference)
    await staff.decide(owner, reference, "record_consent", help=True, registration=True, riec=True, written=True)
    shelters = ["cosm-shelter", "womens-shelter"]
    await staff.decide(owner, reference, "offer_help", need={"service": "cosm"}, organisations=shelters)
    await staff.decide(owner, reference, "ask_privacy_check", observation=OBSERVATION)
    observed = await staff.observation(owner, reference)
    await staff.decide("cosm-shelter", reference, "decline_offer", reason="full")
    await staff.decide("womens-shelter", reference, "see_offer")
    await staff.decide("womens-shelter", reference, "accept_offer")
    await staff.decide("lelystad", observed, "bring_to_riec")
    await staff.decide("womens-shelter", reference, "report_first_contact")
    await staff.decide("riec-midden-nederland", observed, "record_enrichment", findings="invented findings")
    await staff.decide("riec-midden-nederland", observed, "record_weighing", weighing="case")
    await staff.decide("riec-midden-nederland", observed, "record_plan", interventions="an invented plan")
    await staff.decide("riec-midden-nederland", observed, "close_dossier")
    await staff.sees("lelystad", observed, "closed", "privacy")
    await staff.decide("womens-shelter", reference, "complete_help", outcome="safe_housing")
    await staff.decide(owner, reference, "start_aftercare")
    await staff.decide(owner, reference, "conclude_case", outcome="helped")
    await staff.sees("police-midden-nederland", reference, "closed", "report")
    return Told((reference, observed), "helped: safe housing; RIEC took it as a case; the reporter knows it is closed")


async def without_coordinator(staff: SimulatedStaff) -> Told:
    """Utrecht has no coordinator here: CoMensha coordinates remotely."""
    reference = await staff.report("almere", _signal("GM0344"), "signal-desk")
    await _to_consent(staff, "comensha", reference)
    await staff.decide("comensha", reference, "record_consent", help=True)
    await staff.decide("comensha", reference, "offer_help", need={"service": "cosm"}, organisations=["cosm-shelter"])
    await staff.decide("cosm-shelter", reference, "accept_offer")
    await staff.decide("cosm-shelter", reference, "report_first_contact")
    await staff.decide("cosm-shelter", reference, "complete_help", outcome="help_completed")
    await staff.decide("comensha", reference, "start_aftercare")
    await staff.decide("comensha", reference, "conclude_case", outcome="helped")
    await staff.sees("almere", reference, "closed", "report")
    return Told((reference,), "helped, coordinated remotely by CoMensha")


async def without_consent(staff: SimulatedStaff) -> Told:
    """Urk: no help wanted. The coordinator stays in touch; counted without a name, nothing shared."""
    reference = await staff.report("urk", _signal("GM0184"), "signal-desk")
    await _to_consent(staff, "coordinator-almere", reference)
    await staff.decide("coordinator-almere", reference, "record_consent", help=False)
    await staff.decide("coordinator-almere", reference, "record_contact", reached=True)
    await staff.decide("coordinator-almere", reference, "conclude_case", outcome="no_help_wanted")
    await staff.sees("urk", reference, "closed", "report")
    kinds = {file.view.kind for file in await staff.files(reference)}
    shared = kinds & {"placement", "privacy", "dossier"}
    if shared:
        raise RuntimeError(f"something was shared without consent: {shared}")
    return Told(
        (reference,), "no help wanted: in touch, then counted without a name; no file at any helper, municipality or RIEC"
    )


async def with_silent_coordinator(staff: SimulatedStaff) -> Told:
    """Dronten: nobody at the coordinator answers, so CoMensha takes it; a danger goes to the police, the gap to the province."""
    reference = await staff.report("police-midden-nederland", _signal("GM0303"), "signal-desk")
    await staff.sees("signal-desk", reference, "with_registry", "signal")
    await staff.decide("comensha", reference, "accept_case")
    danger = {"threat": "an invented threat", "whereabouts": "an invented place"}
    await staff.decide("comensha", reference, "declare_danger", **danger)
    await staff.decide("comensha", reference, "call_police")
    await staff.decide("police-unit-midden-nederland", reference, "take_danger")
    await staff.decide("comensha", reference, "stand_down")
    await staff.decide("police-unit-midden-nederland", reference, "end_danger", outcome="safe")
    await staff.sees("coordinator-almere", reference, "closed", "case")
    gap = await staff.gap("flevoland")
    await staff.decide("flevoland", gap, "acknowledge_gap")
    await staff.decide("comensha", reference, "record_triage", finding="no_victim")
    await staff.sees("police-midden-nederland", reference, "closed", "report")
    return Told((reference, gap), "escalated to CoMensha when the clock ended; the province took up the gap")


async def with_bad_events(staff: SimulatedStaff) -> Told:
    """A malformed event, a forged one and a forbidden one: each refused with its reason, nothing lost."""
    police, lane = "police-midden-nederland", subject_to("signal-desk", SignalReported)
    remarks = [f"malformed JSON: {await staff.send_raw(police, lane, b'{this is not JSON')}"]
    forged: dict[str, object] = {
        "specversion": "1.0",
        "id": "deadbeef-0001",
        "source": source("00000099000000000004", "report"),
        "type": SignalReported.rule.type,
        "time": "2026-01-01T00:00:00Z",
        "caseref": "k000000000000000000000000",
        "data": {},
    }
    remarks.append(f"forged sender: {await staff.send_sealed(police, 'signal-desk', SignalReported, forged)}")
    lane = subject_to("cosm-shelter", ReferralOffered)
    remarks.append(f"an event that police may not send: {await staff.send_raw(police, lane, b'{}')}")
    return Told((), "refused with reason, kept as dead letters", tuple(remarks))


async def left_waiting(staff: SimulatedStaff) -> str:
    """A case that a coordinator has accepted and somebody must look into: for whoever wants to try it.

    Returns:
        The slug of the agency whose turn it is.
    """
    owner = "coordinator-almere"
    reference = await staff.report("police-midden-nederland", _signal("GM0995"), "signal-desk")
    await staff.decide(owner, reference, "accept_case")
    return owner


STORIES: tuple[tuple[str, Story], ...] = (
    ("1  help and RIEC", with_help_and_riec),
    ("2  a place without coordinator", without_coordinator),
    ("3  no help wanted", without_consent),
    ("4  a silent coordinator", with_silent_coordinator),
    ("5  bad events", with_bad_events),
)
