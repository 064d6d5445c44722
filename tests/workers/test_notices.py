"""An event is lost in the middle of a line: both sides hear of it, and the notice itself is taken."""

from contextlib import AsyncExitStack
from pathlib import Path

from contracts.envelope import source
from contracts.events.signals import SignalReported
from tests.installed import Here, eventually
from tests.workers.few import few
from tests.workers.test_deliveries import COORDINATOR, DESK, POLICE, REGISTRY, SIGNAL, Few, lose
from workers.kinds import office

AGENCIES = (POLICE, DESK, COORDINATOR, REGISTRY)


async def test_an_event_that_is_lost_in_the_middle_is_an_alarm_on_both_sides_and_no_dead_letter(tmp_path: Path) -> None:
    """The reporter's file sends its notice as the same system that sent the signal, and counts it from 1 like that."""
    async with AsyncExitStack() as stack:
        installation = await stack.enter_async_context(few(tmp_path, AGENCIES, gap_patience=4.0, confirm_pause=600.0))
        town = Few(installation, here := Here(installation))
        for slug in (DESK, COORDINATOR, REGISTRY):
            await stack.enter_async_context(office(town.agency(slug), installation).open())
        body = here.event(POLICE, SignalReported, SIGNAL, source=source(town.agency(POLICE).oin, "report"))
        await here.put(POLICE, DESK, SignalReported, body)
        case = body["caseref"]
        await here.staff.sees(COORDINATOR, case, "offered", "case")

        async def two_wait() -> bool:
            return await here.waiting(POLICE) == 2

        await eventually(two_wait)
        await lose(town, POLICE, 2)
        await here.staff.decide(COORDINATOR, case, "accept_case")
        await stack.enter_async_context(office(town.agency(POLICE), installation).open())

        async def both_know() -> bool:
            found = {file.agency.slug: file.view.alarms for slug in (POLICE, DESK) for file in await here.at(slug, case)}
            return found == {
                POLICE: (f"event number 2 from {DESK} did not arrive",),
                DESK: (f"{POLICE} misses event number 2 that we sent",),
            }

        await eventually(both_know)
        for slug in (POLICE, DESK):
            assert await here.dead(slug) == ()
