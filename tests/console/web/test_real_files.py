"""What the desk gives pages, on real servers: the files of one agency, read and decided in the name of who logged in."""

import pytest
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from console.demo.stories import left_waiting
from console.door.dev_login import Offered
from console.door.dev_people import DevPeople
from console.lists import Asked
from console.web.app import page_routes
from console.web.composition import Trying
from console.web.desk import Desk
from contracts.events.signals import Signal, SignalReported
from runtime.people.lists import Right
from tests.console.web.serving import ALMERE, Browser, Console, consoled
from tests.installed import Keten

POLICE = "police-midden-nederland"


def with_files(desk: Desk) -> list[APIRouter]:
    """The pages, one that lists, one that shows, and one that decides."""
    router = APIRouter()

    async def listed(request: Request) -> Response:
        visit = await desk.visit(request, Right.HANDLE)
        page = await desk.lists(visit).page(Asked(("ExecutionStatus = 'Running'",)), most=300)
        return JSONResponse([[row.agency, row.reference] for row in page.rows])

    async def shown(request: Request, reference: str) -> Response:
        visit = await desk.visit(request, Right.HANDLE)
        return JSONResponse([file.agency.slug for file in await desk.files(visit).about(reference)])

    async def decided(request: Request, reference: str) -> Response:
        visit = await desk.visit(request, Right.HANDLE)
        [file] = await desk.files(visit).about(reference)
        return Response(await desk.files(visit).decide(file, "accept_case", {}))

    router.add_api_route("/listed", listed, methods=["GET"], response_model=None)
    router.add_api_route("/shown/{reference}", shown, methods=["GET"], response_model=None)
    router.add_api_route("/decided/{reference}", decided, methods=["POST"], response_model=None)
    return [*page_routes(desk), router]


@pytest.mark.asyncio(loop_scope="session")
async def test_a_person_reaches_the_files_of_her_agency_and_no_other(keten: Keten) -> None:
    here = keten.here
    case = await here.staff.report(POLICE, SignalReported(signal=Signal(municipality="GM0995", account="x")), "signal-desk")
    await here.staff.sees(ALMERE, case, "offered", "case")
    async with consoled(here.installation, with_files) as console:
        coordinator, other = (
            await logged_in(console, Offered("coordinator", ALMERE)),
            await logged_in(console, Offered("reporter", POLICE)),
        )
        assert (await coordinator.get(f"/shown/{case}")).json() == [ALMERE]
        assert (await other.get(f"/shown/{case}")).json() == [POLICE]
        assert {agency for agency, _ in (await other.get("/listed")).json()} <= {POLICE}
        assert (await coordinator.post(f"/decided/{case}")).text == "triage"
        assert (await coordinator.get(f"/shown/{case}")).status_code == 200
    entries = [
        (entry.action, entry.object) for entry in here.installation.audit(ALMERE).store.entries(case=case, person="coordinator")
    ]
    assert entries == [("read", "case"), ("decide", "accept_case")], "each once, however often she looked"


@pytest.mark.asyncio(loop_scope="session")
async def test_the_demo_leaves_a_case_for_whoever_wants_to_try(keten: Keten) -> None:
    here = keten.here
    waits = await left_waiting(here.staff)
    async with consoled(here.installation, with_files, Trying(waits)) as console:
        browser = await logged_in(
            console, DevPeople(here.installation.with_key, here.installation.people, waits).offered()[0][1][0]
        )
        rows = (await browser.get("/listed")).json()
    assert waits in {agency for agency, _ in rows}


async def logged_in(console: Console, who: Offered) -> Browser:
    browser = console.browser()
    assert (await browser.log_in(who)).status_code == 303
    return browser
