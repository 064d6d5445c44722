"""Cases that have ended, as short as one can be: reported, accepted, found to be none, closed; and kept by everybody."""

from typing import Any, NamedTuple

from contracts.events.signals import Signal, SignalReported
from tests.installed import Here, eventually

REPORTER, DESK, COORDINATOR, REGISTRY = "urk", "signal-desk", "coordinator-almere", "comensha"
KEEPERS = frozenset({REPORTER, DESK, COORDINATOR})
"""Who holds something of a short case."""


class Content(NamedTuple):
    """What is said of a person in a case; registered only where something is given for it."""

    account: str = "an example"
    registrant: dict[str, Any] | None = None


EXAMPLE = Content()


async def reported(here: Here, content: Content = EXAMPLE) -> str:
    """A signal that waits for the coordinator."""
    signal = Signal(municipality="GM0184", account=content.account)
    return await here.staff.report(REPORTER, SignalReported(signal=signal), DESK)


async def decided(here: Here, case: str, content: Content = EXAMPLE) -> None:
    """What ends it: no victim; or a victim who consents to be registered, and to nothing else."""
    staff = here.staff
    await staff.decide(COORDINATOR, case, "accept_case")
    if content.registrant is None:
        await staff.decide(COORDINATOR, case, "record_triage", finding="no_victim")
    else:
        await staff.decide(COORDINATOR, case, "record_triage", finding="presumed_victim")
        await staff.decide(COORDINATOR, case, "record_intake", needs=content.account, registrant=content.registrant)
        await staff.decide(COORDINATOR, case, "record_consent", help=False, registration=True, written=True)
        await staff.decide(COORDINATOR, case, "conclude_case", outcome="no_help_wanted")


async def closed(here: Here, content: Content = EXAMPLE) -> str:
    """A case from beginning to end."""
    case = await reported(here, content)
    await decided(here, case, content)
    await kept(here, case, KEEPERS if content.registrant is None else KEEPERS | {REGISTRY})
    return case


async def kept(here: Here, case: str, by: frozenset[str]) -> None:
    """Wait until all that is left of a case is that it is kept."""

    async def holds() -> bool:
        files = [file for slug in sorted(by) for file in await here.at(slug, case)]
        if any(file.view.track.until for file in files):
            return False
        return set(by) == {slug for slug in by if await here.kept(slug, case)}

    await eventually(holds)
